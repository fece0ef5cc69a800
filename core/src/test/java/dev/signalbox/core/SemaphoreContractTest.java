// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;

/** Runs the contract on ours and, as the oracle, on the JDK's. */
final class SemaphoreContractTest {
    private static final int ROOM = 1_000;

    private static SemaphoreUnderTest bounded(BoundedSemaphore semaphore, int permits) {
        assertThat(semaphore.tryAcquire(ROOM)).isTrue();
        assertThat(semaphore.availablePermits()).isEqualTo(permits);
        return new SemaphoreUnderTest.Ours(semaphore);
    }

    @Nested
    final class Barging implements SemaphoreContract {
        @Override
        public SemaphoreUnderTest create(int permits) {
            return new SemaphoreUnderTest.Ours(new Semaphore(permits));
        }

        @Override
        public boolean isFair() {
            return false;
        }
    }

    @Nested
    final class Fair implements SemaphoreContract {
        @Override
        public SemaphoreUnderTest create(int permits) {
            return new SemaphoreUnderTest.Ours(Semaphore.fair(permits));
        }

        @Override
        public boolean isFair() {
            return true;
        }
    }

    @Nested
    final class Bounded implements SemaphoreContract {
        @Override
        public SemaphoreUnderTest create(int permits) {
            return bounded(new BoundedSemaphore(permits + ROOM), permits);
        }

        @Override
        public boolean isFair() {
            return false;
        }
    }

    @Nested
    final class BoundedFair implements SemaphoreContract {
        @Override
        public SemaphoreUnderTest create(int permits) {
            return bounded(BoundedSemaphore.fair(permits + ROOM), permits);
        }

        @Override
        public boolean isFair() {
            return true;
        }
    }

    @Nested
    final class Jdk implements SemaphoreContract {
        @Override
        public SemaphoreUnderTest create(int permits) {
            return new SemaphoreUnderTest.Jdk(new java.util.concurrent.Semaphore(permits));
        }

        @Override
        public boolean isFair() {
            return false;
        }
    }

    @Nested
    final class JdkFair implements SemaphoreContract {
        @Override
        public SemaphoreUnderTest create(int permits) {
            return new SemaphoreUnderTest.Jdk(new java.util.concurrent.Semaphore(permits, true));
        }

        @Override
        public boolean isFair() {
            return true;
        }
    }
}
