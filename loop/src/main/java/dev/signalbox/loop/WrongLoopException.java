// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

/** Thrown when an object that is bound to one event loop is used from another. */
public class WrongLoopException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message which object, which loop it is bound to, and which loop used it
     */
    public WrongLoopException(String message) {
        super(message);
    }
}
