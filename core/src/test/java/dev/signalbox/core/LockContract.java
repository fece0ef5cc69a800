// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every lock does, ours and the JDK's; who may release it and how often it may be taken is not in here. */
@ExtendWith(TestThreads.Extension.class)
interface LockContract {
    Lock create();

    boolean isLocked(Lock lock);

    /** Every way to take a lock that waits for it. */
    enum LockMethod {
        LOCK(Thread.State.WAITING) {
            @Override
            void lock(Lock lock, Duration timeout) {
                lock.lock();
            }
        },
        LOCK_INTERRUPTIBLY(Thread.State.WAITING) {
            @Override
            void lock(Lock lock, Duration timeout) throws InterruptedException {
                lock.lockInterruptibly();
            }
        },
        TRY_LOCK(Thread.State.TIMED_WAITING) {
            @Override
            void lock(Lock lock, Duration timeout) throws InterruptedException, TimeoutException {
                orTimeout(lock.tryLock(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS));
            }
        },
        ACQUIRE(Thread.State.WAITING) {
            @Override
            void lock(Lock lock, Duration timeout) throws InterruptedException {
                if (lock instanceof RLock reentrant) {
                    reentrant.acquire();
                } else {
                    ours(lock).acquire();
                }
            }
        },
        ACQUIRE_TIMED(Thread.State.TIMED_WAITING) {
            @Override
            void lock(Lock lock, Duration timeout) throws InterruptedException, TimeoutException {
                if (lock instanceof RLock reentrant) {
                    reentrant.acquire(timeout);
                } else {
                    ours(lock).acquire(timeout);
                }
            }
        },
        TRY_ACQUIRE(Thread.State.TIMED_WAITING) {
            @Override
            void lock(Lock lock, Duration timeout) throws InterruptedException, TimeoutException {
                orTimeout(
                        lock instanceof RLock reentrant
                                ? reentrant.tryAcquire(timeout)
                                : ours(lock).tryAcquire(timeout));
            }
        };

        private final Thread.State parkedState;

        LockMethod(Thread.State parkedState) {
            this.parkedState = parkedState;
        }

        /** Takes the lock; the timeout counts for a timed method only. */
        abstract void lock(Lock lock, Duration timeout) throws InterruptedException, TimeoutException;

        Thread.State parkedState() {
            return parkedState;
        }

        boolean isInterruptible() {
            return this != LOCK;
        }

        boolean isTimed() {
            return parkedState == Thread.State.TIMED_WAITING;
        }

        /** Skips the test if the lock does not have this method. */
        void assumeIn(Lock lock) {
            assumeTrue(lock instanceof dev.signalbox.core.Lock
                    || lock instanceof RLock
                    || ordinal() <= TRY_LOCK.ordinal());
        }

        private static dev.signalbox.core.Lock ours(Lock lock) {
            return (dev.signalbox.core.Lock) lock;
        }

        private static void orTimeout(boolean locked) throws TimeoutException {
            if (!locked) {
                throw new TimeoutException("false");
            }
        }
    }

    // ------------------------------------------------------------------------------------------- without waiting

    @ParameterizedTest
    @EnumSource
    default void lock_free_takesItWithoutWaiting(LockMethod method) throws Exception {
        Lock lock = create();
        method.assumeIn(lock);

        method.lock(lock, Duration.ZERO);

        assertThat(isLocked(lock)).isTrue();
        lock.unlock();
        assertThat(isLocked(lock)).isFalse();
    }

