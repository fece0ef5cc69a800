// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Guard;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bound, and how it changes. */
final class AsyncBoundedSemaphoreTest {
    private final Steps steps = new Steps();

    @Test
    void bound_negative_isRefused() {
        assertThatThrownBy(() -> new AsyncBoundedSemaphore(-1))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("bound: -1 (expected: >= 0)");
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(3);
            assertThatThrownBy(() -> semaphore.resize(-1))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("bound: -1 (expected: >= 0)");
            assertThat(semaphore.bound()).isEqualTo(3);
        });
    }

    @ParameterizedTest
    @CsvSource({"4, 0, 1", "4, 1, 2", "4, 4, 5", "1, 0, 2147483647", "0, 0, 1"})
    void release_tooMany_isRefusedAndChangesNothing(int bound, int acquired, int released) {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(bound);
            if (acquired > 0) {
                semaphore.acquire(acquired);
            }
            assertThatThrownBy(() -> semaphore.release(released))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("released more permits than acquired: " + ((long) bound - acquired + released) + " of "
                            + bound);
            assertThat(semaphore.availablePermits()).isEqualTo(bound - acquired);
        });
    }

    @Test
    void guard_closedAfterARelease_failsAndStaysOpen() {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(1);
            Guard guard = semaphore.acquire();
            semaphore.release();

            assertThatThrownBy(guard::close)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("released more permits than acquired: 2 of 1");
            assertThat(semaphore.tryAcquire()).isTrue();
            guard.close();

            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void release_whatWasHandedOver_countsAsAcquired() {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(1);
            semaphore.acquire();
            var waiter = createTask(() -> semaphore.acquire());
            Steps.settle();
            semaphore.release();
            semaphore.release(); // that of the waiter, which has not run yet
            assertThatThrownBy(() -> semaphore.release()).isInstanceOf(IllegalStateException.class);
            waiter.await();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void resize_smaller_releasesPayTheDebtFirst() {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(4);
            semaphore.acquire(4);
            var waiter = createTask(() -> {
                semaphore.acquire();
                steps.at(2);
            });
            Steps.settle();

            semaphore.resize(1);
            assertThat(semaphore.availablePermits()).isEqualTo(-3);
            assertThat(semaphore.bound()).isEqualTo(1);
            semaphore.release(3);
            Steps.settle();
            assertThat(semaphore.availablePermits()).isZero();
            assertThat(semaphore.waiters()).isEqualTo(1);
            steps.at(1);
            semaphore.release();

            waiter.await();
            steps.done(3);
        });
    }

    @Test
    @InOrder
    void resize_toZeroAndBack_servesThoseWhoWait() {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(2);
            semaphore.resize(0);
            assertThat(semaphore.availablePermits()).isZero();
            assertThat(semaphore.tryAcquire()).isFalse();
            var waiters = List.of(
                    createTask(() -> semaphore.acquire()),
                    createTask(() -> semaphore.acquire()),
                    createTask(() -> semaphore.acquire()));
            yieldNow();

            semaphore.resize(2);

            assertThat(semaphore.waiters()).isEqualTo(1);
            waiters.get(0).await().close();
            Async.gather(waiters);
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    @Test
    void resize_largerAfterADebt_neverGrantsTooMany() {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(4);
            semaphore.acquire(4);
            semaphore.resize(0);
            var waiters = new ArrayList<Task<Guard>>();
            for (int i = 0; i < 4; i++) {
                waiters.add(createTask(() -> semaphore.acquire()));
            }
            Steps.settle();

            semaphore.resize(3); // 4 are out
            assertThat(semaphore.availablePermits()).isEqualTo(-1);
            assertThat(semaphore.waiters()).isEqualTo(4);
            semaphore.resize(5);
            assertThat(semaphore.waiters()).isEqualTo(3);
            semaphore.release(4);
            assertThat(semaphore.waiters()).isZero();

            Async.gather(waiters);
            assertThat(semaphore.availablePermits()).isEqualTo(1);
            assertThatThrownBy(() -> semaphore.release(5)).hasMessage("released more permits than acquired: 6 of 5");
        });
    }

    @Test
    void resize_extremes_doNotOverflow() {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(Integer.MAX_VALUE);
            semaphore.acquire(Integer.MAX_VALUE);
            semaphore.resize(0);
            assertThat(semaphore.availablePermits()).isEqualTo(-Integer.MAX_VALUE);
            semaphore.release(Integer.MAX_VALUE);
            assertThat(semaphore.availablePermits()).isZero();
            semaphore.resize(Integer.MAX_VALUE);
            assertThat(semaphore.availablePermits()).isEqualTo(Integer.MAX_VALUE);
        });
    }

    @Test
    void resize_inDebt_handedOverThenCancelled_paysTheDebt() {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(2);
            semaphore.acquire(2);
            var first = createTask(() -> semaphore.acquire());
            Steps.settle();
            var second = createTask(() -> semaphore.acquire());
            Steps.settle();
            semaphore.release(); // to the first
            semaphore.resize(1); // 2 are out
            first.cancel();
            Steps.settle();

            assertThat(first.isCancelled()).isTrue();
            assertThat(semaphore.availablePermits()).isZero();
            assertThat(semaphore.waiters()).isEqualTo(1);
            semaphore.release();
            second.await();
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    /** Nobody can tell that release from one of the waiter, but the limit is the limit. */
    @Test
    void release_ofWhatWasHandedOver_whoseTaskIsCancelled_leavesNoMoreThanTheBound() {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(1);
            semaphore.acquire();
            var waiter = createTask(() -> semaphore.acquire());
            Steps.settle();
            semaphore.release();
            semaphore.release(); // that of the waiter, which has not run yet
            waiter.cancel();
            Steps.settle();

            assertThat(waiter.isCancelled()).isTrue();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void acquire_moreThanTheBound_waitsForAResize() {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(2);
            var big = createTask(() -> semaphore.acquire(3));
            Steps.settle();
            var small = createTask(() -> semaphore.acquire());
            Steps.settle();
            assertThat(semaphore.waiters()).isEqualTo(2);
            semaphore.resize(4);
            Async.gather(List.of(big, small));
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    @Test
    void acquire_moreThanTheBound_cancelled_thoseBehindAreServed() {
        EventLoop.run(() -> {
            var semaphore = new AsyncBoundedSemaphore(2);
            var big = createTask(() -> semaphore.acquire(3));
            var small = createTask(() -> semaphore.acquire());
            yieldNow();
            big.cancel();
            small.await();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void toString_showsTheBound() {
        assertThat(new AsyncBoundedSemaphore(2)).asString().endsWith(" [bound=2, permits=2, waiters=0]");
    }
}
