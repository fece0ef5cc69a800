// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

/** Nothing can ever run again on this loop; the message says who waits for what. See {@link EventLoop.Builder#failOnStall}. */
public final class StalledLoopException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /**
     * A stall with its description.
     *
     * @param message who waits for what
     */
    public StalledLoopException(String message) {
        super(message);
    }
}
