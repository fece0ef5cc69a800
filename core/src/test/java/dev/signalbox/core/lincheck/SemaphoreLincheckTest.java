// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.lincheck;

import dev.signalbox.core.Semaphore;
import org.jetbrains.lincheck.datastructures.Operation;

/** Permits that are taken without waiting, given back, and counted. */
public class SemaphoreLincheckTest extends Linearizability {

    private final Semaphore semaphore = new Semaphore(2);

    @Operation
    public boolean tryAcquire() {
        return semaphore.tryAcquire();
    }

    @Operation
    public boolean tryAcquireTwo() {
        return semaphore.tryAcquire(2);
    }

    @Operation
    public void release() {
        semaphore.release();
    }

    @Operation
    public int availablePermits() {
        return semaphore.availablePermits();
    }

    @Override
    Class<?> brokenTwin() {
        return Broken.class;
    }

    /** Counts in two steps. */
    public static class Broken {

        private volatile int permits = 2;

        @Operation
        public boolean tryAcquire() {
            return tryAcquire(1);
        }

        @Operation
        public boolean tryAcquireTwo() {
            return tryAcquire(2);
        }

        @Operation
        public void release() {
            permits = permits + 1;
        }

        @Operation
        public int availablePermits() {
            return permits;
        }

        private boolean tryAcquire(int n) {
            int free = permits;
            if (free < n) {
                return false;
            }
            permits = free - n;
            return true;
        }
    }
}
