// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.Waits;
import java.time.Duration;
import java.util.Date;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A condition variable: lets whoever holds a lock wait, with the lock released, until another signals that something has
 * changed.
 *
 * <p>A wait releases the lock and starts to wait in one step, so no signal can fall in between; it has the lock again
 * when it ends, in whatever way. An {@link RLock} is released with all its holds, which the caller has again afterwards.
 * A plain {@code await} may wake up without a signal and belongs into a loop that tests what it waits for;
 * {@link #awaitUntil(BooleanSupplier) awaitUntil} is that loop.
 *
 * <pre>{@code
 * private final Condition arrived = new Condition();
 *
 * String take() throws InterruptedException {
 *     try (var held = arrived.acquire()) {
 *         arrived.awaitUntil(() -> !letters.isEmpty());
 *         return letters.remove();
 *     }
 * }
 *
 * void put(String letter) throws InterruptedException {
 *     try (var held = arrived.acquire()) {
 *         letters.add(letter);
 *         arrived.signal();
 *     }
 * }
 * }</pre>
 *
 * <p>Every method but {@link #acquire()} needs the caller to hold the lock, and throws
 * {@link IllegalMonitorStateException} otherwise. A {@link Lock} has no owner, so what is found out there is that
 * <em>nobody</em> holds it; to call a condition while another thread holds the lock for itself is an error that cannot be
 * told from a hand-over. It can wake somebody or take the other's lock away, but no waiter is lost by it.
 *
 * <p><b>Fairness.</b> Signals wake in the order in which the waits began. Those who are woken come to the lock in that
 * order, one with each release of it, and compete for it with everyone else.
 *
 * <p><b>Interruption.</b> An interrupt before a signal ends the wait with {@link InterruptedException} and uses up no
 * signal. After a signal the wait ends normally, with the interrupt status set. An expired wait uses up no signal
 * either.
 *
 * <p><b>Memory consistency effects:</b> those of the lock.
 *
 * <p>After {@link java.util.concurrent.locks.Condition} as
 * {@link java.util.concurrent.locks.AbstractQueuedSynchronizer} implements it, from which it differs in that a timed wait
 * with nothing left to wait returns at once without releasing the lock, and in that a task may wait with the lock it
 * owns. Python: {@code threading.Condition}; {@code awaitUntil} is its {@code wait_for}, {@code signal} its
 * {@code notify}.
 */
public final class Condition implements java.util.concurrent.locks.Condition {
    private final java.util.concurrent.locks.Lock lock;
    private final Mutex mutex; // of the lock
    private final ConditionQueue queue;

    /** Creates a condition over an {@link RLock} of its own, which is taken and released through the condition. */
    public Condition() {
        this(new RLock());
    }

    /**
     * Creates a condition over a lock, which may have others.
     *
     * @param lock the lock to hold when waiting and signalling
     */
    public Condition(Lock lock) {
        this(Objects.requireNonNull(lock, "lock"), lock.mutex());
    }

    /**
     * Creates a condition over a reentrant lock, which may have others; a wait gives up all holds of the caller.
     *
     * @param lock the lock to hold when waiting and signalling
     */
    public Condition(RLock lock) {
        this(Objects.requireNonNull(lock, "lock"), lock.mutex());
    }

    private Condition(java.util.concurrent.locks.Lock lock, Mutex mutex) {
        this.lock = lock;
        this.mutex = mutex;
        this.queue = new ConditionQueue(mutex);
    }

    // ------------------------------------------------------------------------------------------------------ the lock

    /**
     * Takes the lock of this condition, and waits until it is free; an {@link RLock} once more if the caller owns it.
     *
     * @return a guard that releases the lock, or gives back this one hold of it
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no lock
     */
    public Guard acquire() throws InterruptedException {
        lock.lockInterruptibly();
        return mutex.guard(lock);
    }

    /**
     * Releases the lock of this condition, or gives back one hold of it.
     *
     * @throws IllegalMonitorStateException if it is not locked, or is an {@link RLock} of another owner; nothing has
     *     changed then
     */
    public void release() {
        lock.unlock();
    }

    // ------------------------------------------------------------------------------------------------------- waiting

    /**
     * Waits until signalled; may also wake up without a signal.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException if the caller is interrupted before the call or before a signal; it holds the lock
     */
    @Override
    public void await() throws InterruptedException {
        waitWithin(ConditionQueue.Limit.NONE, checkBeforeWait());
    }

    /**
     * Waits until signalled, no longer than the given time; may also wake up without a signal.
     *
     * @param timeout how long to wait; zero or less: returns false at once, and keeps the lock
     * @return false if the time ran out before a signal; true otherwise
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException if the caller is interrupted before the call or before a signal; it holds the lock
     */
    @CheckReturnValue
    public boolean await(Duration timeout) throws InterruptedException {
        return awaitFor(Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Waits until a predicate is true, which it tests at first and after each wake-up, always under the lock.
     *
     * @param predicate what to wait for; what it throws ends the wait
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException if the caller is interrupted before the call or before a signal; it holds the lock
     */
    public void awaitUntil(BooleanSupplier predicate) throws InterruptedException {
        Objects.requireNonNull(predicate, "predicate");
        checkBeforeWait();
        while (!predicate.getAsBoolean()) {
            await();
        }
    }

    /**
     * Waits until a predicate is true, no longer than the given time in all; tests it at first and after each wake-up,
     * always under the lock.
     *
     * @param predicate what to wait for; what it throws ends the wait
     * @param timeout how long to wait; zero or less: tests the predicate once, and keeps the lock
     * @return what the predicate returned last; false means that the time ran out
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException if the caller is interrupted before the call or before a signal; it holds the lock
     */
    @CheckReturnValue
    public boolean awaitUntil(BooleanSupplier predicate, Duration timeout) throws InterruptedException {
        Objects.requireNonNull(predicate, "predicate");
        long nanos = Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout"));
        checkBeforeWait();
        // Not below zero, so that the distance to the deadline cannot overflow.
        long deadline = System.nanoTime() + Math.max(0, nanos);
        boolean holds = predicate.getAsBoolean();
        for (long left; !holds && (left = deadline - System.nanoTime()) > 0; holds = predicate.getAsBoolean()) {
            awaitNanos(left);
        }
        return holds;
    }

    /**
     * Waits until signalled, no longer than the given time; may also wake up without a signal.
     *
     * @param time how long to wait, in {@code unit}; zero or less: returns false at once, and keeps the lock
     * @param unit the unit of {@code time}
     * @return false if the time ran out before a signal; true otherwise
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException if the caller is interrupted before the call or before a signal; it holds the lock
     */
    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return awaitFor(Objects.requireNonNull(unit, "unit").toNanos(time));
    }

    /**
     * Waits until signalled, no longer than the given time; may also wake up without a signal.
     *
     * @param nanosTimeout how long to wait, in nanoseconds; zero or less: returns it at once, and keeps the lock
     * @return how much of the time was left, zero or less if it ran out
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException if the caller is interrupted before the call or before a signal; it holds the lock
     */
    @Override
    public long awaitNanos(long nanosTimeout) throws InterruptedException {
        Object caller = checkBeforeWait();
        if (nanosTimeout <= 0) {
            return nanosTimeout;
        }
        long deadline = System.nanoTime() + nanosTimeout;
        waitWithin(until(deadline), caller);
        return deadline - System.nanoTime();
    }

    /**
     * Waits until signalled, no longer than to the given time of the system's clock; may also wake up without a signal.
     *
     * @param deadline when to end the wait; now or earlier: returns false at once, and keeps the lock
     * @return false if the deadline came before a signal; true otherwise
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     * @throws InterruptedException if the caller is interrupted before the call or before a signal; it holds the lock
     */
    @Override
    @SuppressWarnings("JavaUtilDate") // the interface's type
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        long millis = Objects.requireNonNull(deadline, "deadline").getTime();
        Object caller = checkBeforeWait();
        return millis > System.currentTimeMillis() && waitWithin(untilClockShows(millis), caller);
    }

    /**
     * Waits until signalled, however often the caller is interrupted; its interrupt status is then as if the interrupt
     * had come after the wait. May also wake up without a signal.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    @Override
    public void awaitUninterruptibly() {
        Object caller = checkHeld();
        Waits.awaitUninterruptibly(this, () -> {
            ConditionQueue.Waiter waiter = queue.enter();
            int holds = releaseAll(caller, waiter);
            try {
                queue.awaitUninterruptibly(waiter, this);
            } finally {
                restore(caller, holds, waiter);
            }
        });
    }

    private boolean awaitFor(long nanos) throws InterruptedException {
        Object caller = checkBeforeWait();
        return nanos > 0 && waitWithin(until(System.nanoTime() + nanos), caller);
    }

    private static ConditionQueue.Limit until(long deadline) {
        return blocker -> {
            long left = deadline - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(blocker, left);
            }
            return left > 0;
        };
    }

    private static ConditionQueue.Limit untilClockShows(long millis) {
        return blocker -> {
            boolean isEarlier = System.currentTimeMillis() < millis;
            if (isEarlier) {
                LockSupport.parkUntil(blocker, millis);
            }
            return isEarlier;
        };
    }

    /** Runs release, wait and new acquire as one wait: whoever steps off for it is back only with the lock. */
    private boolean waitWithin(ConditionQueue.Limit limit, Object caller) throws InterruptedException {
        return Waits.await(this, () -> {
            ConditionQueue.Waiter waiter = queue.enter();
            int holds = releaseAll(caller, waiter);
            try {
                return queue.await(waiter, this, limit);
            } finally {
                restore(caller, holds, waiter);
            }
        });
    }

    /** Gives up the lock for a wait, which has begun already, so that it misses no signal. */
    private int releaseAll(Object caller, ConditionQueue.Waiter waiter) {
        int holds = mutex.releaseAll(caller);
        if (holds == 0) {
            // A Lock that somebody else has released since it was checked.
            queue.cancel(waiter);
            throw notHeld();
        }
        return holds;
    }

    private void restore(Object caller, int holds, ConditionQueue.Waiter waiter) {
        mutex.restore(caller, holds);
        queue.leave(waiter);
    }

    private Object checkBeforeWait() throws InterruptedException {
        Object caller = checkHeld();
        Checks.notInterrupted();
        return caller;
    }

    /** Returns the caller, which holds the lock. */
    private Object checkHeld() {
        Object caller = mutex.caller();
        if (!mutex.isHeldBy(caller)) {
            throw notHeld();
        }
        return caller;
    }

    private IllegalMonitorStateException notHeld() {
        return new IllegalMonitorStateException("lock of the condition is not held: " + this);
    }

    // ---------------------------------------------------------------------------------------------------- signalling

    /**
     * Wakes the one that waits longest, if any does.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    @Override
    public void signal() {
        checkHeld();
        queue.signal(1);
    }

    /**
     * Wakes the {@code n} that wait longest, or all if fewer wait.
     *
     * @param n how many to wake at most, at least 0
     * @throws IllegalArgumentException if {@code n} is negative
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    public void signal(int n) {
        Checks.notNegative(n, "n");
        checkHeld();
        queue.signal(n);
    }

    /**
     * Wakes all that wait.
     *
     * @throws IllegalMonitorStateException if the caller does not hold the lock
     */
    @Override
    public void signalAll() {
        checkHeld();
        queue.signal(Integer.MAX_VALUE);
    }

    // --------------------------------------------------------------------------------------------------- inspection

    @Override
    public String toString() {
        return Identity.of(this) + " [waiters=" + queue.size() + ", lock=" + lock + ']';
    }
}
