// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.lincheck;

import dev.signalbox.core.Lock;
import org.jetbrains.lincheck.datastructures.Operation;

/** A lock without an owner, which anyone may release. */
public class LockLincheckTest extends Linearizability {

    private final Lock lock = new Lock();

    @Operation
    public boolean tryAcquire() {
        return lock.tryAcquire();
    }

    @Operation
    public void release() {
        lock.release();
    }

    @Operation
    public boolean isLocked() {
        return lock.isLocked();
    }

    @Override
    Class<?> brokenTwin() {
        return Broken.class;
    }

    /** Tests first, and writes afterwards. */
    public static class Broken {

        private volatile boolean locked;

        @Operation
        public boolean tryAcquire() {
            if (locked) {
                return false;
            }
            locked = true;
            return true;
        }

        @Operation
        public void release() {
            if (!locked) {
                throw new IllegalMonitorStateException("released a lock that is not held");
            }
            locked = false;
        }

        @Operation
        public boolean isLocked() {
            return locked;
        }
    }
}
