// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Identity;
import dev.signalbox.loop.internal.Timer;
import org.jspecify.annotations.Nullable;

/** A callback that becomes ready at its time; cancelled before, it leaves nothing behind. Most are, so it is made for no more than that. */
final class ScheduledCallback extends Timer implements Handle {
    private final EventLoop loop;
    private final Runnable code;
    private final @Nullable Locals locals;
    private boolean cancelled;

    ScheduledCallback(EventLoop loop, Runnable code) {
        this.loop = loop;
        this.code = code;
        this.locals = loop.locals();
    }

    @Override
    protected void expire() {
        loop.engine.ready(new Callback(loop, this::call, false, locals));
    }

    private void call() {
        if (!cancelled) {
            code.run();
        }
    }

    @Override
    public void cancel() {
        loop.checkOnLoop();
        cancelled = true;
        loop.engine.unschedule(this);
    }

    @Override
    public boolean isCancelled() {
        loop.checkOnLoop();
        return cancelled;
    }

    @Override
    public String toString() {
        return Identity.of(this) + " [cancelled=" + cancelled + "]";
    }
}
