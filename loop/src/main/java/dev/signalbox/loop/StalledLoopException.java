// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

/**
 * Nothing can ever run again on this loop: every task waits, and neither a timer nor anything outside will end one of the waits. The message
 * says who waits for what, names the tasks that wait for each other in a ring, if there are such, and ends with the {@linkplain
 * EventLoop#dump() dump} of the loop. See {@link EventLoop.Builder#failOnStall}.
 */
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
