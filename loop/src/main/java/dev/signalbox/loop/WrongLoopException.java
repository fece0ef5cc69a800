// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

/**
 * Thrown when an object that is bound to one event loop is used from another, or from a thread that runs none, and before anything has
 * changed. The message says where the object was bound and where it was used from.
 */
public final class WrongLoopException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message which object, which loop it is bound to, and who used it
     */
    public WrongLoopException(String message) {
        super(message);
    }
}
