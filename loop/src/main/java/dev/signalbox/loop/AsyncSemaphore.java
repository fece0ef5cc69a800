// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.Guard;
import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.OpenGuards;
import dev.signalbox.loop.internal.Engine;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * A counting semaphore for the tasks of one loop: {@code asyncio.Semaphore}.
 *
 * <pre>{@code
 * var limit = new AsyncSemaphore(8);
 * try (var permit = limit.acquire()) {
 *     fetch(page);
 * }
 * }</pre>
 *
 * <p>A release that finds tasks waiting hands the permits to the first of them at once; they are its own from then on, even before it
 * runs, so nobody can overtake.
 *
 * <p><b>Fairness.</b> First in, first out. A task that wants many permits waits at the head until there are enough, and holds up those
 * behind it that want fewer. {@code tryAcquire} fails when others wait.
 *
 * <p><b>Cancellation.</b> A cancelled task leaves the queue. If the permits had been handed to it already it passes them on: none is lost.
 *
 * <p><b>Binding.</b> Every method but {@code toString()} belongs to one loop, and throws {@link WrongLoopException} elsewhere before anything
 * changes. For threads, or for threads and loops together, there is {@link dev.signalbox.core.Semaphore}.
 *
 * <p><b>Memory consistency effects.</b> As between any two turns of a loop: what happened before a release is visible after the acquire.
 */
public sealed class AsyncSemaphore extends Primitive permits AsyncBoundedSemaphore {
    // Guarded by the baton. Whenever a turn ends: no waiter, or fewer permits than the first waiter wants.
    private final WaitList waiters = new WaitList(this);
    private int permits;

    /**
     * Creates a semaphore.
     *
     * @param permits how many permits there are at first, zero or more
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public AsyncSemaphore(int permits) {
        this.permits = Checks.notNegative(permits, "permits");
    }

    /** One task in the queue. */
    private static final class Waiter extends Wait {
        private final AsyncSemaphore semaphore;
        private final int wanted;

        Waiter(Task<?> task, AsyncSemaphore semaphore, int wanted) {
            super(task);
            this.semaphore = semaphore;
            this.wanted = wanted;
        }

        @Override
        void withdrawn() {
            semaphore.serve(); // those behind may want fewer
        }

        @Override
        void giveBack() {
            // Permits that were handed over are not counted as free, so more may have been released meanwhile than fit.
            semaphore.permits = (int) Math.min((long) semaphore.permits + wanted, semaphore.most());
            semaphore.serve();
        }
    }

    /** A permit, or several, to be given back once. */
    private static final class Permit implements Guard {
        private final AsyncSemaphore semaphore;
        private final int count;
        private boolean closed;

        Permit(AsyncSemaphore semaphore, int count) {
            this.semaphore = semaphore;
            this.count = count;
        }

        @Override
        public void close() {
            if (!closed) {
                semaphore.giveBack(count);
                closed = true; // after: a release that throws has released nothing
            }
        }

        @Override
        public String toString() {
            return Identity.of(this) + " [permits=" + count + ", closed=" + closed + ", of=" + semaphore + "]";
        }
    }

    // ---------------------------------------------------------------- acquire

    /**
     * Takes a permit, and waits for one if there is none or if others wait. In a task only, even when a permit is free.
     *
     * @return gives the permit back when closed; {@link #release()} does the same
     * @throws CancelledException if the task was cancelled; then it has no permit
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public Guard acquire() {
        return acquire(1);
    }

    /**
     * Takes several permits, all or none, and waits for them if need be.
     *
     * @param permits how many, more than zero
     * @return gives them all back when closed
     * @throws CancelledException if the task was cancelled; then it has none
     * @throws IllegalArgumentException if {@code permits} is zero or negative
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public Guard acquire(int permits) {
        Task<?> task = checkTask();
        take(task, Checks.positive(permits, "permits"), Task.FOREVER);
        return watch(new Permit(this, permits));
    }

    /**
     * Takes a permit, and waits for one no longer than the timeout: the timed form for {@code try}-with-resources.
     *
     * @param timeout how long; zero or negative: try once
     * @return gives the permit back when closed
     * @throws TimeoutException if there was none in time
     * @throws CancelledException if the task was cancelled; then it has no permit
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public Guard acquire(Duration timeout) throws TimeoutException {
        if (!tryAcquire(1, timeout)) {
            throw new TimeoutException("no permit of " + this + " after " + timeout);
        }
        return watch(new Permit(this, 1));
    }

    /**
     * Takes a permit if there is one and nobody waits. Never waits; also for callbacks.
     *
     * @return whether it took one
     * @throws WrongLoopException off its loop
     */
    @CheckReturnValue
    public boolean tryAcquire() {
        return tryAcquire(1);
    }

