// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

/**
 * Thrown when a queue that was shut down is asked for what it no longer does: to accept an item, or, once it is empty, to
 * give one.
 *
 * <p>An {@link IllegalStateException}, so code that handles a full queue through {@link java.util.Collection#add} handles
 * it too. Python: {@code queue.ShutDown}.
 */
public final class QueueShutdownException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message which queue was shut down
     */
    public QueueShutdownException(String message) {
        super(message);
    }
}
