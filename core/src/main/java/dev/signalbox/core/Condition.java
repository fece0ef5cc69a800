// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.WaitHook;
import dev.signalbox.core.internal.Waits;
import java.time.Duration;
import java.util.Date;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.AbstractQueuedSynchronizer.ConditionObject;
import java.util.function.BooleanSupplier;

/**
 * A condition variable: lets whoever holds a lock wait, with the lock released, until another signals that something has
 * changed.
 *
 * <p>A wait releases the lock and starts to wait in one step, so no signal can fall in between; it has the lock again
 * when it ends, in whatever way. A plain {@code await} may wake up without a signal and belongs into a loop that tests
 * what it waits for; {@link #awaitUntil(BooleanSupplier) awaitUntil} is that loop.
 *
 * <pre>{@code
 * private final Condition arrived = new Condition(new Lock());
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
 * <p>Every method but {@link #acquire()} needs the lock to be held, and throws {@link IllegalMonitorStateException}
 * otherwise. A {@link Lock} has no owner, so what is found out is that <em>nobody</em> holds it; to call a condition
 * while another thread holds the lock for itself is an error that cannot be told from a hand-over.
 *
 * <p><b>Fairness.</b> Signals wake in the order in which the waits began. Whoever is woken competes for the lock like
 * everyone else.
 *
 * <p><b>Interruption.</b> An interrupt before a signal ends the wait with {@link InterruptedException} and uses up no
 * signal. After a signal the wait ends normally, with the interrupt status set. An expired wait uses up no signal
 * either.
 *
 * <p><b>Memory consistency effects:</b> those of the lock.
 *
 * <p>After {@link java.util.concurrent.locks.Condition} as
 * {@link java.util.concurrent.locks.AbstractQueuedSynchronizer} implements it, from which it differs in that a timed wait
 * with nothing left to wait returns at once without releasing the lock. Python: {@code threading.Condition};
 * {@code awaitUntil} is its {@code wait_for}, {@code signal} its {@code notify}.
 */
public final class Condition implements java.util.concurrent.locks.Condition {
    private final Lock lock;
    private final ConditionObject queue;

    // Counted here, because the queue's own count can be asked for only under the lock, and toString never waits for
    // it.
    private final AtomicInteger waiters = new AtomicInteger();

    /**
     * Creates a condition over a lock, which may have others.
     *
     * @param lock the lock to hold when waiting and signalling
     */
    public Condition(Lock lock) {
        this.lock = Objects.requireNonNull(lock, "lock");
        this.queue = lock.newConditionQueue();
    }

    // ------------------------------------------------------------------------------------------------------ the lock

    /**
     * Takes the lock of this condition, and waits until it is free.
     *
     * @return a guard that releases the lock
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no lock
     */
    public Guard acquire() throws InterruptedException {
        return lock.acquire();
    }

    /**
     * Releases the lock of this condition.
     *
     * @throws IllegalMonitorStateException if it is not locked; nothing has changed then
     */
    public void release() {
        lock.release();
    }

    // ------------------------------------------------------------------------------------------------------- waiting

    /**
     * Waits until signalled; may also wake up without a signal.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws InterruptedException if the caller is interrupted before the call or before a signal; it holds the lock
     */
    @Override
    public void await() throws InterruptedException {
        checkBeforeWait();
        waitInQueue(() -> {
            queue.await();
            return true;
        });
    }

    /**
     * Waits until signalled, no longer than the given time; may also wake up without a signal.
     *
     * @param timeout how long to wait; zero or less: returns false at once, and keeps the lock
     * @return false if the time ran out before a signal; true otherwise
     * @throws IllegalMonitorStateException if the lock is not held
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
     * @throws IllegalMonitorStateException if the lock is not held
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
     * @throws IllegalMonitorStateException if the lock is not held
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
     * @throws IllegalMonitorStateException if the lock is not held
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
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws InterruptedException if the caller is interrupted before the call or before a signal; it holds the lock
     */
    @Override
    public long awaitNanos(long nanosTimeout) throws InterruptedException {
        checkBeforeWait();
        if (nanosTimeout <= 0) {
            return nanosTimeout;
        }
        long[] left = new long[1];
        waitInQueue(() -> {
            left[0] = queue.awaitNanos(nanosTimeout);
            return left[0] > 0;
        });
        return left[0];
    }

    /**
     * Waits until signalled, no longer than to the given time of the system's clock; may also wake up without a signal.
     *
     * @param deadline when to end the wait; now or earlier: returns false at once, and keeps the lock
     * @return false if the deadline came before a signal; true otherwise
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws InterruptedException if the caller is interrupted before the call or before a signal; it holds the lock
     */
    @Override
    @SuppressWarnings("JavaUtilDate") // the interface's type
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        long millis = Objects.requireNonNull(deadline, "deadline").getTime();
        checkBeforeWait();
        return millis > System.currentTimeMillis() && waitInQueue(() -> queue.awaitUntil(deadline));
    }

    /**
     * Waits until signalled, however often the caller is interrupted; its interrupt status is then as if the interrupt
     * had come after the wait. May also wake up without a signal.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public void awaitUninterruptibly() {
        checkHeld();
        waiters.incrementAndGet();
        try {
            Waits.awaitUninterruptibly(this, queue::awaitUninterruptibly);
        } finally {
            waiters.decrementAndGet();
        }
    }

    private boolean awaitFor(long nanos) throws InterruptedException {
        checkBeforeWait();
        return nanos > 0 && waitInQueue(() -> queue.await(nanos, TimeUnit.NANOSECONDS));
    }

    /** Runs release, wait and new acquire as one wait: whoever steps off for it is back only with the lock. */
    private boolean waitInQueue(WaitHook.Wait wait) throws InterruptedException {
        waiters.incrementAndGet();
        try {
            return Waits.await(this, wait);
        } finally {
            waiters.decrementAndGet();
        }
    }

    private void checkBeforeWait() throws InterruptedException {
        checkHeld();
        Checks.notInterrupted();
    }

    private void checkHeld() {
        if (!lock.isLocked()) {
            throw new IllegalMonitorStateException("lock of the condition is not held: " + this);
        }
    }

    // ---------------------------------------------------------------------------------------------------- signalling

    /**
     * Wakes the one that waits longest, if any does.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public void signal() {
        checkHeld();
        queue.signal();
    }

    /**
     * Wakes the {@code n} that wait longest, or all if fewer wait.
     *
     * @param n how many to wake at most, at least 0
     * @throws IllegalArgumentException if {@code n} is negative
     * @throws IllegalMonitorStateException if the lock is not held
     */
    public void signal(int n) {
        Checks.notNegative(n, "n");
        checkHeld();
        for (int i = 0; i < n && lock.hasWaiters(queue); i++) {
            queue.signal();
        }
    }

    /**
     * Wakes all that wait.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     */
    @Override
    public void signalAll() {
        checkHeld();
        queue.signalAll();
    }

    // --------------------------------------------------------------------------------------------------- inspection

    @Override
    public String toString() {
        return Identity.of(this) + " [waiters=" + waiters + ", lock=" + lock + ']';
    }
}
