// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

/**
 * A callback that was given to a loop and can still be called off: {@code asyncio.Handle} and {@code TimerHandle}.
 *
 * <p>A handle belongs to its loop, like everything of the loop, except the one of {@link EventLoop#callSoonThreadSafe}, which any thread may
 * use.
 */
public interface Handle {
    /**
     * Calls the callback off. One that has run, or was cancelled before, is left as it is.
     *
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException if its loop is closed
     */
    void cancel();

    /**
     * Whether {@link #cancel()} was called.
     *
     * @return true after a cancel, also one that came too late
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException if its loop is closed
     */
    boolean isCancelled();
}
