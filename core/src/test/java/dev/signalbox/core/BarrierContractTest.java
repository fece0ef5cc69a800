// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;

/** Runs the contract on ours and, as the oracle, on the JDK's. */
final class BarrierContractTest {
    @Nested
    final class Ours implements BarrierContract {
        @Override
        public UnderTest create(int parties, Runnable action) {
            return new OurBarrier(new Barrier(parties, action));
        }
    }

    @Nested
    final class Jdk implements BarrierContract {
        @Override
        public UnderTest create(int parties, Runnable action) {
            return new JdkBarrier(new CyclicBarrier(parties, action));
        }
    }

    private record OurBarrier(Barrier barrier) implements BarrierContract.UnderTest {
        @Override
        public int await() throws InterruptedException, BrokenBarrierException {
            return barrier.await();
        }

        @Override
        public int await(Duration timeout) throws InterruptedException, BrokenBarrierException, TimeoutException {
            return barrier.await(timeout);
        }

        @Override
        public void reset() {
            barrier.reset();
        }

        @Override
        public boolean isBroken() {
            return barrier.isBroken();
        }

        @Override
        public int parties() {
            return barrier.parties();
        }

        @Override
        public int waiters() {
            return barrier.waiters();
        }
    }

    private record JdkBarrier(CyclicBarrier barrier) implements BarrierContract.UnderTest {
        @Override
        public int await() throws InterruptedException, BrokenBarrierException {
            return parties() - 1 - barrier.await();
        }

        @Override
        public int await(Duration timeout) throws InterruptedException, BrokenBarrierException, TimeoutException {
            return parties() - 1 - barrier.await(Timeouts.nanos(timeout), TimeUnit.NANOSECONDS);
        }

        @Override
        public void reset() {
            barrier.reset();
        }

        @Override
        public boolean isBroken() {
            return barrier.isBroken();
        }

        @Override
        public int parties() {
            return barrier.getParties();
        }

        @Override
        public int waiters() {
            return barrier.getNumberWaiting();
        }
    }
}
