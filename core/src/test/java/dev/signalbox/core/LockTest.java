// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What our lock does and the JDK's does not. */
@ExtendWith(TestThreads.Extension.class)
final class LockTest {
    private final Lock lock = new Lock();

    @Test
    void arguments_null_areRefused() {
        List<ThrowingCallable> timeouts = List.of(
                () -> lock.acquire(null),
                () -> assertThat(lock.tryAcquire(null)).isTrue());

        assertThat(timeouts)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isExactlyInstanceOf(NullPointerException.class)
                        .hasMessage("timeout"));
        assertThatThrownBy(() -> lock.tryLock(1, null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("unit");
        assertThat(lock.isLocked()).isFalse();
    }

    // ------------------------------------------------------------------------------------------------- no owner

    @Test
    void tryAcquire_byTheHolder_isFalse() throws Exception {
        lock.acquire();

        assertThat(lock.tryAcquire()).isFalse();
        assertThat(lock.tryLock()).isFalse();
        assertThat(lock.tryAcquire(Timeouts.SHORT)).isFalse();
    }

    @Test
    void acquire_twiceByOneThread_waitsForAnotherToRelease(TestThreads threads) {
        TestThread<Void> thread = threads.start(() -> {
            lock.acquire();
            lock.acquire();
        });
        thread.awaitParked();

        lock.release();
        thread.join();

        assertThat(lock.isLocked()).isTrue();
    }

    @Test
    void release_byAnotherThread_isAllowed(TestThreads threads) throws Exception {
        lock.acquire();

        threads.start(lock::release).join();

        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void release_notLocked_throws() throws Exception {
        String message = "released a lock that is not locked: " + lock;

        assertThatThrownBy(lock::release)
                .isExactlyInstanceOf(IllegalMonitorStateException.class)
                .hasMessage(message);
        assertThatThrownBy(lock::unlock)
                .isExactlyInstanceOf(IllegalMonitorStateException.class)
                .hasMessage(message);

        lock.acquire();
        lock.release();
        assertThatThrownBy(lock::release).isExactlyInstanceOf(IllegalMonitorStateException.class);
        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void release_ofOneHoldByTwoThreads_succeedsOnce(TestThreads threads) {
        int rounds = 5_000;
        AtomicInteger succeeded = new AtomicInteger();
        CyclicBarrier round = new CyclicBarrier(2, () -> {
            assertThat(lock.tryAcquire()).as("free in each round").isTrue();
        });
        List<TestThread<Void>> releasers = threads.start(2, () -> {
            for (int i = 0; i < rounds; i++) {
                round.await();
                if (releases()) {
                    succeeded.incrementAndGet();
                }
            }
        });

        releasers.forEach(TestThread::join);

        assertThat(succeeded).hasValue(rounds);
        assertThat(lock.isLocked()).isFalse();
    }

    private boolean releases() {
        try {
            lock.release();
            return true;
        } catch (IllegalMonitorStateException e) {
            return false;
        }
    }

    @Test
    void tryAcquire_racingAWokenWaiter_losesNobody(TestThreads threads) throws Exception {
        for (int round = 0; round < 100; round++) {
            Guard held = lock.acquire();
            TestThread<Void> waiter =
                    threads.start(() -> lock.acquire(Timeouts.FOREVER).close());
            waiter.awaitParked();

            held.close();
            if (lock.tryAcquire()) {
                lock.release();
            }

            waiter.join();
            assertThat(lock.isLocked()).as("round %d", round).isFalse();
        }
    }

    // -------------------------------------------------------------------------------------------------------- guards

    @Test
    void acquire_inTryBlock_releasesAtTheEnd() throws Exception {
        try (var held = lock.acquire()) {
            assertThat(lock.isLocked()).isTrue();
        }
        assertThat(lock.isLocked()).isFalse();

        try (var held = lock.acquire(Duration.ZERO)) {
            assertThat(lock.isLocked()).isTrue();
        }
        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void acquire_inTryBlock_releasesWhenTheBlockThrows() {
        assertThatThrownBy(() -> {
                    try (var held = lock.acquire()) {
                        throw new UnsupportedOperationException("from the block");
                    }
                })
                .isInstanceOf(UnsupportedOperationException.class);

        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void guard_closedTwice_releasesOnlyItsOwnHold() throws Exception {
        Guard guard = lock.acquire();
        guard.close();
        lock.acquire();

        guard.close();

        assertThat(lock.isLocked()).isTrue();
    }

    @Test
    void guard_closedByAnotherThread_releases(TestThreads threads) throws Exception {
        Guard guard = lock.acquire();

        threads.start(guard::close).join();
        guard.close();

        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void guard_releaseFails_staysOpen() throws Exception {
        Guard guard = lock.acquire();
        lock.release();

        assertThatThrownBy(guard::close)
                .isExactlyInstanceOf(IllegalMonitorStateException.class)
                .hasMessage("released a lock that is not locked: " + lock);

        assertThat(guard.toString()).contains("closed=false");
    }

    // ------------------------------------------------------------------------------------------------------ timeouts

    @ParameterizedTest
    @MethodSource("dev.signalbox.core.Timeouts#expired")
    void acquire_expiredTimeout_triesOnce(Duration expired) throws Exception {
        try (var held = lock.acquire(expired)) {
            assertThatThrownBy(() -> lock.acquire(expired))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessage("lock was not free within " + expired + ": " + lock);
            assertThat(lock.tryAcquire(expired)).isFalse();
        }
        assertThat(lock.isLocked()).isFalse();
    }

    // -------------------------------------------------------------------------------------------------------- display

    @Test
    void toString_isIdentityAndState(TestThreads threads) throws Exception {
        String identity = "Lock@" + Integer.toHexString(System.identityHashCode(lock));
        assertThat(lock).hasToString(identity + " [locked=false, waiters=0]");

        Guard guard = lock.acquire();
        threads.start(() -> lock.acquire()).awaitParked();
        assertThat(lock).hasToString(identity + " [locked=true, waiters=1]");
        guard.close();
    }

    @Test
    void guard_toString_isIdentityAndState() throws Exception {
        Guard guard = lock.acquire();
        String identity = "LockGuard@" + Integer.toHexString(System.identityHashCode(guard));

        assertThat(guard).hasToString(identity + " [closed=false, of=" + lock + "]");
        guard.close();
        assertThat(guard).hasToString(identity + " [closed=true, of=" + lock + "]");
    }
}
