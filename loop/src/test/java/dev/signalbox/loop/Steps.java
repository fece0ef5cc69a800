// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

/**
 * States the exact order in which the pieces of a test run: {@code at(1)}, {@code at(2)}, … and {@code done(n)} for the last. A step out of
 * order fails where it is, and again in {@code done}, since a task that nobody awaits fails unheard.
 */
final class Steps {
    private int last;
    private AssertionError failure;
    private boolean done;

    /** This is the step with that number. */
    void at(int step) {
        if (step == last + 1 && !done) {
            last = step;
            return;
        }
        AssertionError error = new AssertionError(
                "step " + step + " ran " + (done ? "after the last step " : "when the last one was ") + last);
        if (failure == null) {
            failure = error;
        }
        throw error;
    }

    /** This is the last step, and all the others ran in order. */
    void done(int step) {
        if (failure != null) {
            throw failure;
        }
        at(step);
        done = true;
    }

    /** Lets the others of this loop run, in whatever order, until none of them is ready. */
    static void settle() {
        do {
            Async.yieldNow();
        } while (EventLoop.current().engine.readyCount() > 0);
    }

    /** Runs code as a callback of the current loop, waits for it, and throws what it threw. */
    static void inCallback(Runnable code) {
        var done = new Future<Void>();
        EventLoop.current().callSoon(() -> {
            try {
                code.run();
                done.complete(null);
            } catch (Throwable e) {
                done.fail(e);
            }
        });
        done.await();
    }
}
