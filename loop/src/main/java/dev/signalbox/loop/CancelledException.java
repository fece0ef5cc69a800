// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown where a cancelled task waits, and by awaiting a future that was cancelled: {@code asyncio.CancelledError}.
 *
 * <p>It is a {@link RuntimeException}, so {@code catch (Exception e)} eats it and the task goes on as if nothing had been asked. Code that
 * catches broadly and goes on should let it pass:
 *
 * <pre>{@code
 * } catch (CancellationException e) {
 *     throw e;
 * } catch (Exception e) {
 *     log(e); // and try again
 * }
 * }</pre>
 *
 * <p>A task whose body lets the exception of its own cancel escape ends cancelled. One that lets escape the exception of something else it
 * awaited has failed: {@link #source()} tells the two apart.
 */
public final class CancelledException extends CancellationException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Future<?> source;

    /**
     * Creates an exception without a source; a task that throws it ends cancelled.
     *
     * @param message why; may be null
     */
    public CancelledException(@Nullable String message) {
        this(message, null, null);
    }

    CancelledException(@Nullable String message, @Nullable Future<?> source, @Nullable Throwable cause) {
        super(message);
        this.source = source;
        if (cause != null) {
            initCause(cause);
        }
    }

    /**
     * Tells what was cancelled. Any thread may call this.
     *
     * @return the task that was cancelled while it waited, or the future that it awaited; null for an exception that was not made by a loop
     */
    public @Nullable Future<?> source() {
        return source;
    }
}