    /**
     * Takes several permits if there are so many and nobody waits. Never waits; also for callbacks.
     *
     * @param permits how many, more than zero
     * @return whether it took them
     * @throws IllegalArgumentException if {@code permits} is zero or negative
     * @throws WrongLoopException off its loop
     */
    @CheckReturnValue
    public boolean tryAcquire(int permits) {
        check();
        return takeNow(Checks.positive(permits, "permits"));
    }

    /**
     * Takes a permit, and waits for one no longer than the timeout.
     *
     * @param timeout how long; zero or negative: try once
     * @return whether it took one
     * @throws CancelledException if the task was cancelled; then it has no permit
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    @CheckReturnValue
    public boolean tryAcquire(Duration timeout) {
        return tryAcquire(1, timeout);
    }

    /**
     * Takes several permits, all or none, and waits for them no longer than the timeout.
     *
     * @param permits how many, more than zero
     * @param timeout how long; zero or negative: try once
     * @return whether it took them
     * @throws CancelledException if the task was cancelled; then it has none
     * @throws IllegalArgumentException if {@code permits} is zero or negative
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    @CheckReturnValue
    public boolean tryAcquire(int permits, Duration timeout) {
        Task<?> task = checkTask();
        Checks.positive(permits, "permits");
        return take(task, permits, Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
    }

    private boolean take(Task<?> task, int wanted, long nanos) {
        if (takeNow(wanted)) {
            return true;
        }
        if (nanos <= 0) {
            return false;
        }
        Waiter waiter = new Waiter(task, this, wanted);
        waiters.add(waiter);
        return task.suspend(waiter, nanos);
    }

    private boolean takeNow(int wanted) {
        if (permits < wanted || !waiters.isEmpty()) {
            return false;
        }
        permits -= wanted;
        return true;
    }

    // ---------------------------------------------------------------- release

    /**
     * Gives a permit back, or adds one. Also for callbacks and for tasks that did not acquire it.
     *
     * @throws IllegalStateException if there would be more than {@link Integer#MAX_VALUE}; nothing changes then
     * @throws WrongLoopException off its loop
     */
    public void release() {
        release(1);
    }

    /**
     * Gives several permits back, or adds them.
     *
     * @param permits how many, more than zero
     * @throws IllegalArgumentException if {@code permits} is zero or negative
     * @throws IllegalStateException if there would be more than {@link Integer#MAX_VALUE}; nothing changes then
     * @throws WrongLoopException off its loop
     */
    public void release(int permits) {
        check();
        giveBack(Checks.positive(permits, "permits"));
        releasedByHand();
    }

    private void giveBack(int permits) {
        check();
        long free = (long) this.permits + permits;
        if (free > most()) {
            throw Checks.overRelease(free, most());
        }
        add(permits);
    }

    /** How many permits there can be at the most. */
    int most() {
        return Integer.MAX_VALUE;
    }

    /** Adds permits, or with a negative number takes them away, though tasks may hold them. */
    final void add(int difference) {
        Engine engine = loop().engine;
        try {
            permits += difference;
            serve();
        } catch (StackOverflowError e) {
            engine.failure = e; // a permit may be lost. No call, there may be no room for one
            throw e;
        }
    }

    /** Hands permits to those who wait, as long as there are enough for the first. */
    private void serve() {
        while (waiters.first() instanceof Waiter first && first.wanted <= permits) {
            permits -= first.wanted;
            waiters.signalFirst();
        }
    }

    // ---------------------------------------------------------------- looking

    /**
     * How many permits are free.
     *
     * @return the number; negative while more are out than a bounded semaphore allows since it was made smaller
     * @throws WrongLoopException off its loop
     */
    public int availablePermits() {
        check();
        return permits;
    }

    /**
     * How many tasks wait.
     *
     * @return the number
     * @throws WrongLoopException off its loop
     */
    public int waiters() {
        check();
        return waiters.size();
    }

    /** Known as far as guards are watched. */
    @Override
    Collection<Task<?>> holders() {
        OpenGuards guards = loop().guards;
        if (guards == null) {
            return List.of();
        }
        Set<Task<?>> tasks = new LinkedHashSet<>();
        for (Object owner : guards.ownersOf(this)) {
            if (owner instanceof Task<?> task) {
                tasks.add(task);
            }
        }
        return tasks;
    }

    @Override
    String state() {
        return "permits=" + permits + ", waiters=" + waiters.size();
    }
}
