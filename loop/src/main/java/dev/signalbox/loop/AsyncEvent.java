// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Durations;
import java.time.Duration;
import java.util.Objects;

/**
 * A flag that the tasks of one loop can wait for: {@code asyncio.Event}.
 *
 * <p>{@link #set()} releases everyone who waits, and {@code set(); clear()} too: who was waiting goes on, even if the flag is down again
 * when its turn comes.
 *
 * <p><b>Fairness.</b> Those who waited go on in the order in which they came.
 *
 * <p><b>Cancellation.</b> A cancelled task just leaves.
 *
 * <p><b>Binding.</b> Every method but {@code toString()} belongs to one loop, and throws {@link WrongLoopException} elsewhere before anything
 * changes. For threads, or for threads and loops together, there is {@link dev.signalbox.core.Event}.
 *
 * <p><b>Memory consistency effects.</b> As between any two turns of a loop: what happened before {@code set} is visible after the wait.
 */
public final class AsyncEvent extends Primitive {
    // Guarded by the baton.
    private final WaitList waiters = new WaitList(this);
    private boolean isSet;

    /** Creates an event that is not set. */
    public AsyncEvent() {}

    /**
     * Sets the flag and releases everyone who waits. Also for callbacks.
     *
     * @throws WrongLoopException off its loop
     */
    public void set() {
        check();
        waiters.signalAll(); // first: where there is no room on the stack for that, nothing has changed
        isSet = true;
    }

    /**
     * Takes the flag down; who waits from now on waits for the next {@link #set()}. Also for callbacks.
     *
     * @throws WrongLoopException off its loop
     */
    public void clear() {
        check();
        isSet = false;
    }

    /**
     * Whether the flag is set.
     *
     * @return true if it is
     * @throws WrongLoopException off its loop
     */
    public boolean isSet() {
        check();
        return isSet;
    }

    /**
     * Waits until the flag is set; returns at once if it is: {@code await event.wait()}. In a task only, even when it is set.
     *
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public void await() {
        Task<?> task = checkTask();
        if (!isSet) {
            suspend(task, Task.FOREVER);
        }
    }

    /**
     * Waits until the flag is set, but no longer than the timeout.
     *
     * @param timeout how long; zero or negative: just look
     * @return true if it was set; false if the time was up
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    @CheckReturnValue
    public boolean await(Duration timeout) {
        Task<?> task = checkTask();
        long nanos = Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout"));
        return isSet || (nanos > 0 && suspend(task, nanos));
    }

    private boolean suspend(Task<?> task, long nanos) {
        Wait wait = new Wait(task);
        waiters.add(wait);
        return task.suspend(wait, nanos);
    }

    @Override
    String state() {
        return (isSet ? "set" : "unset") + ", waiters=" + waiters.size();
    }
}
