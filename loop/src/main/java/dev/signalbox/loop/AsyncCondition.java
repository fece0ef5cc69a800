// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.Guard;
import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.loop.internal.Engine;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A condition variable for the tasks of one loop: lets whoever holds an {@link AsyncLock} wait, with the lock released, until another
 * signals that something has changed. {@code asyncio.Condition}.
 *
 * <pre>{@code
 * var arrived = new AsyncCondition();
 * var letters = new ArrayDeque<String>();
 *
 * var reader = createTask(() -> {
 *     try (var held = arrived.acquire()) {
 *         arrived.awaitUntil(() -> !letters.isEmpty());
 *         return letters.remove();
 *     }
 * });
 * try (var held = arrived.acquire()) {
 *     letters.add("dear reader");
 *     arrived.signal();
 * }
 * }</pre>
 *
 * <p>A wait releases the lock, and has it again when it ends, in whatever way. A signal lets a waiting task queue up for the lock; it runs
 * when it has it. A plain {@code await} belongs into a loop that tests what it waits for, since others may have had the lock in between;
 * {@link #awaitUntil(BooleanSupplier) awaitUntil} is that loop.
 *
 * <p>Every method but {@link #acquire()} needs the lock to be held, and throws {@link IllegalMonitorStateException} otherwise. The lock has
 * no owner: what is found out is that <em>nobody</em> holds it. To wait while only another task holds it takes the lock away from that one.
 *
 * <p><b>Fairness.</b> Signals reach the tasks in the order in which they began to wait, and these come to the lock in that order, behind
 * those who queued up for it before the signal. The same holds for those whose time was up or who were cancelled.
 *
 * <p><b>Cancellation.</b> A cancelled task queues up for the lock, too, and throws when it has it; no further cancel and no time limit ends
 * that wait. A cancel uses up no signal: if one had reached the task already it goes on to the next. Only a loop that closes or has failed
 * does not wait for the lock: its tasks throw at once, all of them as holders of the lock, which each of them may release.
 *
 * <p><b>Binding.</b> Every method but {@code toString()} belongs to one loop, that of the lock, and throws {@link WrongLoopException}
 * elsewhere before anything changes. For threads, or for threads and loops together, there is {@link dev.signalbox.core.Condition}.
 *
 * <p><b>Memory consistency effects.</b> Those of the lock.
 */
public final class AsyncCondition extends Primitive {
    private final AsyncLock lock;
    private final WaitList waiters = new WaitList(this); // for a signal; guarded by the baton

    /** Creates a condition over an {@link AsyncLock} of its own, which is taken and released through the condition. */
    public AsyncCondition() {
        this(new AsyncLock());
    }

    /**
     * Creates a condition over a lock, which may have others.
     *
     * @param lock the lock to hold when waiting and signalling
     * @throws WrongLoopException if the lock belongs to a loop, and the caller runs off that; who runs no loop may call this as long as the
     *     lock belongs to none
     */
    public AsyncCondition(AsyncLock lock) {
        this.lock = Objects.requireNonNull(lock, "lock");
        if (isBound() || lock.isBound()) {
            lock.check();
        }
    }

    /**
     * One wait, for a signal and then for the lock, in one suspension. It ends when it has the lock:
     *
     * <pre>
     *   in waiters ──signal──────────▶ in the queue of the lock ──turn──▶ granted
     *        └───────expire, cancel──────────────┘
     * </pre>
     */
    static final class Waiter extends Wait {
        private final AsyncCondition condition;
        private @Nullable End unsignalled; // why it stopped waiting for a signal, if not for one

        Waiter(Task<?> task, AsyncCondition condition) {
            super(task);
            this.condition = condition;
        }

        @Override
        void giveUp(End reason) {
            if (list == condition.waiters) {
                unsignalled = reason;
                queueForLock();
            }
        }

        void queueForLock() {
            Engine engine = task.engine();
            try {
                unlink();
                engine.unschedule(this);
                condition.lock.takeFor(this);
            } catch (StackOverflowError e) {
                engine.failure = e; // it may be in no list any more. No call, there may be no room for one
                throw e;
            }
        }

        boolean isSignalled() {
            return unsignalled == null;
        }

        @Override
        boolean isCutShort() {
            return unsignalled == End.CANCELLED || super.isCutShort();
        }

        /** Throws with the lock. */
        @Override
        void abandon() {
            if (!isGranted()) {
                condition.lock.takeAnyway();
            }
            passOn();
        }

        @Override
        void giveBack() {
            passOn();
            condition.lock.handOver();
        }

        private void passOn() {
            if (isSignalled()) {
                condition.signalFirst(1);
            }
        }
    }

    // ---------------------------------------------------------------- the lock

    /**
     * Takes the lock of this condition, and waits for it while it is held. In a task only, even when it is free.
     *
     * @return releases the lock when closed; {@link #release()} does the same
     * @throws CancelledException if the task was cancelled; then it does not hold the lock
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public Guard acquire() {
        checkBoth();
        return lock.acquire();
    }

    /**
     * Releases the lock of this condition. Also for callbacks and for tasks that did not acquire it.
     *
     * @throws IllegalMonitorStateException if it is not held
     * @throws WrongLoopException off its loop
     */
    public void release() {
        checkBoth();
        lock.release();
    }

    /** First use binds; the lock decides, or this could come to belong to another loop than that. */
    private EventLoop checkBoth() {
        if (!isBound() && EventLoop.currentOrNull() != null) {
            lock.check();
        }
        return check();
    }

    // ---------------------------------------------------------------- waiting

    /**
     * Waits until signalled, without the lock. In a task only.
     *
     * @throws CancelledException if the task was cancelled; it holds the lock
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public void await() {
        suspend(checkBoth().requireTask(), Task.FOREVER);
    }

    /**
     * Waits until signalled, without the lock, but no longer than the timeout; and then for the lock, however long that takes.
     *
     * @param timeout how long; zero or negative: returns false at once, and keeps the lock
     * @return true if it was signalled; false if the time was up
     * @throws CancelledException if the task was cancelled; it holds the lock
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    @CheckReturnValue
    public boolean await(Duration timeout) {
        Task<?> task = checkBoth().requireTask();
        long nanos = Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout"));
        checkHeld();
        return nanos > 0 && suspend(task, nanos);
    }

    /**
     * Waits until a predicate is true, which it tests at first and after each signal, always with the lock: {@code wait_for}. In a task
     * only.
     *
     * @param predicate what to wait for; what it throws ends the wait, with the lock
     * @throws CancelledException if the task was cancelled; it holds the lock
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public void awaitUntil(BooleanSupplier predicate) {
        Task<?> task = checkBoth().requireTask();
        Objects.requireNonNull(predicate, "predicate");
        checkHeld();
        while (!predicate.getAsBoolean()) {
            suspend(task, Task.FOREVER);
        }
    }

    /**
     * Waits until a predicate is true, but no longer than the timeout in all; tests it at first, after each signal and when the time is up,
     * always with the lock.
     *
     * @param predicate what to wait for; what it throws ends the wait, with the lock
     * @param timeout how long; zero or negative: tests the predicate once, and keeps the lock
     * @return what the predicate returned last; false: the time was up
     * @throws CancelledException if the task was cancelled; it holds the lock
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    @CheckReturnValue
    public boolean awaitUntil(BooleanSupplier predicate, Duration timeout) {
        Task<?> task = checkBoth().requireTask();
        Objects.requireNonNull(predicate, "predicate");
        long nanos = Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout"));
        checkHeld();
        Engine engine = task.engine();
        // Not below zero, so that the distance to the deadline cannot overflow.
        long deadline = engine.nanoTime() + Math.max(0, nanos);
        boolean holds = predicate.getAsBoolean();
        for (long left; !holds && (left = deadline - engine.nanoTime()) > 0; holds = predicate.getAsBoolean()) {
            suspend(task, left);
        }
        return holds;
    }

    private void checkHeld() {
        if (!lock.isHeld()) {
            throw new IllegalMonitorStateException("lock of the condition is not held: " + this);
        }
    }

    /** Returns whether it was signalled. */
    private boolean suspend(Task<?> task, long nanos) {
        checkHeld();
        task.checkMayWait(); // before the lock is gone
        Engine engine = task.engine();
        Waiter waiter = enlist(task);
        lock.handOver();
        try {
            task.suspend(waiter, nanos);
        } catch (VirtualMachineError e) {
            // The stack ended without the lock, and what it releases may be another's: ends the run. No call, there may
            // be no room.
            engine.failure = e;
            throw e;
        }
        return waiter.isSignalled();
    }

    Waiter enlist(Task<?> task) {
        Waiter waiter = new Waiter(task, this);
        waiters.add(waiter);
        return waiter;
    }

    // ---------------------------------------------------------------- signalling

    /**
     * Signals the task that has waited longest, if any waits. Also for callbacks.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws WrongLoopException off its loop
     */
    public void signal() {
        signal(1);
    }

    /**
     * Signals the {@code n} tasks that have waited longest, or all if fewer wait: {@code notify(n)}. Also for callbacks.
     *
     * @param n how many at the most, zero or more
     * @throws IllegalArgumentException if {@code n} is negative
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws WrongLoopException off its loop
     */
    public void signal(int n) {
        checkBoth();
        Checks.notNegative(n, "n");
        checkHeld();
        signalFirst(n);
    }

    /**
     * Signals all tasks that wait. Also for callbacks.
     *
     * @throws IllegalMonitorStateException if the lock is not held
     * @throws WrongLoopException off its loop
     */
    public void signalAll() {
        signal(Integer.MAX_VALUE);
    }

    private void signalFirst(int n) {
        for (int left = n; left > 0 && waiters.first() instanceof Waiter first; left--) {
            first.queueForLock();
        }
    }

    @Override
    String state() {
        return "waiters=" + waiters.size() + ", lock=" + lock;
    }
}
