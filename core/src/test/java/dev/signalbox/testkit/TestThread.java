// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.testkit;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** A thread of a test: what it does is waited for with a deadline, and its failure is the test's. */
public final class TestThread<T> {
    /** How long to wait for what has to happen; only a test that fails waits as long. */
    public static final Duration PATIENCE = Duration.ofMillis(Long.getLong("signalbox.test.patience", 20_000));

    private static final Set<Thread.State> WAITING = EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

    private final FutureTask<T> task;
    private final Thread thread;

    TestThread(Callable<T> body, ThreadFactory threads) {
        task = new FutureTask<>(body);
        thread = threads.newThread(task);
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until the condition holds, and fails with its description when patience is at an end. */
    public static void awaitUntil(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited in vain for: " + what);
            }
            Thread.yield();
        }
    }

    /** Waits until the thread is parked in a primitive, with or without a time limit. */
    public TestThread<T> awaitParked() {
        awaitUntil(this + " parked", () -> isParkedIn(WAITING));
        return this;
    }

    /** Waits until the thread is parked in a primitive in this state. */
    public TestThread<T> awaitParked(Thread.State state) {
        awaitUntil(this + " parked in " + state, () -> isParkedIn(EnumSet.of(state)));
        return this;
    }

    // With a blocker, because a thread that waits for a class to be loaded is in the same states.
    private boolean isParkedIn(Set<Thread.State> states) {
        return states.contains(thread.getState()) && LockSupport.getBlocker(thread) != null;
    }

    /** Waits until the thread is parked, with a blocker of which this is true. */
    public TestThread<T> awaitParkedOn(Predicate<Object> blocker) {
        awaitUntil(this + " parked on the blocker", () -> isParkedIn(WAITING) && isBlockedBy(blocker));
        return this;
    }

    private boolean isBlockedBy(Predicate<Object> blocker) {
        Object present = LockSupport.getBlocker(thread);
        return present != null && blocker.test(present);
    }

    /** Interrupts the thread. */
    public TestThread<T> interrupt() {
        thread.interrupt();
        return this;
    }

    /** Waits until the thread has noticed that it was interrupted: it has cleared the status. */
    public TestThread<T> awaitInterruptNoticed() {
        awaitUntil(this + " clears its interrupt status", () -> !thread.isInterrupted());
        return this;
    }

    /** Whether the thread has ended, in whatever way. */
    public boolean isDone() {
        return task.isDone();
    }

    /** Waits for the end of the thread, and returns its result or throws its failure. */
    public T join() {
        try {
            T result = task.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            thread.join(PATIENCE.toMillis());
            return result;
        } catch (ExecutionException e) {
            throw new AssertionError(this + " failed", e.getCause());
        } catch (TimeoutException e) {
            throw stillRunning();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while joining " + this, e);
        }
    }

    private AssertionError stillRunning() {
        AssertionError error = new AssertionError(this + " does not end");
        Throwable where = new Throwable("where it is");
        where.setStackTrace(thread.getStackTrace());
        error.initCause(where);
        thread.interrupt();
        return error;
    }

    @Override
    public String toString() {
        return "thread '" + thread.getName() + "' [" + thread.getState() + ']';
    }
}
