// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Nested;

/** Runs the contract on ours and, as the oracle, on the JDK's. */
final class LockContractTest {
    @Nested
    final class Ours implements LockContract {
        @Override
        public Lock create() {
            return new dev.signalbox.core.Lock();
        }

        @Override
        public boolean isLocked(Lock lock) {
            return ((dev.signalbox.core.Lock) lock).isLocked();
        }
    }

    @Nested
    final class OursReentrant implements LockContract {
        @Override
        public Lock create() {
            return new RLock();
        }

        @Override
        public boolean isLocked(Lock lock) {
            return ((RLock) lock).isLocked();
        }
    }

    @Nested
    final class Jdk implements LockContract {
        @Override
        public Lock create() {
            return new ReentrantLock();
        }

        @Override
        public boolean isLocked(Lock lock) {
            return ((ReentrantLock) lock).isLocked();
        }
    }
}
