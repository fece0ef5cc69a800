// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Timer;

/** A callback that becomes ready at its time; cancelled before, it leaves nothing behind. */
final class ScheduledCallback extends Timer implements Handle {
    private final EventLoop loop;
    private final Callback callback;

    ScheduledCallback(EventLoop loop, Runnable code) {
        this.loop = loop;
        this.callback = new Callback(loop, code, false, loop.locals());
    }

    @Override
    protected void expire() {
        loop.engine.ready(callback);
    }

    @Override
    public void cancel() {
        callback.cancel();
        loop.engine.unschedule(this);
    }

    @Override
    public boolean isCancelled() {
        return callback.isCancelled();
    }
}
