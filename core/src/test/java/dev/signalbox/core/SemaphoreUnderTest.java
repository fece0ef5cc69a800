// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What our semaphores and the JDK's have in common. */
interface SemaphoreUnderTest {
    void acquire() throws InterruptedException;

    void acquire(int permits) throws InterruptedException;

    void acquire(Duration timeout) throws InterruptedException, TimeoutException;

    boolean tryAcquire();

    boolean tryAcquire(int permits);

    boolean tryAcquire(Duration timeout) throws InterruptedException;

    boolean tryAcquire(int permits, Duration timeout) throws InterruptedException;

    void release();

    void release(int permits);

    int availablePermits();

    int waiters();

    /** Every way to acquire one permit that waits for it. */
    enum AcquireMethod {
        ACQUIRE(Thread.State.WAITING) {
            @Override
            void acquire(SemaphoreUnderTest semaphore, Duration timeout) throws InterruptedException {
                semaphore.acquire();
            }
        },
        ACQUIRE_MANY(Thread.State.WAITING) {
            @Override
            void acquire(SemaphoreUnderTest semaphore, Duration timeout) throws InterruptedException {
                semaphore.acquire(1);
            }
        },
        ACQUIRE_TIMED(Thread.State.TIMED_WAITING) {
            @Override
            void acquire(SemaphoreUnderTest semaphore, Duration timeout) throws InterruptedException, TimeoutException {
                semaphore.acquire(timeout);
            }
        },
        TRY_TIMED(Thread.State.TIMED_WAITING) {
            @Override
            void acquire(SemaphoreUnderTest semaphore, Duration timeout) throws InterruptedException, TimeoutException {
                orTimeout(semaphore.tryAcquire(timeout));
            }
        },
        TRY_MANY_TIMED(Thread.State.TIMED_WAITING) {
            @Override
            void acquire(SemaphoreUnderTest semaphore, Duration timeout) throws InterruptedException, TimeoutException {
                orTimeout(semaphore.tryAcquire(1, timeout));
            }
        };

        private final Thread.State parkedState;

        AcquireMethod(Thread.State parkedState) {
            this.parkedState = parkedState;
        }

        /** Acquires one permit; the timeout counts for a timed method only. */
        abstract void acquire(SemaphoreUnderTest semaphore, Duration timeout)
                throws InterruptedException, TimeoutException;

        Thread.State parkedState() {
            return parkedState;
        }

        boolean isTimed() {
            return parkedState == Thread.State.TIMED_WAITING;
        }

        static void orTimeout(boolean acquired) throws TimeoutException {
            if (!acquired) {
                throw new TimeoutException("false");
            }
        }
    }

    /** Ours. */
    record Ours(Semaphore semaphore) implements SemaphoreUnderTest {
        @Override
        public void acquire() throws InterruptedException {
            semaphore.acquire();
        }

        @Override
        public void acquire(int permits) throws InterruptedException {
            semaphore.acquire(permits);
        }

        @Override
        public void acquire(Duration timeout) throws InterruptedException, TimeoutException {
            semaphore.acquire(timeout);
        }

        @Override
        public boolean tryAcquire() {
            return semaphore.tryAcquire();
        }

        @Override
        public boolean tryAcquire(int permits) {
            return semaphore.tryAcquire(permits);
        }

        @Override
        public boolean tryAcquire(Duration timeout) throws InterruptedException {
            return semaphore.tryAcquire(timeout);
        }

        @Override
        public boolean tryAcquire(int permits, Duration timeout) throws InterruptedException {
            return semaphore.tryAcquire(permits, timeout);
        }

        @Override
        public void release() {
            semaphore.release();
        }

        @Override
        public void release(int permits) {
            semaphore.release(permits);
        }

        @Override
        public int availablePermits() {
            return semaphore.availablePermits();
        }

        @Override
        public int waiters() {
            return semaphore.waiters();
        }
    }

    /** The JDK's, as the oracle. */
    record Jdk(java.util.concurrent.Semaphore semaphore) implements SemaphoreUnderTest {
        @Override
        public void acquire() throws InterruptedException {
            semaphore.acquire();
        }

        @Override
        public void acquire(int permits) throws InterruptedException {
            semaphore.acquire(permits);
        }

        @Override
        public void acquire(Duration timeout) throws InterruptedException, TimeoutException {
            AcquireMethod.orTimeout(tryAcquire(timeout));
        }

        @Override
        public boolean tryAcquire() {
            return semaphore.tryAcquire();
        }

        @Override
        public boolean tryAcquire(int permits) {
            return semaphore.tryAcquire(permits);
        }

        @Override
        public boolean tryAcquire(Duration timeout) throws InterruptedException {
            return tryAcquire(1, timeout);
        }

        @Override
        public boolean tryAcquire(int permits, Duration timeout) throws InterruptedException {
            return semaphore.tryAcquire(permits, TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
        }

        @Override
        public void release() {
            semaphore.release();
        }

        @Override
        public void release(int permits) {
            semaphore.release(permits);
        }

        @Override
        public int availablePermits() {
            return semaphore.availablePermits();
        }

        @Override
        public int waiters() {
            return semaphore.getQueueLength();
        }
    }
}
