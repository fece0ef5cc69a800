// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.Owned;
import dev.signalbox.core.internal.Waits;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A mutual exclusion lock that belongs to whoever acquired it: its owner may acquire it again, and only its owner may
 * release it.
 *
 * <p>The owner is the thread, or, for code that runs in a task of an event loop, the task: two tasks exclude each other
 * even when one thread runs both, and a task keeps the lock while it waits and other tasks run on its thread. Code that a
 * task runs off its loop, in {@code Async.blocking}, is the task; a callback is the thread that happens to run it, and
 * should release what it acquires before it ends. A thread that holds the lock and runs a loop is not the tasks of that
 * loop: if one of them wants the lock, and the run ends only with that task, both wait for ever.
 *
 * <p>Each acquisition adds a hold, and each release takes one away; with the last one the lock is free. A release by
 * anyone else throws {@link IllegalMonitorStateException}. An owner that ends without releasing leaves the lock locked for
 * ever.
 *
 * <pre>{@code
 * private final RLock lock = new RLock();
 *
 * void transfer(int amount) throws InterruptedException {
 *     try (var held = lock.acquire()) {
 *         withdraw(amount);
 *         deposit(amount);
 *     }
 * }
 *
 * void deposit(int amount) throws InterruptedException {
 *     try (var held = lock.acquire()) {
 *         balance += amount;
 *     }
 * }
 * }</pre>
 *
 * <p>{@code acquire}, {@code tryAcquire} and {@code release} are the verbs of this library, {@code lock}, {@code tryLock}
 * and {@code unlock} those of {@link java.util.concurrent.locks.Lock}; they may be mixed. A guard has to be closed by the
 * owner.
 *
 * <p><b>Fairness.</b> A caller that finds the lock free takes it even when others wait (barging); those who wait are
 * tried in the order of arrival.
 *
 * <p><b>Interruption.</b> A waiting caller that is interrupted, or whose time runs out, leaves the queue without the
 * lock. Only {@link #lock()} waits on, and keeps the interrupt status.
 *
 * <p><b>Memory consistency effects:</b> what an owner does before its last release <i>happens before</i> what another
 * does after it has acquired the lock.
 *
 * <p>After {@link java.util.concurrent.locks.ReentrantLock}, from which it differs in that a task may own it. Python:
 * {@code threading.RLock}.
 */
public final class RLock implements java.util.concurrent.locks.Lock {
    private final Sync sync = new Sync();

    /** Creates a lock that is not locked. */
    public RLock() {}

    /** The state, which counts the holds, their owner, and the queue of those who wait. */
    private static final class Sync extends Mutex implements Owned {
        private static final long serialVersionUID = 1L;

        /*
         * Written by whoever holds the lock, right after its first hold and right before its last release. Plain, because
         * it is only compared with the caller: one that is not the owner may read any value but itself, since it has
         * overwritten that before it released, and what came later is not itself either.
         */
        private transient @Nullable Object owner;

        /** Takes the lock if it is free, or once more if the caller owns it. */
        boolean tryLock(Object caller) {
            if (tryAcquire(1)) {
                owner = caller;
                return true;
            }
            return owner == caller && addHold();
        }

        private boolean addHold() {
            int holds = getState();
            if (holds == Integer.MAX_VALUE) {
                throw new IllegalStateException("acquired more often than a lock can count: " + holds + " holds");
            }
            setState(holds + 1);
            return true;
        }

        /** Takes a free lock with that many holds. Who waits in here is not the owner, so it never is for one hold more. */
        @Override
        protected boolean tryAcquire(int holds) {
            return getState() == 0 && compareAndSetState(0, holds);
        }

        /** Gives back that many holds, for the owner. */
        @Override
        protected boolean tryRelease(int holds) {
            int left = getState() - holds;
            if (left == 0) {
                // Order matters: as soon as the state is 0 the field belongs to the next owner.
                owner = null;
            }
            setState(left);
            return left == 0;
        }

        @Override
        Object caller() {
            return Waits.caller();
        }

        @Override
        public @Nullable Object owner() {
            return owner;
        }

        @Override
        boolean isHeldBy(Object caller) {
            return owner == caller;
        }

        @Override
        void giveBack(Object lock) {
            if (!isHeldBy(Waits.caller())) {
                throw new IllegalMonitorStateException("released a lock that the caller does not hold: " + lock);
            }
            unlock(1);
        }

        int holdsOf(Object caller) {
            return isHeldBy(caller) ? getState() : 0;
        }

        @Override
        int releaseAll(Object caller) {
            int holds = holdsOf(caller);
            if (holds > 0) {
                unlock(holds);
            }
            return holds;
        }

        @Override
        void restore(Object caller, int holds) {
            acquire(holds);
            owner = caller;
        }

        boolean acquireInterruptibly(Object caller) throws InterruptedException {
            acquireInterruptibly(1);
            owner = caller;
            return true;
        }

        boolean tryAcquireNanos(Object caller, long nanos) throws InterruptedException {
            boolean acquired = tryAcquireNanos(1, nanos);
            if (acquired) {
                owner = caller;
            }
            return acquired;
        }

        /** Names the owner, as it happens to be seen. */
        String describeOwner() {
            return Identity.ofOwner(owner);
        }
    }

    // ---------------------------------------------------------------------------------------------------- acquiring

    /**
     * Takes the lock, and waits until it is free unless the caller owns it: {@link #lockInterruptibly()} with a guard.
     *
     * @return a guard that gives back this one hold
     * @throws IllegalStateException if the caller has {@link Integer#MAX_VALUE} holds already
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no more holds than
     *     before
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
     * @return a guard that gives back this one hold
     * @throws TimeoutException if the lock was not free in that time
     * @throws IllegalStateException if the caller has {@link Integer#MAX_VALUE} holds already
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no more holds than
     *     before
     */
    public Guard acquire(Duration timeout) throws InterruptedException, TimeoutException {
        if (!tryAcquire(timeout)) {
            throw new TimeoutException("lock was not free within " + timeout + ": " + this);
        }
        return sync.guard(this);
    }

    /**
     * Takes the lock if it is free or the caller owns it, without waiting: {@link #tryLock()}.
     *
     * @return whether the caller has one hold more
     * @throws IllegalStateException if the caller has {@link Integer#MAX_VALUE} holds already
     */
    @CheckReturnValue
    public boolean tryAcquire() {
        return sync.tryLock(Waits.caller());
    }

    /**
     * Takes the lock, and waits for it no longer than the given time.
     *
     * @param timeout how long to wait; zero or less: one try, without waiting
     * @return true if the caller has one hold more; false if the time ran out
     * @throws IllegalStateException if the caller has {@link Integer#MAX_VALUE} holds already
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no more holds than
     *     before
     */
    @CheckReturnValue
    public boolean tryAcquire(Duration timeout) throws InterruptedException {
        return tryAcquireNanos(Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
    }

    private boolean tryAcquireNanos(long nanos) throws InterruptedException {
        Checks.notInterrupted();
        Object caller = Waits.caller();
        return sync.tryLock(caller) || (nanos > 0 && Waits.await(this, () -> sync.tryAcquireNanos(caller, nanos)));
    }

    /**
     * Takes the lock, and waits until it is free unless the caller owns it, however often the caller is interrupted; its
     * interrupt status is then as if the interrupt had come after the wait.
     *
     * @throws IllegalStateException if the caller has {@link Integer#MAX_VALUE} holds already
     */
    @Override
    public void lock() {
        Object caller = Waits.caller();
        if (!sync.tryLock(caller)) {
            Waits.awaitUninterruptibly(this, () -> sync.restore(caller, 1));
        }
    }

    /**
     * Takes the lock, and waits until it is free unless the caller owns it.
     *
     * @throws IllegalStateException if the caller has {@link Integer#MAX_VALUE} holds already
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no more holds than
     *     before
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        Checks.notInterrupted();
        Object caller = Waits.caller();
        if (!sync.tryLock(caller)) {
            Waits.await(this, () -> sync.acquireInterruptibly(caller));
        }
    }

    /**
     * Takes the lock if it is free or the caller owns it, without waiting.
     *
     * @return whether the caller has one hold more
     * @throws IllegalStateException if the caller has {@link Integer#MAX_VALUE} holds already
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
     * @return true if the caller has one hold more; false if the time ran out
     * @throws IllegalStateException if the caller has {@link Integer#MAX_VALUE} holds already
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no more holds than
     *     before
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return tryAcquireNanos(Objects.requireNonNull(unit, "unit").toNanos(time));
    }

    // ---------------------------------------------------------------------------------------------------- releasing

    /**
     * Gives back one hold; with the last one the lock is free.
     *
     * @throws IllegalMonitorStateException if the caller does not own the lock; nothing has changed then
     */
    public void release() {
        sync.releaseByHand(this);
    }

    /**
     * Gives back one hold: {@link #release()}.
     *
     * @throws IllegalMonitorStateException if the caller does not own the lock; nothing has changed then
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

    /**
     * Returns whether the caller owns the lock: the running task, or the thread where there is none.
     *
     * @return true if it does
     */
    public boolean isHeldByCurrentThread() {
        return sync.isHeldBy(Waits.caller());
    }

    /**
     * Returns how many holds the caller has.
     *
     * @return the number; zero if the caller does not own the lock
     */
    public int holdCount() {
        return sync.holdsOf(Waits.caller());
    }

    @Override
    public String toString() {
        return Identity.of(this) + " [holds=" + sync.holds() + ", owner=" + sync.describeOwner() + ", waiters="
                + sync.getQueueLength() + ']';
    }
}
