// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.util.concurrent.Executor;

/** A callback that the benchmark's thread hands to another one, again and again without waiting. */
public final class Burst implements Runnable {

    private final Signal end = new Signal();
    private int left = Work.BURST; // of the thread that calls back

    private Burst() {}

    /** Hands over all of them, and waits until the last has run. */
    public static void run(Executor to) {
        Burst burst = new Burst();
        for (int i = 0; i < Work.BURST; i++) {
            to.execute(burst);
        }
        burst.end.await();
    }

    @Override
    public void run() {
        if (--left == 0) {
            end.run();
        }
    }
}