    @Test
    default void tryLock_takesItOnlyIfFree(TestThreads threads) {
        Lock lock = create();

        assertThat(lock.tryLock()).isTrue();
        assertThat(threads.call(() -> lock.tryLock()).join()).isFalse();
        lock.unlock();

        assertThat(lock.tryLock()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("dev.signalbox.core.Timeouts#expired")
    default void tryLock_expiredTimeout_triesOnce(Duration expired, TestThreads threads) throws Exception {
        Lock lock = create();

        assertThat(lock.tryLock(TimeUnit.NANOSECONDS.convert(expired), TimeUnit.NANOSECONDS))
                .isTrue();
        TestThread<Boolean> other =
                threads.call(() -> lock.tryLock(TimeUnit.NANOSECONDS.convert(expired), TimeUnit.NANOSECONDS));

        assertThat(other.join()).isFalse();
    }

    @Test
    default void unlock_notLocked_throws() {
        Lock lock = create();

        assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);

        assertThat(lock.tryLock()).isTrue();
    }

    // ----------------------------------------------------------------------------------------------------- waiting

    @ParameterizedTest
    @EnumSource
    default void lock_taken_waitsUntilItIsFree(LockMethod method, TestThreads threads) {
        Lock lock = create();
        method.assumeIn(lock);
        lock.lock();
        TestThread<Void> waiter = threads.start(() -> {
            method.lock(lock, Timeouts.FOREVER);
            lock.unlock();
        });

        waiter.awaitParked(method.parkedState());
        lock.unlock();
        waiter.join();

        assertThat(isLocked(lock)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    default void lock_interruptedBefore_throwsAndTakesNothing(LockMethod method) {
        Lock lock = create();
        method.assumeIn(lock);
        assumeTrue(method.isInterruptible());
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> method.lock(lock, Timeouts.FOREVER)).isInstanceOf(InterruptedException.class);

        assertThat(Thread.interrupted()).isFalse();
        assertThat(isLocked(lock)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    default void lock_interruptedWhileWaiting_throwsAndTakesNothing(LockMethod method, TestThreads threads) {
        Lock lock = create();
        method.assumeIn(lock);
        assumeTrue(method.isInterruptible());
        lock.lock();
        TestThread<Void> waiter = threads.start(() -> {
            assertThatThrownBy(() -> method.lock(lock, Timeouts.FOREVER)).isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });

        waiter.awaitParked().interrupt().join();

        lock.unlock();
        assertThat(isLocked(lock)).isFalse();
    }

    @Test
    default void lock_interrupted_waitsOnAndKeepsTheStatus(TestThreads threads) {
        Lock lock = create();
        lock.lock();
        TestThread<Void> waiter = threads.start(() -> {
            Thread.currentThread().interrupt();
            lock.lock();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            lock.unlock();
        });
        waiter.awaitParked().interrupt();

        assertThat(waiter.isDone()).isFalse();
        lock.unlock();
        waiter.join();
    }

    @ParameterizedTest
    @EnumSource
    default void lock_timedOut_takesNothing(LockMethod method, TestThreads threads) {
        Lock lock = create();
        method.assumeIn(lock);
        assumeTrue(method.isTimed());
        lock.lock();
        TestThread<Void> waiter = threads.start(() ->
                assertThatThrownBy(() -> method.lock(lock, Timeouts.SHORT)).isInstanceOf(TimeoutException.class));

        waiter.join();

        lock.unlock();
        assertThat(isLocked(lock)).isFalse();
    }

    @Test
    default void lock_waitersAreServedInOrderOfArrival(TestThreads threads) {
        Lock lock = create();
        List<Integer> served = new ArrayList<>();
        List<TestThread<Void>> waiters = new ArrayList<>();
        lock.lock();
        for (int i = 0; i < 5; i++) {
            int number = i;
            waiters.add(threads.start(() -> {
                        lock.lock();
                        served.add(number);
                        lock.unlock();
                    })
                    .awaitParked());
        }

        lock.unlock();
        waiters.forEach(TestThread::join);

        assertThat(served).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    default void lock_excludesAndPublishes(TestThreads threads) {
        Lock lock = create();
        int[] plain = new int[1];
        List<TestThread<Void>> users = threads.start(4, () -> {
            for (int i = 0; i < 5_000; i++) {
                lock.lock();
                plain[0]++;
                lock.unlock();
            }
        });

        users.forEach(TestThread::join);

        assertThat(plain[0]).isEqualTo(20_000);
    }

    @Test
    default void interruptUnlockRace_leavesTheLockUsable(TestThreads threads) {
        Lock lock = create();
        for (int round = 0; round < 300; round++) {
            lock.lock();
            TestThread<Void> waiter = threads.start(() -> {
                try {
                    lock.lockInterruptibly();
                    lock.unlock();
                } catch (InterruptedException e) {
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                }
            });
            TestThread<Void> interrupter = threads.start(waiter::interrupt);
            lock.unlock();
            interrupter.join();
            waiter.join();
            assertThat(isLocked(lock)).as("round %d", round).isFalse();
        }
    }
}
