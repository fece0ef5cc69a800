// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a reentrant lock does beyond every lock; the owners that are tasks are in {@link HookScenarios}. */
@ExtendWith(TestThreads.Extension.class)
final class RLockTest {
    private final RLock lock = new RLock();

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

    // ------------------------------------------------------------------------------------------------------- holds

    @Test
    void acquire_byTheOwner_addsAHoldWithoutWaiting() throws Exception {
        lock.acquire();
        lock.acquire(Duration.ZERO);
        assertThat(lock.tryAcquire()).isTrue();
        assertThat(lock.tryAcquire(Duration.ZERO)).isTrue();
        lock.lock();
        lock.lockInterruptibly();
        assertThat(lock.tryLock()).isTrue();
        assertThat(lock.tryLock(0, TimeUnit.SECONDS)).isTrue();

        assertThat(lock.holdCount()).isEqualTo(8);
        for (int left = 7; left >= 0; left--) {
            assertThat(lock.isHeldByCurrentThread()).isTrue();
            lock.release();
            assertThat(lock.holdCount()).isEqualTo(left);
        }
        assertThat(lock.isLocked()).isFalse();
        assertThat(lock.isHeldByCurrentThread()).isFalse();
    }

    @Test
    void release_notTheLastHold_keepsTheLock(TestThreads threads) throws Exception {
        lock.acquire();
        lock.acquire();
        TestThread<Void> other =
                threads.start(() -> lock.acquire(Timeouts.FOREVER).close());
        other.awaitParked();

        lock.release();
        assertThat(other.awaitParked().isDone()).isFalse();
        assertThat(threads.call(() -> lock.tryAcquire()).join()).isFalse();
        lock.release();

        other.join();
    }

    @Test
    void inspection_ofALockOfAnother_isNothing(TestThreads threads) throws Exception {
        lock.acquire();

        threads.start(() -> {
                    assertThat(lock.isLocked()).isTrue();
                    assertThat(lock.isHeldByCurrentThread()).isFalse();
                    assertThat(lock.holdCount()).isZero();
                })
                .join();
    }

    @Test
    void acquire_moreOftenThanCanBeCounted_throwsAndChangesNothing() throws Exception {
        lock.mutex().restore(Thread.currentThread(), Integer.MAX_VALUE - 1);
        lock.acquire();
        String message = "acquired more often than a lock can count: 2147483647 holds";
        List<ThrowingCallable> calls = List.of(
                lock::acquire,
                () -> lock.acquire(Timeouts.FOREVER),
                () -> assertThat(lock.tryAcquire()).isTrue(),
                () -> assertThat(lock.tryAcquire(Timeouts.FOREVER)).isTrue(),
                lock::lock,
                lock::lockInterruptibly,
                lock::tryLock);

        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessage(message));

        assertThat(lock.holdCount()).isEqualTo(Integer.MAX_VALUE);
        lock.release();
        assertThat(lock.holdCount()).isEqualTo(Integer.MAX_VALUE - 1);
    }

    // ------------------------------------------------------------------------------------------------------- owners

    @Test
    void release_byAnother_throwsAndChangesNothing(TestThreads threads) throws Exception {
        Guard guard = lock.acquire();
        lock.acquire();

        threads.start(() -> {
                    String message = "released a lock that the caller does not hold: " + lock;
                    for (ThrowingCallable call : List.<ThrowingCallable>of(lock::release, lock::unlock, guard::close)) {
                        assertThatThrownBy(call)
                                .isExactlyInstanceOf(IllegalMonitorStateException.class)
                                .hasMessage(message);
                    }
                })
                .join();

        assertThat(lock.holdCount()).isEqualTo(2);
        assertThat(guard.toString()).contains("closed=false");
        guard.close();
        assertThat(lock.holdCount()).isEqualTo(1);
    }

    @Test
    void release_notLocked_throws() throws Exception {
        String message = "released a lock that the caller does not hold: " + lock;
        assertThatThrownBy(lock::release)
                .isExactlyInstanceOf(IllegalMonitorStateException.class)
                .hasMessage(message);

        lock.acquire();
        lock.release();
        assertThatThrownBy(lock::unlock)
                .isExactlyInstanceOf(IllegalMonitorStateException.class)
                .hasMessage(message);
        assertThat(lock.tryAcquire()).isTrue();
    }

    @Test
    void everyWayToAcquire_ownsWhatItWaitedFor(TestThreads threads) {
        List<TestThreads.Body> ways = List.of(
                () -> lock.acquire(),
                () -> lock.acquire(Timeouts.FOREVER),
                () -> assertThat(lock.tryAcquire(Timeouts.FOREVER)).isTrue(),
                lock::lock,
                lock::lockInterruptibly,
                () -> assertThat(lock.tryLock(1, TimeUnit.DAYS)).isTrue());
        for (TestThreads.Body way : ways) {
            lock.lock();
            TestThread<Void> waiter = threads.start(() -> {
                way.run();
                assertThat(lock.isHeldByCurrentThread()).isTrue();
                assertThat(lock.holdCount()).isEqualTo(1);
                lock.lock();
                lock.unlock();
                lock.unlock();
            });
            waiter.awaitParked();

            lock.unlock();
            waiter.join();

            assertThat(lock.isHeldByCurrentThread()).isFalse();
        }
    }

    // ------------------------------------------------------------------------------------------- guards and timeouts

    @Test
    void guards_eachGiveBackOneHold() throws Exception {
        try (var outer = lock.acquire();
                var inner = lock.acquire(Duration.ZERO)) {
            assertThat(lock.holdCount()).isEqualTo(2);
            inner.close();
            inner.close();
            assertThat(lock.holdCount()).isEqualTo(1);
        }
        assertThat(lock.isLocked()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("dev.signalbox.core.Timeouts#expired")
    void acquire_expiredTimeout_triesOnce(Duration expired, TestThreads threads) throws Exception {
        lock.acquire(expired);

        threads.start(() -> {
                    assertThatThrownBy(() -> lock.acquire(expired))
                            .isExactlyInstanceOf(TimeoutException.class)
                            .hasMessage("lock was not free within " + expired + ": " + lock);
                    assertThat(lock.tryAcquire(expired)).isFalse();
                })
                .join();
        assertThat(lock.holdCount()).isEqualTo(1);
    }

    // -------------------------------------------------------------------------------------------------------- display

    @Test
    void toString_isIdentityAndState(TestThreads threads) throws Exception {
        String identity = "RLock@" + Integer.toHexString(System.identityHashCode(lock));
        assertThat(lock).hasToString(identity + " [holds=0, owner=null, waiters=0]");
        TestThread<Void> owner = threads.start(() -> {
            Thread.currentThread().setName("ada");
            Guard guard = lock.acquire();
            lock.acquire();
            assertThat(lock).hasToString(identity + " [holds=2, owner=thread 'ada', waiters=0]");
            assertThat(guard)
                    .hasToString("LockGuard@" + Integer.toHexString(System.identityHashCode(guard))
                            + " [closed=false, of=" + lock + "]");
            lock.release();
            lock.release();
        });

        owner.join();
        lock.acquire();
        threads.start(lock::lock).awaitParked();
        assertThat(lock.toString()).endsWith(", waiters=1]");
        lock.release();
    }
}
