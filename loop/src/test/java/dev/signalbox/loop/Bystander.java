// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Failures;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A thread beside the loops under test; its result or failure is asked for with {@link #join()}, which does not wait for ever. */
final class Bystander<T> {
    /** How long to wait for what has to happen; only a test that fails waits as long. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final long POLL_NANOS = 50_000;

    private static final Set<Thread.State> BLOCKED =
            Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING, Thread.State.BLOCKED);

    private final FutureTask<T> task;
    private final Thread thread;

    /** What a thread without a result does. */
    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }

    private Bystander(String name, Callable<T> body) {
        task = new FutureTask<>(body);
        thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    static Bystander<Void> start(Body body) {
        return call("bystander", () -> {
            body.run();
            return null;
        });
    }

    static <T> Bystander<T> call(String name, Callable<T> body) {
        return new Bystander<>(name, body);
    }

    Thread thread() {
        return thread;
    }

    /** Its result, or its failure: as it is if unchecked. */
    T join() {
        try {
            T result = task.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            thread.join(PATIENCE.toMillis());
            return result;
        } catch (ExecutionException e) {
            throw Failures.<RuntimeException>sneaky(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            AssertionError error = new AssertionError("thread '" + thread.getName() + "' does not end", e);
            Throwable where = new Throwable("where it is");
            where.setStackTrace(thread.getStackTrace());
            error.addSuppressed(where);
            throw error;
        }
    }

    boolean isDone() {
        return task.isDone();
    }

    Bystander<T> awaitBlocked() {
        awaitBlocked(thread);
        return this;
    }

    /** Waits until the thread waits for something. */
    static void awaitBlocked(Thread thread) {
        awaitUntil("thread '" + thread.getName() + "' blocked", () -> BLOCKED.contains(thread.getState()));
    }

    /** Waits until the condition holds. */
    static void awaitUntil(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited in vain for: " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("waited in vain for a latch");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for a latch", e);
        }
    }

    /** Waits on, whatever comes, until the latch is open; for code that does not listen to interrupts. */
    static void awaitStubbornly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
