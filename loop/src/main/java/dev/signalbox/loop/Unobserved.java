// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Collected;
import dev.signalbox.loop.internal.Op;
import java.lang.ref.Cleaner;

/**
 * The failure of a future that nobody has asked for yet. It is reported when the future is collected, since then nobody can any more, or
 * when the loop closes. It must not reference the future.
 */
final class Unobserved implements Runnable {
    private final EventLoop loop;
    private final String what;
    private final Throwable exception;
    private final Cleaner.Cleanable registration;
    private boolean settled; // guarded by the baton

    Unobserved(EventLoop loop, Future<?> future, Throwable exception) {
        this.loop = loop;
        this.what = "exception that nobody asked for: " + future.describe();
        this.exception = exception;
        this.registration = Collected.CLEANER.register(future, this);
    }

    /** Somebody was told. */
    void observed() {
        if (!settled) {
            settled = true;
            loop.forget(this);
            registration.clean();
        }
    }

    /** The future was collected: on the cleaner's thread, when nobody is left who could call {@link #observed()}. */
    @Override
    public void run() {
        if (!settled) {
            loop.engine.post(Op.of(this::report));
        }
    }

    private void report() {
        if (!settled) {
            settled = true;
            loop.forget(this);
            loop.report(what, exception);
        }
    }

    /** Calls the exception handler: the loop has closed, and whoever could be told has been told. */
    void reportNow() {
        settled = true;
        loop.forget(this);
        loop.handle(what, exception);
    }
}
