// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.lincheck;

import dev.signalbox.core.RLock;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;

/** A lock with an owner. What the operations do in order has to be told who calls, since one thread goes through it. */
public class RLockLincheckTest extends Linearizability {

    private final RLock lock = new RLock();

    @Operation
    public boolean tryAcquire(@Param(gen = ThreadIdGen.class) int caller) {
        return lock.tryAcquire();
    }

    @Operation
    public void release(@Param(gen = ThreadIdGen.class) int caller) {
        lock.release();
    }

    @Operation
    public int holdCount(@Param(gen = ThreadIdGen.class) int caller) {
        return lock.holdCount();
    }

    @Operation
    public boolean isLocked() {
        return lock.isLocked();
    }

    @Override
    Class<?> brokenTwin() {
        return Broken.class;
    }

    @Override
    Class<?> specification() {
        return InOrder.class;
    }

    /** Holds of one owner, by number. */
    public static class InOrder {

        private int owner;
        private int holds;

        public boolean tryAcquire(int caller) {
            if (holds > 0 && owner != caller) {
                return false;
            }
            owner = caller;
            holds++;
            return true;
        }

        public void release(int caller) {
            if (holdCount(caller) == 0) {
                throw new IllegalMonitorStateException("released a lock that the caller does not hold");
            }
            holds--;
        }

        public int holdCount(int caller) {
            return owner == caller ? holds : 0;
        }

        public boolean isLocked() {
            return holds > 0;
        }
    }

    /** Tests first, and writes afterwards. */
    public static class Broken {

        private volatile int owner;
        private volatile int holds;

        @Operation
        public boolean tryAcquire(@Param(gen = ThreadIdGen.class) int caller) {
            if (holds > 0 && owner != caller) {
                return false;
            }
            owner = caller;
            holds = holds + 1;
            return true;
        }

        @Operation
        public void release(@Param(gen = ThreadIdGen.class) int caller) {
            if (holdCount(caller) == 0) {
                throw new IllegalMonitorStateException("released a lock that the caller does not hold");
            }
            holds = holds - 1;
        }

        @Operation
        public int holdCount(@Param(gen = ThreadIdGen.class) int caller) {
            return owner == caller ? holds : 0;
        }

        @Operation
        public boolean isLocked() {
            return holds > 0;
        }
    }
}
