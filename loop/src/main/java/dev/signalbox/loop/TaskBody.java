// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import org.jspecify.annotations.Nullable;

/**
 * Code with a result, to be run by a task or by a scoped call such as {@link Async#timeout}: what a coroutine function is in Python.
 *
 * <p>The scoped calls throw what their body throws, with its own type. {@link InterruptedException} takes no part in that: whoever runs a
 * body turns one that escapes into a cancel of the task. A body that throws two unrelated checked types makes {@code X} their common
 * supertype, often {@link Exception}: catch one of them inside the body.
 *
 * @param <T> the type of the result
 * @param <X> what the body throws
 */
@FunctionalInterface
public interface TaskBody<T extends @Nullable Object, X extends Throwable> {
    /**
     * Runs the code.
     *
     * @return its result
     * @throws X what this body throws
     * @throws InterruptedException if the thread was interrupted in a blocking call
     */
    T call() throws X, InterruptedException;
}
