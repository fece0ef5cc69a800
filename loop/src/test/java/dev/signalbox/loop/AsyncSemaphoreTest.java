// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Guard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Permits, their queue, and what cancels and timeouts do to it. */
final class AsyncSemaphoreTest {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    private final Steps steps = new Steps();
    private final AsyncSemaphore semaphore = new AsyncSemaphore(0);

    // ---------------------------------------------------------------- arguments

    @Test
    void constructor_negative_isRefused() {
        assertThatThrownBy(() -> new AsyncSemaphore(-1))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("permits: -1 (expected: >= 0)");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void permits_notPositive_areRefused(int permits) {
        EventLoop.run(() -> {
            List<ThrowingCallable> calls = List.of(
                    () -> semaphore.acquire(permits),
                    () -> assertThat(semaphore.tryAcquire(permits)).isTrue(),
                    () -> assertThat(semaphore.tryAcquire(permits, Duration.ZERO))
                            .isTrue(),
                    () -> semaphore.release(permits));

            assertThat(calls)
                    .allSatisfy(call -> assertThatThrownBy(call)
                            .isExactlyInstanceOf(IllegalArgumentException.class)
                            .hasMessage("permits: " + permits + " (expected: > 0)"));
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    @Test
    void release_beyondInt_isRefusedAndChangesNothing() {
        EventLoop.run(() -> {
            semaphore.release(Integer.MAX_VALUE);

            assertThatThrownBy(() -> semaphore.release(2))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("released more permits than a semaphore can hold: 2147483649 of 2147483647");
            assertThat(semaphore.availablePermits()).isEqualTo(Integer.MAX_VALUE);
        });
    }

    @Test
    void inACallback_onlyWaitingIsRefused() {
        EventLoop.run(() -> Steps.inCallback(() -> {
            semaphore.release(2);
            assertThat(semaphore.tryAcquire()).isTrue();
            List<ThrowingCallable> waits = List.of(
                    semaphore::acquire,
                    () -> semaphore.acquire(SHORT),
                    () -> assertThat(semaphore.tryAcquire(Duration.ZERO)).isTrue());
            assertThat(waits)
                    .allSatisfy(wait -> assertThatThrownBy(wait)
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("only tasks can wait"));
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        }));
    }

    // ---------------------------------------------------------------- without waiting

    @Test
    void acquire_free_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            semaphore.release(3);
            var other = createTask(() -> steps.at(2));
            semaphore.acquire();
            semaphore.acquire(2);
            steps.at(1);
            other.await();
            steps.done(3);
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    @Test
    void guard_closedTwice_releasesOnce() {
        EventLoop.run(() -> {
            semaphore.release(3);
            Guard guard = semaphore.acquire(2);
            assertThat(semaphore.availablePermits()).isEqualTo(1);

            guard.close();
            guard.close();

            assertThat(semaphore.availablePermits()).isEqualTo(3);
        });
    }

    @Test
    void guard_failingRelease_leavesItOpen() {
        EventLoop.run(() -> {
            semaphore.release();
            Guard guard = semaphore.acquire();

            Async.blocking(() -> assertThatThrownBy(guard::close).isInstanceOf(WrongLoopException.class));
            assertThat(semaphore.availablePermits()).isZero();
            guard.close();

            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void guard_closedByAnotherTask_releases() {
        EventLoop.run(() -> {
            semaphore.release();
            Guard guard = semaphore.acquire();
            createTask(() -> guard.close()).await();
            assertThat(semaphore.tryAcquire()).isTrue();
        });
    }

    @Test
    void tryAcquire_whenOthersWait_doesNotOvertake() {
        EventLoop.run(() -> {
            var big = createTask(() -> semaphore.acquire(2));
            Steps.settle();
            semaphore.release();

            assertThat(semaphore.availablePermits()).isEqualTo(1);
            assertThat(semaphore.tryAcquire()).isFalse();
            assertThat(semaphore.tryAcquire(1, Duration.ZERO)).isFalse();
            semaphore.release();
            big.await();
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    @Test
    void toString_showsTheState_fromAnyThread() {
        EventLoop.run(() -> {
            createTask(() -> semaphore.acquire());
            Steps.settle();
            Async.blocking(() -> assertThat(semaphore).asString().endsWith(" [permits=0, waiters=1]"));
        });
    }

    @Test
    void guard_toString_showsTheState_fromAnyThread() {
        EventLoop.run(() -> {
            var several = new AsyncSemaphore(2);
            var guard = several.acquire(2);
            Async.blocking(() -> assertThat(guard)
                    .asString()
                    .matches("Permit@\\w+ \\[permits=2, closed=false, of=AsyncSemaphore@.*]"));
            guard.close();
            assertThat(guard).asString().endsWith(" [permits=2, closed=true, of=" + several + "]");
        });
    }

    // ---------------------------------------------------------------- order

    @Test
    @InOrder
    void release_servesInTheOrderOfArrival() {
        EventLoop.run(() -> {
            var order = new ArrayList<Integer>();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 5; i++) {
                int id = i;
                tasks.add(createTask(() -> {
                    semaphore.acquire();
                    order.add(id);
                }));
            }
            yieldNow();
            assertThat(semaphore.waiters()).isEqualTo(5);
            semaphore.release(2);
            semaphore.release(3);
            assertThat(semaphore.waiters()).isZero();
            Async.gather(tasks);
            assertThat(order).containsExactly(0, 1, 2, 3, 4);
        });
    }

    @Test
    void release_handsOver_soTheReleaserQueuesUpBehind() {
        EventLoop.run(() -> {
            semaphore.release();
            semaphore.acquire();
            var other = createTask(() -> {
                steps.at(1);
                semaphore.acquire();
                steps.at(3);
                semaphore.release();
                steps.at(4);
            });
            Steps.settle();
            semaphore.release();
            steps.at(2);
            assertThat(semaphore.tryAcquire()).isFalse();
            semaphore.acquire(); // the other task's, though it has not run yet
            steps.done(5);
            assertThat(other.isDone()).isTrue();
        });
    }

    @Test
    @InOrder
    void manyRounds_alternateStrictly() {
        EventLoop.run(() -> {
            semaphore.release();
            var order = new StringBuilder();
            for (String name : List.of("a", "b", "c")) {
                createTask(() -> {
                    for (int i = 0; i < 3; i++) {
                        try (var permit = semaphore.acquire()) {
                            order.append(name);
                            yieldNow();
                        }
                    }
                });
            }
            while (EventLoop.current().allTasks().size() > 1) {
                yieldNow();
            }
            assertThat(order).hasToString("abcabcabc");
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    // ---------------------------------------------------------------- weights

    @Test
    @InOrder
    void acquireMany_waitsAtTheHead_andHoldsUpThoseBehind() {
        EventLoop.run(() -> {
            var big = createTask(() -> {
                semaphore.acquire(3);
                steps.at(2);
            });
            var small = createTask(() -> {
                semaphore.acquire();
                steps.at(3);
            });
            yieldNow();
            semaphore.release(2);
            yieldNow();
            yieldNow();
            steps.at(1);
            assertThat(semaphore.availablePermits()).isEqualTo(2);
            semaphore.release(2);
            Async.gather(big, small);
            steps.done(4);
        });
    }

    @Test
    void acquireMany_cancelledAtTheHead_thoseBehindAreServed() {
        EventLoop.run(() -> {
            var big = createTask(() -> semaphore.acquire(3));
            Steps.settle();
            var small = List.of(createTask(() -> semaphore.acquire()), createTask(() -> semaphore.acquire()));
            Steps.settle();
            semaphore.release(2);
            assertThat(semaphore.waiters()).isEqualTo(3);

            big.cancel();

            assertThat(semaphore.waiters()).isZero();
            Async.gather(small);
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    @Test
    void acquireMany_timedOutAtTheHead_thoseBehindAreServed() {
        EventLoop.run(() -> {
            var big = createTask(() -> semaphore.tryAcquire(3, SHORT));
            var small = createTask(() -> semaphore.acquire());
            yieldNow();
            semaphore.release(2);

            small.await();

            assertThat(big.await()).isFalse();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void acquireMany_cancelledAfterHandOver_givesAllBack() {
        EventLoop.run(() -> {
            var big = createTask(() -> semaphore.acquire(3));
            var small = List.of(createTask(() -> semaphore.acquire()), createTask(() -> semaphore.acquire()));
            Steps.settle();
            semaphore.release(3);
            big.cancel();
            Async.gather(small);
            Steps.settle();
            assertThat(big.isCancelled()).isTrue();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    // ---------------------------------------------------------------- cancel: the four states

    @Test
    void cancel_waiting_leavesTheQueue() {
        EventLoop.run(() -> {
            var first = createTask(() -> semaphore.acquire());
            var second = createTask(() -> semaphore.acquire());
            Steps.settle();

            first.cancel();
            assertThatThrownBy(first::await).isInstanceOf(CancelledException.class);

            assertThat(semaphore.waiters()).isEqualTo(1);
            semaphore.release();
            second.await();
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    @Test
    void cancel_thenReleaseBeforeItRuns_servesTheNext() {
        EventLoop.run(() -> {
            var first = createTask(() -> semaphore.acquire());
            var second = createTask(() -> semaphore.acquire());
            Steps.settle();

            first.cancel();
            semaphore.release();

            assertThat(semaphore.waiters()).isZero();
            assertThat(semaphore.availablePermits()).isZero();
            second.await();
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
        });
    }

    @Test
    void cancel_thenReleaseBeforeItRuns_nobodyElse_keepsThePermit() {
        EventLoop.run(() -> {
            var first = createTask(() -> semaphore.acquire());
            Steps.settle();
            first.cancel();
            semaphore.release();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
            assertThat(semaphore.tryAcquire()).isTrue();
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
        });
    }

    @Test
    void handedOver_notYetRun_isItsOwn() {
        EventLoop.run(() -> {
            var first = createTask(() -> semaphore.acquire());
            Steps.settle();
            semaphore.release();
            assertThat(semaphore.availablePermits()).isZero();
            assertThat(semaphore.waiters()).isZero();
            assertThat(semaphore.tryAcquire()).isFalse();
            assertThat(first.isDone()).isFalse();
            first.await().close();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void handedOver_thenCancelled_passesOn() {
        EventLoop.run(() -> {
            var first = createTask(() -> {
                assertThatThrownBy(semaphore::acquire).isInstanceOf(CancelledException.class);
                steps.at(1);
            });
            Steps.settle();
            var second = createTask(() -> {
                semaphore.acquire();
                steps.at(2);
            });
            Steps.settle();
            var third = createTask(() -> {
                semaphore.acquire();
                steps.at(3);
            });
            Steps.settle();
            semaphore.release();
            first.cancel();
            second.await();
            assertThat(semaphore.waiters()).isEqualTo(1);
            semaphore.release();
            third.await();
            steps.done(4);
            assertThat(first.isDone()).isTrue();
        });
    }

    @Test
    void handedOver_thenCancelled_nobodyElse_keepsThePermit() {
        EventLoop.run(() -> {
            var first = createTask(() -> semaphore.acquire());
            Steps.settle();
            semaphore.release();
            first.cancel();
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void handedOver_allCancelled_theLastIsServed() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<Guard>>();
            for (int i = 0; i < 10; i++) {
                tasks.add(createTask(() -> semaphore.acquire()));
            }
            Steps.settle();
            semaphore.release();
            for (int i = 0; i < 9; i++) {
                tasks.get(i).cancel();
            }
            tasks.get(9).await().close();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
            Steps.settle();
            assertThat(tasks.subList(0, 9)).allMatch(Future::isCancelled);
        });
    }

    @Test
    @InOrder
    void cancelledInTheMiddle_orderOfTheOthersIsKept() {
        EventLoop.run(() -> {
            var order = new ArrayList<Integer>();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 5; i++) {
                int id = i;
                tasks.add(createTask(() -> {
                    semaphore.acquire();
                    order.add(id);
                }));
            }
            yieldNow();
            tasks.get(2).cancel();
            tasks.get(0).cancel();
            semaphore.release(3);
            Async.gather(List.of(tasks.get(1), tasks.get(3), tasks.get(4)));
            assertThat(order).containsExactly(1, 3, 4);
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    @Test
    @InOrder
    void aTaskThatFailsBehindAcquire_leavesNothingStuck() {
        // A holder that fails, while the next was cancelled and a third waits.
        EventLoop.run(() -> {
            semaphore.release();
            var holder = createTask(() -> {
                try (var permit = semaphore.acquire()) {
                    yieldNow();
                    throw new IllegalStateException("planned");
                }
            });
            var cancelled = createTask(() -> semaphore.acquire());
            var last = createTask(() -> semaphore.acquire());
            yieldNow();
            cancelled.cancel();
            assertThatThrownBy(holder::await).hasMessage("planned");
            last.await().close();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void acquire_withPendingCancel_takesAFreePermit_butDoesNotWait() {
        EventLoop.run(() -> {
            semaphore.release();
            var task = createTask(() -> {
                Async.currentTask().cancel();
                semaphore.acquire();
                steps.at(1);
                assertThatThrownBy(semaphore::acquire).isInstanceOf(CancelledException.class);
                steps.at(2);
                Async.currentTask().uncancel();
            });
            task.await();
            steps.done(3);
            assertThat(semaphore.waiters()).isZero();
            assertThat(semaphore.availablePermits()).isZero();
        });
    }

    // ---------------------------------------------------------------- timeouts

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void tryAcquire_noTime_triesOnceAndLetsNobodyRun(long seconds) {
        Duration timeout = Duration.ofSeconds(seconds);
        EventLoop.run(() -> {
            createTask(() -> steps.at(2));
            assertThat(semaphore.tryAcquire(timeout)).isFalse();
            assertThatThrownBy(() -> semaphore.acquire(timeout)).isInstanceOf(TimeoutException.class);
            semaphore.release();
            assertThat(semaphore.tryAcquire(timeout)).isTrue();
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void tryAcquire_timeIsUp_false() {
        EventLoop.run(() -> {
            assertThat(semaphore.tryAcquire(SHORT)).isFalse();
            assertThat(semaphore.waiters()).isZero();
            semaphore.release();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void acquire_timeIsUp_saysOfWhatAndHowLong() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> semaphore.acquire(SHORT))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessageMatching(
                            "no permit of AsyncSemaphore@\\p{XDigit}+ \\[permits=0, waiters=0] after PT0.002S");
        });
    }

    @Test
    void acquire_hugeTimeout_waitsForARelease() throws Exception {
        EventLoop.run(() -> {
            var first = createTask(() -> semaphore.acquire(HUGE));
            var second = createTask(() -> semaphore.tryAcquire(2, HUGE));
            yieldNow();
            semaphore.release(3);
            first.await().close();
            assertThat(second.await()).isTrue();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    @InOrder
    void timeIsUp_thenCancelledBeforeItRuns_isCancelledAndHasNothing() {
        EventLoop.run(() -> {
            var task = createTask(() -> semaphore.tryAcquire(SHORT));
            yieldNow();
            assertThat(semaphore.waiters()).isEqualTo(1);
            while (semaphore.waiters() > 0) {
                yieldNow();
            }
            // A timer fires between two rounds, so the task stands in this one, behind the one that looks.
            assertThat(task.isDone()).isFalse();
            task.cancel();
            yieldNow();
            assertThat(task.isCancelled()).isTrue();
            semaphore.release();
            assertThat(semaphore.tryAcquire()).isTrue();
        });
    }

    @Test
    void timeout_null_isRefused() {
        EventLoop.run(() -> {
            List<ThrowingCallable> calls = List.of(
                    () -> semaphore.acquire((Duration) null),
                    () -> assertThat(semaphore.tryAcquire(null)).isTrue(),
                    () -> assertThat(semaphore.tryAcquire(1, null)).isTrue());
            assertThat(calls)
                    .allSatisfy(call -> assertThatThrownBy(call)
                            .isExactlyInstanceOf(NullPointerException.class)
                            .hasMessage("timeout"));
        });
    }

    @Test
    void permitsGivenBack_whenNoMoreFit_areAsManyAsFit() {
        EventLoop.run(() -> {
            var waiter = createTask(() -> semaphore.acquire(2));
            Steps.settle();
            semaphore.release(2);
            semaphore.release(Integer.MAX_VALUE);
            waiter.cancel();
            assertThatThrownBy(waiter::await).isInstanceOf(CancelledException.class);
            assertThat(semaphore.availablePermits()).isEqualTo(Integer.MAX_VALUE);
        });
    }
}
