// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signalbox.core.SemaphoreUnderTest.AcquireMethod;
import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every semaphore does, ours and the JDK's, fair or not, bounded or not. */
@ExtendWith(TestThreads.Extension.class)
interface SemaphoreContract {
    /** Creates a semaphore with that many free permits, and room for at least a hundred more. */
    SemaphoreUnderTest create(int permits);

    /** Whether those who wait are served before those who come later. */
    boolean isFair();

    // ------------------------------------------------------------------------------------------- without waiting

    @Test
    default void permits_areCountedDownAndUp() throws Exception {
        SemaphoreUnderTest semaphore = create(3);

        semaphore.acquire();
        semaphore.acquire(2);
        assertThat(semaphore.availablePermits()).isZero();

        semaphore.release();
        semaphore.release(2);
        assertThat(semaphore.availablePermits()).isEqualTo(3);
    }

    @Test
    default void tryAcquire_isTrueAsLongAsThereArePermits() {
        SemaphoreUnderTest semaphore = create(2);

        assertThat(semaphore.tryAcquire()).isTrue();
        assertThat(semaphore.tryAcquire()).isTrue();
        assertThat(semaphore.tryAcquire()).isFalse();

        semaphore.release();
        assertThat(semaphore.tryAcquire()).isTrue();
    }

