// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.Guard;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A lock for the tasks of one loop: {@code asyncio.Lock}. Not reentrant; any task or callback of the loop may release it.
 *
 * <pre>{@code
 * try (var held = lock.acquire()) {
 *     var n = store.read();  // waits: others run here
 *     store.write(n + 1);
 * }
 * }</pre>
 *
 * <p>What the tasks of one loop share needs a lock only where a task waits between reading and writing. A release that finds tasks waiting
 * hands the lock to the first of them at once, so nobody can overtake.
 *
 * <p><b>Fairness.</b> First in, first out; {@code tryAcquire} fails when the lock is held.
 *
 * <p><b>Cancellation.</b> A cancelled task leaves the queue. If the lock had been handed to it already it passes it on.
 *
 * <p><b>Binding.</b> Every method but {@code toString()} belongs to one loop, and throws {@link WrongLoopException} elsewhere before anything
 * changes. For threads, or for threads and loops together, there is {@link dev.signalbox.core.Lock}.
 *
 * <p><b>Memory consistency effects.</b> As between any two turns of a loop: what happened before a release is visible after the acquire.
 */
public final class AsyncLock extends Primitive {
    // Guarded by the baton. Whoever waits, waits because the lock is held.
    private final WaitList waiters = new WaitList(this);
    /** More than one only while the loop closes: see {@link #takeAnyway()}. */
    private int holds;
    /** The task that has the lock; null if nobody has it, or a callback took it. */
    private @Nullable Task<?> holder;

    /** Creates a lock that nobody holds. */
    public AsyncLock() {}

    /** One task in the queue. */
    private static final class Waiter extends Wait {
        private final AsyncLock lock;

        Waiter(Task<?> task, AsyncLock lock) {
            super(task);
            this.lock = lock;
        }

        @Override
        void giveBack() {
            lock.handOver();
        }
    }

    /** One hold of the lock, to be released once. */
    private static final class Hold implements Guard {
        private final AsyncLock lock;
        private boolean closed;

        Hold(AsyncLock lock) {
            this.lock = lock;
        }

        @Override
        public void close() {
            if (!closed) {
                lock.giveBack();
                closed = true; // after: a release that throws has released nothing
            }
        }

        @Override
        public String toString() {
            return Identity.of(this) + " [closed=" + closed + ", of=" + lock + "]";
        }
    }

    /**
     * Takes the lock, and waits for it while it is held. In a task only, even when it is free. A task that holds it and acquires it again
     * waits for itself.
     *
     * @return releases the lock when closed; {@link #release()} does the same
     * @throws CancelledException if the task was cancelled; then it does not hold the lock
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public Guard acquire() {
        take(checkTask(), Task.FOREVER);
        return watch(new Hold(this));
    }

    /**
     * Takes the lock, and waits for it no longer than the timeout: the timed form for {@code try}-with-resources.
     *
     * @param timeout how long; zero or negative: try once
     * @return releases the lock when closed
     * @throws TimeoutException if it was not free in time
     * @throws CancelledException if the task was cancelled; then it does not hold the lock
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public Guard acquire(Duration timeout) throws TimeoutException {
        if (!tryAcquire(timeout)) {
            throw new TimeoutException(this + " was not free after " + timeout);
        }
        return watch(new Hold(this));
    }

    /**
     * Takes the lock if it is free. Never waits; also for callbacks.
     *
     * @return whether it took it
     * @throws WrongLoopException off its loop
     */
    @CheckReturnValue
    public boolean tryAcquire() {
        return takeNow(check().runningTask());
    }

    /**
     * Takes the lock, and waits for it no longer than the timeout.
     *
     * @param timeout how long; zero or negative: try once
     * @return whether it took it
     * @throws CancelledException if the task was cancelled; then it does not hold the lock
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    @CheckReturnValue
    public boolean tryAcquire(Duration timeout) {
        Task<?> task = checkTask();
        return take(task, Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
    }

    private boolean take(Task<?> task, long nanos) {
        if (takeNow(task)) {
            return true;
        }
        if (nanos <= 0) {
            return false;
        }
        Waiter waiter = new Waiter(task, this);
        waiters.add(waiter);
        return task.suspend(waiter, nanos);
    }

    private boolean takeNow(@Nullable Task<?> taker) {
        if (holds > 0) {
            return false;
        }
        holds = 1;
        holder = taker;
        return true;
    }

    /** Hands the lock to a task that has to have it before it goes on: now, or when its turn has come. */
    void takeFor(Wait wait) {
        if (takeNow(wait.task)) {
            wait.grant();
        } else {
            waiters.add(wait);
        }
    }

    /**
     * Takes the lock although somebody else may hold it, for a task that has to have it and cannot wait for it any more, since its loop closes:
     * what the task releases on its way out is then its own.
     */
    void takeAnyway() {
        holds++;
    }

    /**
     * Releases the lock. Also for callbacks and for tasks that did not acquire it.
     *
     * @throws IllegalMonitorStateException if it is not held
     * @throws WrongLoopException off its loop
     */
    public void release() {
        giveBack();
        releasedByHand();
    }

    private void giveBack() {
        check();
        if (!isHeld()) {
            throw new IllegalMonitorStateException("released a lock that is not held: " + this);
        }
        handOver();
    }

    /** The lock goes to the first who waits, and is free only when there is none. */
    void handOver() {
        holder = waiters.first() instanceof Wait next ? next.task : null;
        if (waiters.isEmpty()) {
            holds--;
        } else {
            waiters.signalFirst();
        }
    }

    /**
     * Whether somebody holds the lock.
     *
     * @return true if it is held
     * @throws WrongLoopException off its loop
     */
    public boolean isLocked() {
        check();
        return isHeld();
    }

    boolean isHeld() {
        return holds > 0;
    }

    /**
     * Creates a condition over this lock, which may have others.
     *
     * @return a new condition
     * @throws WrongLoopException if this lock belongs to a loop, and the caller runs off that; who runs no loop may call this as long as the
     *     lock belongs to none
     */
    public AsyncCondition newCondition() {
        return new AsyncCondition(this);
    }

    @Override
    Collection<Task<?>> holders() {
        Task<?> task = holder;
        return task == null ? List.of() : List.of(task);
    }

    @Override
    String state() {
        return (isHeld() ? "locked" : "unlocked") + ", waiters=" + waiters.size();
    }
}
