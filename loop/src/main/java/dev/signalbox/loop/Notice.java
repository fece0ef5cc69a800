// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Job;

/** Other people's code that has to be called whatever comes: in a turn of the loop, or else by the thread that closes it. */
final class Notice extends Job {
    private final EventLoop loop;
    private final Runnable code;

    /** A notice.
     *
     * @param code throws nothing
     */
    Notice(EventLoop loop, Runnable code) {
        this.loop = loop;
        this.code = code;
    }

    @Override
    protected void run() {
        loop.enterCallback(null);
        code.run();
        loop.leaveCallback();
    }

    @Override
    public void rejected(Throwable reason) {
        code.run();
    }
}
