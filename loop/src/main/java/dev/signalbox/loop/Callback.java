// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Identity;
import dev.signalbox.loop.internal.Job;
import org.jspecify.annotations.Nullable;

/** User code that a loop calls once, and the handle to it. */
final class Callback extends Job implements Handle {
    private final EventLoop loop;
    private final Runnable code;
    private final boolean anyThread;
    private final @Nullable Locals locals;
    private volatile boolean cancelled; // written by whoever may cancel, read by the loop

    /**
     * A callback.
     *
     * @param anyThread whether its handle works from any thread, or on the loop only
     * @param locals of whoever schedules it
     */
    Callback(EventLoop loop, Runnable code, boolean anyThread, @Nullable Locals locals) {
        this.loop = loop;
        this.code = code;
        this.anyThread = anyThread;
        this.locals = locals;
    }

    @Override
    protected void run() {
        if (cancelled || loop.isClosing()) {
            return;
        }
        loop.enterCallback(locals);
        try {
            code.run();
        } catch (Throwable e) {
            loop.handle("exception in a callback", e);
        }
        loop.leaveCallback();
    }

    @Override
    protected boolean refused(Throwable reason) {
        if (!cancelled) {
            loop.report("a callback could not be run", reason);
        }
        return true;
    }

    /** Callbacks that have not run when the loop closes never will. */
    @Override
    public void rejected(Throwable reason) {}

    @Override
    public void cancel() {
        checkAccess();
        cancelled = true;
    }

    @Override
    public boolean isCancelled() {
        checkAccess();
        return cancelled;
    }

    @Override
    public String toString() {
        return Identity.of(this) + " [cancelled=" + cancelled + "]";
    }

    private void checkAccess() {
        if (!anyThread) {
            loop.checkOnLoop();
        }
    }
}
