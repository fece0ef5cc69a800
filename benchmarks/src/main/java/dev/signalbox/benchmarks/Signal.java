// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.util.concurrent.locks.LockSupport;

/** Something that the thread which made it waits for. */
public final class Signal implements Runnable {

    private final Thread waiting = Thread.currentThread();
    private volatile boolean given;

    /** Lets the waiting thread go on. */
    @Override
    public void run() {
        given = true;
        LockSupport.unpark(waiting);
    }

    /** Waits until {@link #run} was called. */
    public void await() {
        while (!given) {
            LockSupport.park(this);
        }
    }
}
