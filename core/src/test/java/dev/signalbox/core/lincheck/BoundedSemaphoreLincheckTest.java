// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.lincheck;

import dev.signalbox.core.BoundedSemaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/** Permits under a bound that is changed meanwhile, also to less than are out. */
public class BoundedSemaphoreLincheckTest extends Linearizability {

    private final BoundedSemaphore semaphore = new BoundedSemaphore(2);

    @Operation
    public boolean tryAcquire() {
        return semaphore.tryAcquire();
    }

    @Operation
    public void release() {
        semaphore.release();
    }

    @Operation
    public void resize(@Param(gen = IntGen.class, conf = "0:3") int bound) {
        semaphore.resize(bound);
    }

    @Operation
    public int availablePermits() {
        return semaphore.availablePermits();
    }

    @Operation
    public int bound() {
        return semaphore.bound();
    }

    @Override
    Class<?> brokenTwin() {
        return Broken.class;
    }

    /** Moves the bound and the permits in two steps. */
    public static class Broken {

        private final AtomicInteger permits = new AtomicInteger(2);
        private volatile int bound = 2;

        @Operation
        public boolean tryAcquire() {
            int free = permits.get();
            return free > 0 && permits.compareAndSet(free, free - 1);
        }

        @Operation
        public void release() {
            if (permits.get() >= bound) {
                throw new IllegalStateException("released more permits than acquired");
            }
            permits.incrementAndGet();
        }

        @Operation
        public void resize(@Param(gen = IntGen.class, conf = "0:3") int bound) {
            permits.addAndGet(bound - this.bound);
            this.bound = bound;
        }

        @Operation
        public int availablePermits() {
            return Math.max(0, permits.get());
        }

        @Operation
        public int bound() {
            return bound;
        }
    }
}
