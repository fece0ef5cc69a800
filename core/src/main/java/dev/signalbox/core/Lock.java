// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.Waits;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A mutual exclusion lock that has no owner: it is not reentrant, and any thread may release it.
 *
 * <p>At most one caller holds the lock. A thread that acquires it twice waits for itself; one thread may acquire it and
 * another release it, as when work is handed over. Releasing it when it is not locked throws
 * {@link IllegalMonitorStateException}; when two threads race to release one hold, exactly one of them gets it.
 *
 * <pre>{@code
 * private final Lock lock = new Lock();
 *
 * void add(int amount) throws InterruptedException {
 *     try (var held = lock.acquire()) {
 *         total += amount;
 *     }
 * }
 * }</pre>
 *
 * <p>{@code acquire}, {@code tryAcquire} and {@code release} are the verbs of this library, {@code lock}, {@code tryLock}
 * and {@code unlock} those of {@link java.util.concurrent.locks.Lock}; they may be mixed.
 *
 * <p><b>Fairness.</b> A caller that finds the lock free takes it even when others wait (barging); those who wait are
 * tried in the order of arrival.
 *
 * <p><b>Interruption.</b> A waiting caller that is interrupted, or whose time runs out, leaves the queue without the
 * lock. Only {@link #lock()} waits on, and keeps the interrupt status.
 *
 * <p><b>Memory consistency effects:</b> what a thread does before it releases the lock <i>happens before</i> what
 * another does after it has acquired it.
 *
 * <p>After {@link java.util.concurrent.locks.ReentrantLock}, from which it differs in having neither an owner nor a count
 * of holds. Python: {@code threading.Lock}.
 */
public final class Lock implements java.util.concurrent.locks.Lock {
    private final Sync sync = new Sync();

    /** Creates a lock that is not locked. */
    public Lock() {}

    /** The state, 1 while the lock is held, and the queue of those who wait for it. */
    private static final class Sync extends Mutex {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean tryAcquire(int one) {
            return getState() == 0 && compareAndSetState(0, 1);
        }

        // A CAS, because without an owner two threads may be here at once, and one of them is wrong.
        @Override
        protected boolean tryRelease(int one) {
            return compareAndSetState(1, 0);
        }

        /** Nobody in particular: to an ownerless lock all callers are the same. */
        @Override
        Object caller() {
            return this;
        }

        @Override
        boolean isHeldBy(Object caller) {
            return isLocked();
        }

        @Override
        void giveBack(Object lock) {
            if (!unlock(1)) {
                throw new IllegalMonitorStateException("released a lock that is not locked: " + lock);
            }
        }

        @Override
        int releaseAll(Object caller) {
            return unlock(1) ? 1 : 0;
        }

        @Override
        void restore(Object caller, int holds) {
            acquire(holds);
        }
    }

    // ---------------------------------------------------------------------------------------------------- acquiring

    /**
     * Takes the lock, and waits until it is free: {@link #lockInterruptibly()} with a guard.
     *
     * @return a guard that releases the lock
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no lock
     */
    public Guard acquire() throws InterruptedException {
        lockInterruptibly();
        return sync.guard(this);
    }

    /**
     * Takes the lock, and waits for it no longer than the given time: {@link #tryAcquire(Duration)} for a {@code try}
     * block.
     *
     * @param timeout how long to wait; zero or less: one try, without waiting
     * @return a guard that releases the lock
     * @throws TimeoutException if the lock was not free in that time
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no lock
     */
    public Guard acquire(Duration timeout) throws InterruptedException, TimeoutException {
        if (!tryAcquire(timeout)) {
            throw new TimeoutException("lock was not free within " + timeout + ": " + this);
        }
        return sync.guard(this);
    }

    /**
     * Takes the lock if it is free, without waiting: {@link #tryLock()}.
     *
     * @return whether the caller has the lock
     */
    @CheckReturnValue
    public boolean tryAcquire() {
        return sync.tryAcquire(1);
    }

    /**
     * Takes the lock, and waits for it no longer than the given time.
     *
     * @param timeout how long to wait; zero or less: one try, without waiting
     * @return true if the caller has the lock; false if the time ran out
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no lock
     */
    @CheckReturnValue
    public boolean tryAcquire(Duration timeout) throws InterruptedException {
        return tryAcquireNanos(Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
    }

    private boolean tryAcquireNanos(long nanos) throws InterruptedException {
        Checks.notInterrupted();
        return sync.tryAcquire(1) || (nanos > 0 && Waits.await(this, () -> sync.tryAcquireNanos(1, nanos)));
    }

    /**
     * Takes the lock, and waits until it is free, however often the caller is interrupted; its interrupt status is then
     * as if the interrupt had come after the wait.
     */
    @Override
    public void lock() {
        if (!sync.tryAcquire(1)) {
            Waits.awaitUninterruptibly(this, () -> sync.acquire(1));
        }
    }

    /**
     * Takes the lock, and waits until it is free.
     *
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no lock
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        Checks.notInterrupted();
        if (!sync.tryAcquire(1)) {
            Waits.await(this, () -> {
                sync.acquireInterruptibly(1);
                return true;
            });
        }
    }

    /**
     * Takes the lock if it is free, without waiting.
     *
     * @return whether the caller has the lock
     */
    @Override
    public boolean tryLock() {
        return tryAcquire();
    }

    /**
     * Takes the lock, and waits for it no longer than the given time.
     *
     * @param time how long to wait, in {@code unit}; zero or less: one try, without waiting
     * @param unit the unit of {@code time}
     * @return true if the caller has the lock; false if the time ran out
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no lock
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return tryAcquireNanos(Objects.requireNonNull(unit, "unit").toNanos(time));
    }

    // ---------------------------------------------------------------------------------------------------- releasing

    /**
     * Releases the lock, from any thread.
     *
     * @throws IllegalMonitorStateException if it is not locked; nothing has changed then
     */
    public void release() {
        sync.releaseByHand(this);
    }

    /**
     * Releases the lock, from any thread: {@link #release()}.
     *
     * @throws IllegalMonitorStateException if it is not locked; nothing has changed then
     */
    @Override
    public void unlock() {
        release();
    }

    // ---------------------------------------------------------------------------------------------------- conditions

    /**
     * Returns a new condition over this lock.
     *
     * @return the condition
     */
    @Override
    public Condition newCondition() {
        return new Condition(this);
    }

    /** Returns what a condition over this lock works on. */
    Mutex mutex() {
        return sync;
    }

    // --------------------------------------------------------------------------------------------------- inspection

    /**
     * Returns whether the lock is held at this moment, by anyone.
     *
     * @return true if it is
     */
    public boolean isLocked() {
        return sync.isLocked();
    }

    @Override
    public String toString() {
        return Identity.of(this) + " [locked=" + isLocked() + ", waiters=" + sync.getQueueLength() + ']';
    }
}
