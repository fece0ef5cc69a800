// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/** The least that a scheduler of virtual threads on one thread can do: one queue of that thread, and one for what comes from others. */
final class Carrier implements Executor, Runnable {

    private final Queue<Runnable> local = new ArrayDeque<>(); // of the carrier's thread
    private final Queue<Runnable> foreign = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(null, this, "carrier", 0, false);
    private volatile boolean sleeping;

    private Carrier() {}

    /** One whose thread runs, and ends with the JVM. */
    static Carrier start() {
        Carrier carrier = new Carrier();
        carrier.thread.setDaemon(true);
        carrier.thread.start();
        return carrier;
    }

    @Override
    public void execute(Runnable continuation) {
        if (Thread.currentThread() == thread) {
            local.add(continuation);
        } else {
            foreign.add(continuation);
            if (sleeping) {
                LockSupport.unpark(thread);
            }
        }
    }

    @Override
    public void run() {
        while (true) {
            Runnable next = local.poll();
            if (next == null) {
                next = foreign.poll();
            }
            if (next == null) {
                sleep();
            } else {
                next.run();
            }
        }
    }

    private void sleep() {
        sleeping = true;
        if (foreign.isEmpty()) {
            LockSupport.park(this);
        }
        sleeping = false;
    }
}
