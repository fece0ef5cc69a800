// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

/**
 * Code without a result, to be run by a task or by a scoped call; everything else is as in {@link TaskBody}.
 *
 * @param <X> what the body throws
 */
@FunctionalInterface
public interface VoidTaskBody<X extends Throwable> {
    /**
     * Runs the code.
     *
     * @throws X what this body throws
     * @throws InterruptedException if the thread was interrupted in a blocking call
     */
    void run() throws X, InterruptedException;
}