    @Test
    default void tryAcquire_many_takesAllOrNone() {
        SemaphoreUnderTest semaphore = create(3);

        assertThat(semaphore.tryAcquire(4)).isFalse();
        assertThat(semaphore.tryAcquire(Integer.MAX_VALUE)).isFalse();
        assertThat(semaphore.availablePermits()).isEqualTo(3);
        assertThat(semaphore.tryAcquire(3)).isTrue();
        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    default void tryAcquire_interrupted_triesAllTheSame() {
        SemaphoreUnderTest semaphore = create(1);
        Thread.currentThread().interrupt();

        boolean acquired = semaphore.tryAcquire();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(acquired).isTrue();
    }

    @Test
    default void release_withoutAcquire_addsAPermit() {
        SemaphoreUnderTest semaphore = create(0);

        semaphore.release();
        semaphore.release(6);

        assertThat(semaphore.availablePermits()).isEqualTo(7);
    }

    // ----------------------------------------------------------------------------------------------------- waiting

    @ParameterizedTest
    @EnumSource
    default void acquire_free_doesNotWait(AcquireMethod method) throws Exception {
        SemaphoreUnderTest semaphore = create(1);

        method.acquire(semaphore, Duration.ZERO);

        assertThat(semaphore.availablePermits()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    default void acquire_taken_waitsForARelease(AcquireMethod method, TestThreads threads) {
        SemaphoreUnderTest semaphore = create(0);
        TestThread<Void> waiter = threads.start(() -> method.acquire(semaphore, Timeouts.FOREVER));

        waiter.awaitParked(method.parkedState());
        assertThat(semaphore.waiters()).isEqualTo(1);
        semaphore.release();
        waiter.join();

        assertThat(semaphore.availablePermits()).isZero();
        assertThat(semaphore.waiters()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    default void acquire_interruptedBefore_throwsAndTakesNothing(AcquireMethod method) {
        SemaphoreUnderTest semaphore = create(1);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> method.acquire(semaphore, Timeouts.FOREVER)).isInstanceOf(InterruptedException.class);

        assertThat(Thread.interrupted()).isFalse();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    default void acquire_interruptedBeforeAnExpiredTimeout_throws(AcquireMethod method) {
        SemaphoreUnderTest semaphore = create(0);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> method.acquire(semaphore, Duration.ZERO)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    default void acquire_interruptedWhileWaiting_throwsAndLeavesNothing(AcquireMethod method, TestThreads threads) {
        SemaphoreUnderTest semaphore = create(0);
        TestThread<Void> waiter = threads.start(() -> {
            assertThatThrownBy(() -> method.acquire(semaphore, Timeouts.FOREVER))
                    .isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });

        waiter.awaitParked().interrupt().join();

        assertThat(semaphore.waiters()).isZero();
        semaphore.release();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    default void acquire_timedOut_leavesNothing(AcquireMethod method) {
        assumeTrue(method.isTimed());
        SemaphoreUnderTest semaphore = create(0);

        assertThatThrownBy(() -> method.acquire(semaphore, Timeouts.SHORT)).isInstanceOf(TimeoutException.class);

        assertThat(semaphore.waiters()).isZero();
        semaphore.release();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("dev.signalbox.core.Timeouts#expired")
    default void tryAcquire_expiredTimeout_triesOnce(Duration expired) throws Exception {
        SemaphoreUnderTest semaphore = create(1);

        assertThat(semaphore.tryAcquire(2, expired)).isFalse();
        assertThat(semaphore.tryAcquire(expired)).isTrue();
        assertThat(semaphore.tryAcquire(expired)).isFalse();
        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    default void acquire_many_waitsForAllOfThem(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(1);
        TestThread<Void> waiter = threads.start(() -> semaphore.acquire(3));
        waiter.awaitParked();

        semaphore.release();
        assertThat(semaphore.availablePermits()).isEqualTo(2);
        assertThat(waiter.isDone()).isFalse();
        semaphore.release();
        waiter.join();

        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    default void release_many_wakesMany(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(0);
        List<TestThread<Void>> waiters = threads.start(5, semaphore::acquire);
        waiters.forEach(TestThread::awaitParked);

        semaphore.release(5);
        waiters.forEach(TestThread::join);

        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    default void release_fewerThanWaiters_wakesAsManyAsThereArePermits(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(7);
        AtomicInteger acquired = new AtomicInteger();
        threads.start(11, () -> {
            semaphore.acquire();
            semaphore.acquire();
            acquired.incrementAndGet();
        });

        // 22 acquires against 7 permits and then 15 more, in portions
        semaphore.release(6);
        semaphore.release(8);
        TestThread.awaitUntil(
                "one that waits for its second permit",
                () -> acquired.get() == 10 && semaphore.availablePermits() == 0 && semaphore.waiters() == 1);
        semaphore.release();

        TestThread.awaitUntil("all served", () -> acquired.get() == 11);
        assertThat(semaphore.availablePermits()).isZero();
    }

    // -------------------------------------------------------------------------------------------------------- order

    @Test
    default void waiters_areServedInOrderOfArrival(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(0);
        List<Integer> served = new ArrayList<>(); // guarded by the permit, which is passed on
        List<TestThread<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            waiters.add(threads.start(() -> {
                        semaphore.acquire();
                        served.add(number);
                        semaphore.release();
                    })
                    .awaitParked());
        }

        semaphore.release();
        waiters.forEach(TestThread::join);

        assertThat(served).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    default void tryAcquire_bargesPastAWaiter_evenIfFair(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(1);
        TestThread<Void> wantsTwo = threads.start(() -> semaphore.acquire(2));
        wantsTwo.awaitParked();

        assertThat(semaphore.tryAcquire()).isTrue();

        semaphore.release(2);
        wantsTwo.join();
    }

    @Test
    default void tryAcquire_timed_bargesUnlessFair(TestThreads threads) throws Exception {
        SemaphoreUnderTest semaphore = create(1);
        TestThread<Void> wantsTwo = threads.start(() -> semaphore.acquire(2));
        wantsTwo.awaitParked();

        boolean acquired = semaphore.tryAcquire(Duration.ZERO);

        assertThat(acquired).isEqualTo(!isFair());
        semaphore.release(acquired ? 2 : 1);
        wantsTwo.join();
    }

    @Test
    default void acquire_bargesUnlessFair(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(1);
        TestThread<Void> wantsTwo = threads.start(() -> semaphore.acquire(2));
        wantsTwo.awaitParked();

        TestThread<Void> wantsOne = threads.start(() -> semaphore.acquire());

        if (isFair()) {
            wantsOne.awaitParked();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        } else {
            wantsOne.join();
        }
        semaphore.release(2);
    }

    @Test
    default void waiter_interruptedAtTheHead_letsTheNextGoOn(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(1);
        TestThread<Void> wantsFive = threads.start(
                () -> assertThatThrownBy(() -> semaphore.acquire(5)).isInstanceOf(InterruptedException.class));
        wantsFive.awaitParked();
        TestThread<Void> wantsTwo = threads.start(() -> semaphore.acquire(2));
        wantsTwo.awaitParked();
        semaphore.release();
        assertThat(semaphore.waiters()).isEqualTo(2);

        wantsFive.interrupt().join();
        wantsTwo.join();

        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    default void waiter_timedOutAtTheHead_letsTheNextGoOn(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(2);
        TestThread<Boolean> wantsFive = threads.call(() -> semaphore.tryAcquire(5, Duration.ofMillis(200)));
        TestThread.awaitUntil("first in the queue", () -> semaphore.waiters() == 1 || wantsFive.isDone());
        TestThread<Void> wantsThree = threads.start(() -> semaphore.acquire(3));

        semaphore.release();
        wantsThree.join();

        assertThat(wantsFive.join()).isFalse();
        assertThat(semaphore.availablePermits()).isZero();
    }

    // -------------------------------------------------------------------------------------------------------- races

    @Test
    default void interruptReleaseRace_losesNoPermit(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(0);
        for (int round = 0; round < 300; round++) {
            TestThread<Integer> waiter = threads.call(() -> {
                try {
                    semaphore.acquire();
                    return 1;
                } catch (InterruptedException e) {
                    return 0;
                }
            });
            if (round % 2 == 0) {
                waiter.awaitParked();
            }
            TestThread<Void> releaser = threads.start(semaphore::release);
            waiter.interrupt();
            releaser.join();

            int acquired = waiter.join();
            assertThat(semaphore.tryAcquire())
                    .as("permit left in round %d", round)
                    .isEqualTo(acquired == 0);
            assertThat(semaphore.availablePermits()).isZero();
        }
    }

    @Test
    default void timeoutReleaseRace_losesNoPermit(TestThreads threads) throws Exception {
        SemaphoreUnderTest semaphore = create(0);
        TestThread<Integer> waiter = threads.call(() -> {
            int acquired = 0;
            for (int round = 0; round < 5_000; round++) {
                acquired += semaphore.tryAcquire(Duration.ofNanos(20_000)) ? 1 : 0;
            }
            return acquired;
        });
        int released = 0;
        while (!waiter.isDone()) {
            if (semaphore.availablePermits() == 0) {
                semaphore.release();
                released++;
            }
        }

        assertThat(waiter.join() + semaphore.availablePermits()).isEqualTo(released);
    }

    @Test
    default void permits_neverMoreInUseThanThereAre(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(2);
        AtomicInteger inUse = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<TestThread<Void>> users = threads.start(4, () -> {
            for (int i = 0; i < 5_000; i++) {
                semaphore.acquire();
                most.accumulateAndGet(inUse.incrementAndGet(), Math::max);
                inUse.decrementAndGet();
                semaphore.release();
            }
        });

        users.forEach(TestThread::join);

        assertThat(most).hasValueBetween(1, 2);
        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @Test
    default void release_happensBeforeAcquire(TestThreads threads) {
        SemaphoreUnderTest semaphore = create(1);
        int[] plain = new int[1];
        List<TestThread<Void>> users = threads.start(4, () -> {
            for (int i = 0; i < 5_000; i++) {
                semaphore.acquire();
                plain[0]++;
                semaphore.release();
            }
        });

        users.forEach(TestThread::join);

        assertThat(plain[0]).isEqualTo(20_000);
    }
}
