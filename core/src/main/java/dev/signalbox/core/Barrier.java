// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.Waits;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A meeting point for a fixed number of parties: each waits until all have come, then all go on, and the barrier is ready
 * for the next time.
 *
 * <p>The last party to come runs the barrier's action, if it has one, while the others still wait. With more callers than
 * parties the next meeting may be complete by then; its action waits for the end of the one before. An action must not
 * wait for its own barrier.
 *
 * <pre>{@code
 * private final Barrier step = new Barrier(2, () -> steps++);
 *
 * void simulate(Part part) throws InterruptedException, BrokenBarrierException {
 *     for (int i = 0; i < 10; i++) {
 *         part.compute();
 *         step.await(); // nobody begins the next step before all have finished this one
 *     }
 * }
 * }</pre>
 *
 * <p><b>Broken.</b> All pass or none. If one that waits is interrupted or runs out of time, if the action fails, or if
 * somebody calls {@link #abort()} or {@link #reset()}, then all others that wait throw {@link BrokenBarrierException}.
 * After a reset the barrier is whole again at once; in the other cases it stays broken, and whoever comes throws too,
 * until it is reset. Parties that had already been let through, but have not run yet, are not concerned by anything that
 * happens later.
 *
 * <p><b>Fairness.</b> All are let through at once, in no particular order.
 *
 * <p><b>Interruption.</b> An interrupt ends the wait of the one that is interrupted, and breaks the barrier for the
 * others. One that comes too late, after all have come, is kept for the next wait. In a task, a cancel is such an
 * interrupt.
 *
 * <p><b>Memory consistency effects:</b> what each party does before {@code await} <i>happens before</i> the action, and
 * the action before what each does after it.
 *
 * <p>After {@link java.util.concurrent.CyclicBarrier}, from which it differs in that the index counts up, in
 * {@link #abort()}, and in that no lock is held while the action runs. Python: {@code threading.Barrier}.
 */
public final class Barrier {
    /*
     * Each use of the barrier is a generation of its own:
     *
     *     open ---the last has come---> full ---the action returned---> passed
     *        \                             \---the action failed---> broken
     *         \---timeout, interrupt, abort, reset---> broken
     *
     * - A generation is replaced by a new one when it is full, and by a reset; who waits keeps the one it came in. So a
     *   reset cannot reach those who have been let through and have not run yet.
     * - Nothing but its action can break a generation that is full: who runs out of time or is interrupted then waits on
     *   for the outcome, which all share.
     * - A generation that is broken stays in place until a reset; when an action fails, its successor is in place already,
     *   and is broken too. It may even be full: then its last party waits until the action has ended, so that actions never
     *   overlap.
     */

    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final int parties;
    private final Runnable action;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Generation generation = new Generation(); // written with the lock

    /** One use of the barrier. */
    private final class Generation {
        final java.util.concurrent.locks.Condition changed = lock.newCondition();
        volatile int arrived; // written with the lock
        volatile State state = State.OPEN; // written with the lock
        /** The one that was full before this one opened; forgotten when its action has ended. Guarded by the lock. */
        @Nullable
        Generation before;

        /** The one that opened when this one was full. Guarded by the lock. */
        @Nullable
        Generation after;
    }

    /** What a generation is in. */
    private enum State {
        OPEN,
        FULL,
        PASSED,
        BROKEN
    }

    /** What one call came to; used by its own thread. */
    private static final class Arrival {
        @Nullable
        Generation generation; // null: has not come

        int index;
        boolean expired;
    }

    /**
     * Creates a barrier without an action.
     *
     * @param parties how many have to come, at least 1
     * @throws IllegalArgumentException if {@code parties} is zero or negative
     */
    public Barrier(int parties) {
        this(parties, () -> {});
    }

    /**
     * Creates a barrier.
     *
     * @param parties how many have to come, at least 1
     * @param action what the last to come runs each time, before any is let through; if it throws, the barrier breaks
     * @throws IllegalArgumentException if {@code parties} is zero or negative
     */
    public Barrier(int parties, Runnable action) {
        this.parties = Checks.positive(parties, "parties");
        this.action = Objects.requireNonNull(action, "action");
    }

    // ------------------------------------------------------------------------------------------------------- waiting

    /**
     * Waits until all parties have come. The last one to come runs the action first; what that throws it throws.
     *
     * @return how many came before the caller: 0 for the first, {@code parties() - 1} for the last
     * @throws BrokenBarrierException if the barrier is broken, or breaks while the caller waits
     * @throws InterruptedException if the caller is interrupted before or while it waits; the barrier is broken then
     */
    public int await() throws InterruptedException, BrokenBarrierException {
        Arrival arrival = arrive(NO_LIMIT);
        return finish(arrival);
    }

    /**
     * Waits until all parties have come, no longer than the given time. The last one to come runs the action first; what
     * that throws it throws.
     *
     * @param timeout how long to wait; zero or less: without waiting, which breaks the barrier unless the caller is the
     *     last to come
     * @return how many came before the caller: 0 for the first, {@code parties() - 1} for the last
     * @throws TimeoutException if not all came in that time; the barrier is broken then
     * @throws BrokenBarrierException if the barrier is broken, or breaks while the caller waits
     * @throws InterruptedException if the caller is interrupted before or while it waits; the barrier is broken then
     */
    public int await(Duration timeout) throws InterruptedException, BrokenBarrierException, TimeoutException {
        long nanos = Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout"));
        Arrival arrival = arrive(Math.min(nanos, NO_LIMIT - 1));
        if (arrival.expired) {
            throw new TimeoutException("not all parties came within " + timeout + ": " + this);
        }
        return finish(arrival);
    }

    /** Comes, and waits unless it is the last. */
    private Arrival arrive(long nanos) throws InterruptedException, BrokenBarrierException {
        if (isBroken()) {
            throw isBrokenNow();
        }
        Arrival arrival = new Arrival();
        try {
            Checks.notInterrupted();
            if (!tryArrive(arrival, nanos <= 0)) {
                Waits.await(this, () -> arriveAndWait(arrival, nanos));
            }
        } catch (InterruptedException | CancellationException e) {
            // Refused before it came, as a task is that was cancelled: the others would wait for it in vain.
            if (arrival.generation == null) {
                abort();
            }
            throw e;
        } catch (RuntimeException | Error e) {
            leave(arrival);
            throw e;
        }
        return arrival;
    }

    /** One that has come and does not stay, for some failure, breaks what the others wait for. */
    private void leave(Arrival arrival) {
        Generation mine = arrival.generation;
        if (mine == null) {
            return;
        }
        lock.lock();
        try {
            if (mine.state == State.OPEN) {
                breakUp(mine);
            } else if (mine.state == State.FULL && arrival.index == parties - 1) {
                end(mine, true); // nobody else would run the action
            }
        } finally {
            lock.unlock();
        }
    }

    /** Comes if there is nothing to wait for: as the last, to a broken barrier, or without any time to wait. */
    private boolean tryArrive(Arrival arrival, boolean expired) {
        lock.lock();
        try {
            Generation present = generation;
            boolean isOpen = present.state == State.OPEN;
            boolean isLast = isOpen && present.arrived + 1 == parties;
            boolean isEarly = isOpen && !isLast;
            boolean waitsForAction = isLast && present.before != null && present.before.state == State.FULL;
            if (waitsForAction || (isEarly && !expired)) {
                return false;
            }
            enter(arrival, present);
            if (isEarly) {
                arrival.expired = true;
                breakUp(present);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Counts the caller in; with the lock. */
    private void enter(Arrival arrival, Generation present) {
        arrival.generation = present;
        arrival.index = present.arrived;
        if (present.state == State.OPEN) {
            int arrived = arrival.index + 1;
            present.arrived = arrived;
            if (arrived == parties) {
                present.state = State.FULL;
                Generation opened = new Generation();
                opened.before = present;
                present.after = opened;
                generation = opened;
            }
        }
    }

    private boolean arriveAndWait(Arrival arrival, long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        lock.lock();
        try {
            Generation mine = generation;
            enter(arrival, mine);
            if (mine.state == State.FULL) {
                // With more callers than parties the action of the meeting before may still run: this one has to wait.
                awaitEnd(mine.before);
            } else {
                awaitFull(arrival, mine, nanos, deadline);
                awaitEnd(mine);
            }
            return mine.state != State.BROKEN;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a generation is open no more; with the lock. */
    private void awaitFull(Arrival arrival, Generation mine, long nanos, long deadline) throws InterruptedException {
        try {
            while (mine.state == State.OPEN) {
                if (nanos == NO_LIMIT) {
                    mine.changed.await();
                } else if (mine.changed.awaitNanos(deadline - System.nanoTime()) <= 0 && mine.state == State.OPEN) {
                    arrival.expired = true;
                    breakUp(mine);
                }
            }
        } catch (InterruptedException e) {
            if (mine.state == State.OPEN) {
                breakUp(mine);
                throw e;
            }
            // Too late: it is for the next wait.
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the action of a generation that is full has ended; with the lock. */
    private static void awaitEnd(@Nullable Generation full) {
        while (full != null && full.state == State.FULL) {
            full.changed.awaitUninterruptibly();
        }
    }

    /** Ends the arrival of a caller that does not wait any more, as the last one by the action. */
    private int finish(Arrival arrival) throws BrokenBarrierException {
        Generation mine = Objects.requireNonNull(arrival.generation);
        if (mine.state == State.FULL) {
            act(mine);
        }
        if (mine.state == State.BROKEN) {
            throw isBrokenNow();
        }
        return arrival.index;
    }

    private void act(Generation full) {
        boolean failed = true;
        try {
            action.run();
            failed = false;
        } finally {
            end(full, failed);
        }
    }

    private void end(Generation full, boolean failed) {
        lock.lock();
        try {
            full.state = failed ? State.BROKEN : State.PASSED;
            full.changed.signalAll();
            full.before = null; // or each would keep all those before it
            // Those that came after it, up to a reset, which begins anew.
            for (Generation next = failed ? full.after : null; next != null; next = next.after) {
                breakUp(next);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Breaks a generation whose action has not begun; with the lock. */
    private static void breakUp(Generation present) {
        present.state = State.BROKEN;
        present.changed.signalAll();
    }

    private BrokenBarrierException isBrokenNow() {
        return new BrokenBarrierException("barrier is broken: " + this);
    }

    // ------------------------------------------------------------------------------------------------------ breaking

    /**
     * Makes the barrier whole again. Those that wait throw {@link BrokenBarrierException}; those that have been let through
     * go on.
     */
    public void reset() {
        lock.lock();
        try {
            Generation fresh = new Generation();
            fresh.before = generation.before; // whose action may still run
            breakUp(generation);
            generation = fresh;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Breaks the barrier: those that wait and those to come throw {@link BrokenBarrierException}, until there is a
     * {@link #reset()}. Those that have been let through go on.
     */
    public void abort() {
        lock.lock();
        try {
            breakUp(generation);
        } finally {
            lock.unlock();
        }
    }

    // --------------------------------------------------------------------------------------------------- inspection

    /**
     * Returns whether the barrier is broken at this moment.
     *
     * @return true if it is
     */
    public boolean isBroken() {
        return generation.state == State.BROKEN;
    }

    /**
     * Returns how many have to come.
     *
     * @return the number given to the constructor
     */
    public int parties() {
        return parties;
    }

    /**
     * Returns how many wait for the others at this moment.
     *
     * @return the number; zero if the barrier is broken
     */
    public int waiters() {
        Generation present = generation;
        return present.state == State.OPEN ? present.arrived : 0;
    }

    @Override
    public String toString() {
        return Identity.of(this) + " [parties=" + parties + ", waiters=" + waiters() + ", broken=" + isBroken() + ']';
    }
}
