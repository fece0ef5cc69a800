// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestThreads.Extension.class)
final class BoundedSemaphoreTest {
    private final BoundedSemaphore semaphore = new BoundedSemaphore(4);

    // --------------------------------------------------------------------------------------------------- arguments

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void bound_negative_isRefused(int bound) {
        String message = "bound: " + bound + " (expected: >= 0)";

        assertThatThrownBy(() -> new BoundedSemaphore(bound))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> BoundedSemaphore.fair(bound))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> semaphore.resize(bound))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThat(semaphore.bound()).isEqualTo(4);
    }

    @Test
    void constructor_allPermitsAreFree() {
        assertThat(semaphore.bound()).isEqualTo(4);
        assertThat(semaphore.availablePermits()).isEqualTo(4);
        assertThat(BoundedSemaphore.fair(3).bound()).isEqualTo(3);
        assertThat(new BoundedSemaphore(Integer.MAX_VALUE).availablePermits()).isEqualTo(Integer.MAX_VALUE);
    }

    // ------------------------------------------------------------------------------------------------- over-release

    @Test
    void release_beyondTheBound_throwsAndChangesNothing() {
        assertThatThrownBy(semaphore::release)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("released more permits than acquired: 5 of 4");

        assertThat(semaphore.availablePermits()).isEqualTo(4);
    }

    @Test
    void release_many_beyondTheBound_givesBackNotEvenWhatIsOut() throws Exception {
        semaphore.acquire(2);

        assertThatThrownBy(() -> semaphore.release(3))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("released more permits than acquired: 5 of 4");

        assertThat(semaphore.availablePermits()).isEqualTo(2);
        semaphore.release(2);
        assertThat(semaphore.availablePermits()).isEqualTo(4);
    }

    @Test
    void release_ofNone_throws() {
        assertThatThrownBy(() -> new BoundedSemaphore(0).release())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("released more permits than acquired: 1 of 0");
    }

    @Test
    void release_beyondTheGreatestBound_throws() {
        assertThatThrownBy(() -> new BoundedSemaphore(Integer.MAX_VALUE).release(Integer.MAX_VALUE))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("released more permits than a semaphore can hold: 4294967294 of 2147483647");
    }

    @Test
    void release_ofOnePermitByTwoThreads_succeedsOnce(TestThreads threads) {
        int rounds = 5_000;
        AtomicInteger succeeded = new AtomicInteger();
        CyclicBarrier round = new CyclicBarrier(2, () -> {
            assertThat(semaphore.tryAcquire(4)).as("whole in each round").isTrue();
            semaphore.release(3);
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
        assertThat(semaphore.availablePermits()).isEqualTo(4);
    }

    private boolean releases() {
        try {
            semaphore.release();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    // ------------------------------------------------------------------------------------------------------- resize

    @Test
    void resize_up_freesTheNewPermits() throws Exception {
        semaphore.acquire(3);

        semaphore.resize(6);

        assertThat(semaphore.bound()).isEqualTo(6);
        assertThat(semaphore.availablePermits()).isEqualTo(3);
        semaphore.release(3);
        assertThatThrownBy(semaphore::release).hasMessage("released more permits than acquired: 7 of 6");
    }

    @Test
    void resize_down_takesFreePermits() throws Exception {
        semaphore.acquire();

        semaphore.resize(2);

        assertThat(semaphore.availablePermits()).isEqualTo(1);
        semaphore.release();
        assertThatThrownBy(semaphore::release).hasMessage("released more permits than acquired: 3 of 2");
    }

    @Test
    void resize_toTheSame_changesNothing() throws Exception {
        semaphore.acquire();

        semaphore.resize(4);

        assertThat(semaphore.availablePermits()).isEqualTo(3);
    }

    @Test
    void resize_belowWhatIsOut_isADebtThatReleasesPayFirst() throws Exception {
        semaphore.acquire(4);

        semaphore.resize(1);

        assertThat(semaphore.availablePermits()).isEqualTo(-3);
        semaphore.release(3);
        assertThat(semaphore.availablePermits()).isZero();
        assertThat(semaphore.tryAcquire()).isFalse();
        semaphore.release();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
        assertThatThrownBy(semaphore::release).hasMessage("released more permits than acquired: 2 of 1");
    }

    @Test
    void resize_upAfterADebt_neverGrantsTooMany() throws Exception {
        semaphore.acquire(4);
        semaphore.resize(1);

        semaphore.resize(3);
        assertThat(semaphore.availablePermits()).isEqualTo(-1);
        assertThat(semaphore.tryAcquire()).isFalse();

        semaphore.resize(5);
        assertThat(semaphore.tryAcquire()).isTrue();
        assertThat(semaphore.tryAcquire()).isFalse();
    }

    @Test
    void resize_toZeroAndBack_keepsWhatIsOut(TestThreads threads) throws Exception {
        Guard held = semaphore.acquire(3);
        semaphore.resize(0);
        assertThat(semaphore.availablePermits()).isEqualTo(-3);
        TestThread<Guard> waiter = threads.call(() -> semaphore.acquire(2));
        waiter.awaitParked();

        semaphore.resize(4);
        assertThat(semaphore.availablePermits()).isEqualTo(1);
        assertThat(waiter.isDone()).isFalse();
        held.close();
        waiter.join().close();

        assertThat(semaphore.availablePermits()).isEqualTo(4);
    }

    @Test
    void resize_extremes_doNotOverflow() throws Exception {
        BoundedSemaphore huge = new BoundedSemaphore(Integer.MAX_VALUE);
        huge.acquire(Integer.MAX_VALUE);

        huge.resize(0);
        assertThat(huge.availablePermits()).isEqualTo(-Integer.MAX_VALUE);
        assertThat(huge.tryAcquire(Integer.MAX_VALUE)).isFalse();

        huge.resize(Integer.MAX_VALUE);
        assertThat(huge.availablePermits()).isZero();

        huge.resize(0);
        huge.release(Integer.MAX_VALUE);
        assertThat(huge.availablePermits()).isZero();
        assertThat(huge.bound()).isZero();
        assertThatThrownBy(() -> huge.release(Integer.MAX_VALUE))
                .hasMessage("released more permits than acquired: 2147483647 of 0");
    }

    @Test
    void resize_up_wakesAllThatCanGoOn(TestThreads threads) {
        BoundedSemaphore none = new BoundedSemaphore(0);
        List<TestThread<Void>> waiters = threads.start(3, () -> none.acquire());
        waiters.forEach(TestThread::awaitParked);

        none.resize(3);
        waiters.forEach(TestThread::join);

        assertThat(none.availablePermits()).isZero();
    }

    @Test
    void resize_up_servesAWaiterThatWantedMoreThanTheBound(TestThreads threads) {
        TestThread<Guard> waiter = threads.call(() -> semaphore.acquire(6));
        waiter.awaitParked();
        assertThat(semaphore.tryAcquire(6)).isFalse();

        semaphore.resize(6);

        waiter.join().close();
        assertThat(semaphore.availablePermits()).isEqualTo(6);
    }

    @Test
    void resize_whileInUse_keepsTheCount(TestThreads threads) {
        AtomicInteger out = new AtomicInteger();
        List<TestThread<Void>> users = threads.start(3, () -> {
            for (int i = 0; i < 3_000; i++) {
                try (var held = semaphore.acquire()) {
                    assertThat(out.incrementAndGet()).isBetween(1, 4);
                    out.decrementAndGet();
                }
            }
        });
        Random random = new Random(42);
        while (!users.stream().allMatch(TestThread::isDone)) {
            semaphore.resize(random.nextInt(5));
        }
        users.forEach(TestThread::join);

        semaphore.resize(4);
        assertThat(semaphore.availablePermits()).isEqualTo(4);
    }

    // -------------------------------------------------------------------------------------------------------- display

    @Test
    void toString_isIdentityAndState() throws Exception {
        String identity = "BoundedSemaphore@" + Integer.toHexString(System.identityHashCode(semaphore));
        assertThat(semaphore).hasToString(identity + " [permits=4, bound=4, waiters=0]");

        semaphore.acquire(4);
        semaphore.resize(1);
        assertThat(semaphore).hasToString(identity + " [permits=-3, bound=1, waiters=0]");
    }
}
