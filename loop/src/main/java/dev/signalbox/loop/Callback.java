// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Job;

/** User code that a loop calls once, and the handle to it. */
final class Callback extends Job implements Handle {
    private final EventLoop loop;
    private final Runnable code;
    private final boolean anyThread;
    private volatile boolean cancelled; // written by whoever may cancel, read by the loop

    /** A callback whose handle works on the loop, or from any thread. */
    Callback(EventLoop loop, Runnable code, boolean anyThread) {
        this.loop = loop;
        this.code = code;
        this.anyThread = anyThread;
    }

    @Override
    protected void run() {
        if (cancelled || loop.isClosing()) {
            return;
        }
        try {
            code.run();
        } catch (Throwable e) {
            loop.handle("exception in a callback", e);
        }
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

    private void checkAccess() {
        if (!anyThread) {
            loop.checkOnLoop();
        }
    }
}
