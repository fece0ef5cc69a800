// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.Guard;
import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A meeting point for a fixed number of tasks of one loop: each waits until all have come, then all go on, and the barrier is ready for the
 * next time. {@code asyncio.Barrier}, with the rules of {@code threading.Barrier}.
 *
 * <pre>{@code
 * var step = new AsyncBarrier(2, () -> steps++);
 * for (int part = 0; part < 2; part++) {
 *     createTask(() -> {
 *         for (int i = 0; i < 10; i++) {
 *             compute();
 *             step.await(); // nobody begins the next step before both have finished this one
 *         }
 *     });
 * }
 * }</pre>
 *
 * <p>The last party to come runs the barrier's action, if it has one, while the others still wait. An action may wait: who comes meanwhile
 * comes to the next meeting, and if that is complete before the action has ended, its own action waits for the end of the one before.
 * An action must not wait for its own barrier.
 *
 * <p><b>Broken.</b> All pass or none. If one that waits is cancelled or runs out of time, if the action fails, or if somebody calls {@link
 * #abort()} or {@link #reset()}, then all others that wait throw {@link BrokenBarrierException}. After a reset the barrier is whole again at
 * once; in the other cases it stays broken, and whoever comes throws too, until it is reset. Parties that had already been let through, but
 * have not run yet, are not concerned by anything that happens later.
 *
 * <p><b>Fairness.</b> All are let through at once, and go on in the order in which they came; the last to come goes on before them, without
 * waiting.
 *
 * <p><b>Cancellation.</b> A cancelled task leaves, and breaks the barrier for the others. One that is cancelled after all have come changes
 * nothing for them: it throws when the action has ended, like everybody else who goes on then. {@code asyncio.Barrier} just lets the
 * task go, and then gives two of those that come the same index.
 *
 * <p><b>Binding.</b> Every method but {@code toString()} belongs to one loop, and throws {@link WrongLoopException} elsewhere before anything
 * changes. For threads, or for threads and loops together, there is {@link dev.signalbox.core.Barrier}.
 *
 * <p><b>Memory consistency effects.</b> As between any two turns of a loop: what each party did before {@code await} is visible to the
 * action, and what that did to each of them afterwards.
 */
public final class AsyncBarrier extends Primitive {
    private final int parties;
    private final Runnable action;
    private final AsyncLock turn = new AsyncLock(); // held by whoever runs the action

    // Guarded by the baton.
    private Generation generation = new Generation(this);

    /**
     * One use of the barrier.
     *
     * <pre>
     *   open ──the last has come──▶ full ──the action returned──▶ passed
     *     │                           └──the action failed──▶ broken
     *     └──timeout, cancel, abort, reset──▶ broken
     * </pre>
     *
     * <p>It is replaced by a new one when it is full, and by a reset; who waits keeps the one it came to. One that is broken stays until a
     * reset. When an action fails its successors are in place already, and are broken too.
     */
    private static final class Generation {
        final WaitList waiters;
        State state = State.OPEN;
        /** The one that opened when this one was full. */
        @Nullable
        Generation after;

        Generation(AsyncBarrier barrier) {
            waiters = new WaitList(barrier);
        }

        void end(State end) {
            state = end;
            waiters.signalAll();
        }
    }

    private enum State {
        OPEN,
        FULL,
        PASSED,
        BROKEN
    }

    /** One party that is not the last. It waits for the outcome, and only as long as its generation is open can it give up. */
    private static final class Waiter extends Wait {
        private final Generation mine;

        Waiter(Task<?> task, Generation mine) {
            super(task);
            this.mine = mine;
        }

        @Override
        void giveUp(End reason) {
            if (mine.state == State.OPEN) {
                super.giveUp(reason);
            }
        }

        @Override
        void withdrawn() {
            mine.end(State.BROKEN);
        }
    }

    /**
     * Creates a barrier without an action.
     *
     * @param parties how many have to come, more than zero
     * @throws IllegalArgumentException if {@code parties} is zero or negative
     */
    public AsyncBarrier(int parties) {
        this(parties, () -> {});
    }

    /**
     * Creates a barrier.
     *
     * @param parties how many have to come, more than zero
     * @param action what the last to come runs each time, before any is let through; if it throws, the barrier breaks
     * @throws IllegalArgumentException if {@code parties} is zero or negative
     */
    public AsyncBarrier(int parties, Runnable action) {
        this.parties = Checks.positive(parties, "parties");
        this.action = Objects.requireNonNull(action, "action");
    }

    // ---------------------------------------------------------------- waiting

    /**
     * Waits until all parties have come. The last one to come runs the action first; what that throws it throws. In a task only.
     *
     * @return how many came before this one: 0 for the first, {@code parties() - 1} for the last
     * @throws BrokenBarrierException if the barrier is broken, or breaks while the task waits
     * @throws CancelledException if the task was cancelled; if not all had come, the barrier is broken then
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public int await() throws BrokenBarrierException {
        Task<?> task = checkTask();
        Generation mine = present();
        int index = mine.waiters.size();
        arrive(task, mine, Task.FOREVER);
        return index;
    }

    /**
     * Waits until all parties have come, but no longer than the timeout. The last one to come runs the action first; what that throws it
     * throws.
     *
     * @param timeout how long; zero or negative: without waiting, which breaks the barrier unless the task is the last to come
     * @return how many came before this one: 0 for the first, {@code parties() - 1} for the last
     * @throws TimeoutException if not all came in that time; the barrier is broken then
     * @throws BrokenBarrierException if the barrier is broken, or breaks while the task waits
     * @throws CancelledException if the task was cancelled; if not all had come, the barrier is broken then
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public int await(Duration timeout) throws BrokenBarrierException, TimeoutException {
        Task<?> task = checkTask();
        long nanos = Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout"));
        Generation mine = present();
        int index = mine.waiters.size();
        if (!arrive(task, mine, nanos)) {
            throw new TimeoutException("not all parties came within " + timeout + ": " + this);
        }
        return index;
    }

    private Generation present() throws BrokenBarrierException {
        requireWhole(generation);
        return generation;
    }

    private void requireWhole(Generation mine) throws BrokenBarrierException {
        if (mine.state == State.BROKEN) {
            throw new BrokenBarrierException("barrier is broken: " + this);
        }
    }

    /** Comes to a generation that is open; false if the time ran out before all had come. */
    private boolean arrive(Task<?> task, Generation mine, long nanos) throws BrokenBarrierException {
        if (mine.waiters.size() == parties - 1) {
            complete(mine);
        } else if (nanos <= 0) {
            mine.end(State.BROKEN);
            return false;
        } else {
            Waiter waiter = new Waiter(task, mine);
            mine.waiters.add(waiter);
            if (!task.suspend(waiter, nanos)) {
                return false;
            }
        }
        requireWhole(mine);
        return true;
    }

    /** The last has come. */
    private void complete(Generation mine) {
        generation = new Generation(this);
        mine.after = generation;
        mine.state = State.FULL;
        try (Guard held = turn.acquire()) {
            if (mine.state == State.FULL) { // or the action before has failed
                action.run();
                mine.end(State.PASSED);
            }
        } finally {
            if (mine.state == State.FULL) {
                fail(mine);
            }
        }
    }

    /** Breaks a generation that was full, and those that came after it, up to a reset, which began anew. */
    private static void fail(Generation full) {
        for (Generation next = full; next != null; next = next.after) {
            next.end(State.BROKEN);
        }
    }

    // ---------------------------------------------------------------- breaking

    /**
     * Makes the barrier whole again. Those that wait throw {@link BrokenBarrierException}; those that have been let through go on. Also for
     * callbacks.
     *
     * @throws WrongLoopException off its loop
     */
    public void reset() {
        abort();
        generation = new Generation(this);
    }

    /**
     * Breaks the barrier: those that wait and those to come throw {@link BrokenBarrierException}, until there is a {@link #reset()}. Those
     * that have been let through go on. Also for callbacks.
     *
     * @throws WrongLoopException off its loop
     */
    public void abort() {
        check();
        generation.end(State.BROKEN);
    }

    // ---------------------------------------------------------------- looking

    /**
     * Whether the barrier is broken.
     *
     * @return true if it is
     * @throws WrongLoopException off its loop
     */
    public boolean isBroken() {
        check();
        return generation.state == State.BROKEN;
    }

    /**
     * How many have to come.
     *
     * @return the number given to the constructor
     * @throws WrongLoopException off its loop
     */
    public int parties() {
        check();
        return parties;
    }

    /**
     * How many wait for the others.
     *
     * @return the number; zero if the barrier is broken
     * @throws WrongLoopException off its loop
     */
    public int waiters() {
        check();
        return generation.waiters.size();
    }

    @Override
    String state() {
        Generation present = generation;
        return "parties=" + parties + ", waiters=" + present.waiters.size() + ", broken="
                + (present.state == State.BROKEN);
    }
}
