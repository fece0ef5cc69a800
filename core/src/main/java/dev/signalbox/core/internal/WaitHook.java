// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import org.jspecify.annotations.Nullable;

/**
 * Takes part in every wait of a core primitive: the service by which an event loop lets a task step off for a wait that
 * would block the loop.
 *
 * <p>It is called only when a call has already failed to get what it wants without waiting, and at most once per call
 * (a predicate wait: once per wake-up). An implementation must run the given wait exactly once, on the calling thread,
 * or throw before it has run it; and when the wait has returned a value, that value must reach the caller, because
 * what was waited for is then the caller's.
 *
 * <p>Apart from waits it is asked who the caller is, by what is owned: {@link #runningTask()}.
 */
public interface WaitHook {
    /**
     * Returns the task that the calling thread runs, also while that task is off its loop to run code that blocks. Within
     * the waits of this interface the thread runs no task.
     *
     * @return the task; null for a callback, and for a thread that runs neither
     */
    @Nullable
    Object runningTask();

    /**
     * Runs a wait that an interrupt ends.
     *
     * @param primitive what is waited for, to be named in messages and dumps
     * @param wait the wait
     * @return what the wait returned
     * @throws InterruptedException if the wait threw it
     */
    boolean await(Object primitive, Wait wait) throws InterruptedException;

    /**
     * Runs a wait that no interrupt may end.
     *
     * @param primitive what is waited for, to be named in messages and dumps
     * @param wait the wait; it keeps the interrupt status of the thread
     */
    void awaitUninterruptibly(Object primitive, Runnable wait);

    /** A wait that blocks the calling thread. */
    @FunctionalInterface
    interface Wait {
        /**
         * Blocks until there is a result.
         *
         * @return true if the caller has what it waited for; false if the time ran out
         * @throws InterruptedException if the thread was interrupted; the caller then has nothing
         */
        boolean await() throws InterruptedException;
    }
}
