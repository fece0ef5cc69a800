// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.lincheck.Linearizability;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * Runs and closes that meet: a run begins unless a close was asked for before, one thread closes, and nobody runs beside it. A thread
 * finds out that a loop is running by being refused, so that the runs are one thread's.
 */
@Once
public class LifecycleLincheckTest extends Linearizability {
    private final Lifecycle lifecycle = new Lifecycle();
    private volatile boolean inside;
    private volatile boolean brokenIn;
    private volatile int closes;

    /** The number of the run; 0 if none may begin. */
    @Operation(nonParallelGroup = "runner")
    public int run() {
        if (!lifecycle.beginRun()) {
            return 0;
        }
        enter();
        int number = lifecycle.run();
        leave();
        lifecycle.endRun(false);
        return number;
    }

    @Operation
    public void close() {
        if (lifecycle.beginClose(() -> {})) {
            enter();
            closes++;
            leave();
            lifecycle.endClose();
        }
        lifecycle.awaitClosed();
    }

    @Operation
    public boolean isCloseRequested() {
        return lifecycle.isCloseRequested();
    }

    private void enter() {
        brokenIn |= inside;
        inside = true;
    }

    private void leave() {
        inside = false;
    }

    @Validate
    public void oneAtATime_andOneClose() {
        if (brokenIn || closes > 1) {
            throw new IllegalStateException("two at a time: " + brokenIn + ", closes: " + closes);
        }
    }

    @Override
    protected Class<?> specification() {
        return InOrder.class;
    }

    @Override
    protected Class<?> brokenTwin() {
        return Broken.class;
    }

    /** A counter that ends. */
    public static class InOrder {
        private int runs;
        private boolean closed;

        public int run() {
            return closed ? 0 : ++runs;
        }

        public void close() {
            closed = true;
        }

        public boolean isCloseRequested() {
            return closed;
        }
    }

    /** Looks first, and writes afterwards, without a lock. */
    public static class Broken {
        private volatile boolean running;
        private volatile boolean closed;
        private volatile int runs;
        private volatile int closes;
        private volatile boolean together;

        @Operation(nonParallelGroup = "runner")
        public int run() {
            if (closed) {
                return 0;
            }
            running = true;
            int number = ++runs;
            running = false;
            return number;
        }

        @Operation
        public void close() {
            if (!closed) {
                together |= running;
                closes++;
                closed = true;
            }
        }

        @Operation
        public boolean isCloseRequested() {
            return closed;
        }

        @Validate
        public void oneAtATime_andOneClose() {
            if (together || closes > 1) {
                throw new IllegalStateException("two at a time: " + together + ", closes: " + closes);
            }
        }
    }
}
