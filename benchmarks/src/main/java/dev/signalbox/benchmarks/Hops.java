// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.util.concurrent.Executor;

/** A callback that asks to be called again, so many times. */
public final class Hops implements Runnable {

    private final Executor next;
    private final Signal end = new Signal();
    private int left = Work.HOPS; // of the thread that calls back

    private Hops(Executor next) {
        this.next = next;
    }

    /** Starts at the one, goes on by the other, and waits for the last. */
    public static void run(Executor start, Executor next) {
        Hops hops = new Hops(next);
        start.execute(hops);
        hops.end.await();
    }

    @Override
    public void run() {
        if (--left > 0) {
            next.execute(this);
        } else {
            end.run();
        }
    }
}
