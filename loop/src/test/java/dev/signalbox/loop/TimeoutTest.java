// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.timeout;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A scope with a time limit, which answers for its own cancel and for no other. */
final class TimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    private final Steps steps = new Steps();

    // ---------------------------------------------------------------- in time

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, 3600, Long.MAX_VALUE})
    void body_thatDoesNotWait_givesItsResult_andLeavesNothingBehind(long seconds) throws Exception {
        EventLoop.run(() -> {
            assertThat(timeout(Duration.ofSeconds(seconds), () -> "x")).isEqualTo("x");
            timeout(Duration.ofSeconds(seconds), () -> steps.at(1));
            assertNothingLeft();
            steps.done(2);
        });
    }

    @Test
    void body_thatEndsInTime_givesItsResult() throws Exception {
        EventLoop.run(() -> {
            var result = timeout(HUGE, () -> {
                yieldNow();
                return "x";
            });
            assertThat(result).isEqualTo("x");
            assertNothingLeft();
        });
    }

    @Test
    void body_thatFails_throwsItsOwn() {
        EventLoop.run(() -> {
            var failure = new IOException("planned");
            assertThatThrownBy(() -> timeout(HUGE, () -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
            var own = new TimeoutException("of the body");
            assertThatThrownBy(() -> timeout(HUGE, () -> {
                        throw own;
                    }))
                    .isSameAs(own)
                    .hasNoCause();
            assertNothingLeft();
        });
    }

    @Test
    void body_thatIsInterrupted_isCancelled() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> timeout(HUGE, () -> {
                        throw new InterruptedException("planned");
                    }))
                    .isInstanceOf(CancelledException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertNothingLeft();
        });
    }

    // ---------------------------------------------------------------- out of time

    @Test
    void timeIsUp_throwsTimeoutException_withTheCancelAsItsCause() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> timeout(SHORT, () -> new AsyncEvent().await()))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessage("timed out after PT0.002S")
                    .hasCauseInstanceOf(CancelledException.class);
            assertNothingLeft();
        });
    }

    @ParameterizedTest
    @InOrder
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void noTime_theFirstWaitThrows_withoutLettingOthersRun(long seconds) {
        EventLoop.run(() -> {
            createTask(() -> steps.at(3));
            assertThatThrownBy(() -> timeout(Duration.ofSeconds(seconds), () -> {
                        steps.at(1);
                        yieldNow();
                        steps.at(99);
                    }))
                    .isExactlyInstanceOf(TimeoutException.class);
            steps.at(2);
            assertNothingLeft();
            steps.done(4);
        });
    }

    @Test
    void body_thatReturnsInSpite_givesItsResult() throws Exception {
        EventLoop.run(() -> {
            var result = timeout(SHORT, () -> {
                assertThatThrownBy(() -> new AsyncEvent().await()).isInstanceOf(CancelledException.class);
                assertThat(currentTask().cancelling()).isEqualTo(1);
                yieldNow(); // thrown once only
                return "in spite";
            });
            assertThat(result).isEqualTo("in spite");
            assertNothingLeft();
        });
    }

    @Test
    void body_thatUncancels_givesItsResult() throws Exception {
        EventLoop.run(() -> {
            var result = timeout(SHORT, () -> {
                assertThatThrownBy(() -> new AsyncEvent().await()).isInstanceOf(CancelledException.class);
                currentTask().uncancel();
                return "in spite";
            });
            assertThat(result).isEqualTo("in spite");
            assertNothingLeft();
        });
    }

    @Test
    void body_thatTranslatesTheCancel_throwsItsOwn() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> timeout(Duration.ZERO, () -> {
                        try {
                            yieldNow();
                        } catch (CancelledException e) {
                            throw new IOException("planned", e);
                        }
                    }))
                    .isExactlyInstanceOf(IOException.class);
            assertNothingLeft();
        });
    }

    @Test
    void timeIsUp_whileTheBodyDoesNotWait_theResultCounts() throws Exception {
        EventLoop.run(() -> {
            var result = timeout(SHORT, () -> {
                busy();
                return "x";
            });
            assertThat(result).isEqualTo("x");
            assertNothingLeft();
        });
    }

    // ---------------------------------------------------------------- what the body waits for

    @Test
    void awaitedTask_isCancelled_andCleansUpFirst() {
        EventLoop.run(() -> {
            var child = createTask(() -> {
                try {
                    new Future<Void>().await();
                } finally {
                    yieldNow();
                    steps.at(1);
                }
            });
            yieldNow(); // it has begun
            assertThatThrownBy(() -> timeout(SHORT, () -> child.await())).isExactlyInstanceOf(TimeoutException.class);
            steps.done(2);
            assertThat(child.isCancelled()).isTrue();
            assertNothingLeft();
        });
    }

    @Test
    void awaitedTask_thatRefuses_givesItsResult() throws Exception {
        EventLoop.run(() -> {
            var child = createTask(() -> {
                assertThatThrownBy(() -> new Future<Void>().await()).isInstanceOf(CancelledException.class);
                return "in spite";
            });
            yieldNow(); // it has begun
            assertThat(timeout(SHORT, () -> child.await())).isEqualTo("in spite");
            assertNothingLeft();
        });
    }

    @Test
    void awaitedTask_thatFailsWhenCancelled_throwsItsOwn() {
        EventLoop.run(() -> {
            var child = createTask(() -> {
                assertThatThrownBy(() -> new Future<Void>().await()).isInstanceOf(CancelledException.class);
                throw new IllegalStateException("planned");
            });
            yieldNow(); // it has begun
            assertThatThrownBy(() -> timeout(SHORT, () -> child.await())).hasMessage("planned");
            assertNothingLeft();
        });
    }

    @Test
    void awaitedTask_noTime_isCancelledToo() {
        EventLoop.run(() -> {
            var child = createTask(() -> new Future<Void>().await());
            assertThatThrownBy(() -> timeout(Duration.ZERO, () -> child.await()))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertThat(child.isCancelled()).isTrue();
            assertNothingLeft();
        });
    }

    @Test
    void awaitedTask_thatAwaitsTheWaiter_isCutShort() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<?>>();
            tasks.add(createTask(() -> assertThatThrownBy(
                            () -> timeout(SHORT, () -> tasks.get(1).await()))
                    .isExactlyInstanceOf(TimeoutException.class)));
            tasks.add(createTask(() -> tasks.get(0).await()));
            tasks.get(0).await();
            assertThat(tasks.get(0).cancelling()).isZero();
            assertThat(tasks.get(1).isCancelled()).isTrue();
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void awaitedTask_noTime_thatHasBegun_cleansUpFirst(long seconds) {
        EventLoop.run(() -> {
            var child = createTask(() -> {
                try {
                    new Future<Void>().await();
                } finally {
                    yieldNow();
                    steps.at(1);
                }
            });
            Steps.settle();
            assertThatThrownBy(() -> timeout(Duration.ofSeconds(seconds), () -> child.await()))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasCauseInstanceOf(CancelledException.class);
            steps.done(2);
            assertThat(child.isCancelled()).isTrue();
            assertNothingLeft();
        });
    }

    @Test
    void awaitedFuture_cancelledBySomebodyElse_isNoTimeout() {
        EventLoop.run(() -> {
            var future = new Future<Void>();
            EventLoop.current().callSoon(() -> future.cancel("enough"));
            assertThatThrownBy(() -> timeout(HUGE, () -> future.await()))
                    .isInstanceOfSatisfying(
                            CancelledException.class,
                            e -> assertThat(e.source()).isSameAs(future));
            assertNothingLeft();
        });
    }

    @Test
    void handedOver_thenTimeIsUpBeforeItRuns_passesThePermitOn() {
        EventLoop.run(() -> {
            var semaphore = new AsyncSemaphore(0);
            var first = createTask(() -> assertThatThrownBy(() -> timeout(SHORT, () -> semaphore.acquire()))
                    .isExactlyInstanceOf(TimeoutException.class));
            var second = createTask(() -> semaphore.acquire());
            Steps.settle();
            semaphore.release();
            busy();
            first.await();
            second.await();
            assertThat(semaphore.availablePermits()).isZero();
            assertThat(semaphore.waiters()).isZero();
        });
    }

    @Test
    void gathered_allAreCancelled() {
        EventLoop.run(() -> {
            var first = createTask(() -> new Future<Void>().await());
            var second = createTask(() -> new Future<Void>().await());
            assertThatThrownBy(() -> timeout(SHORT, () -> Async.gather(first, second)))
                    .isExactlyInstanceOf(TimeoutException.class);
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
            assertThat(second.isCancelled()).isTrue();
            assertNothingLeft();
        });
    }

    // ---------------------------------------------------------------- foreign cancels

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 3600})
    void cancelledBefore_isNotSwallowed(long seconds) {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel("foreign");
                timeout(Duration.ofSeconds(seconds), Async::yieldNow);
                steps.at(99);
            });
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
            assertThat(task.isCancelled()).isTrue();
            assertThat(task.cancelling()).isEqualTo(1);
            steps.done(1);
        });
    }

    @Test
    void cancelledBefore_bodyReturns_theCancelWaitsForTheNextWait() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel("foreign");
                assertThat(timeout(Duration.ZERO, () -> "x")).isEqualTo("x");
                steps.at(1);
                yieldNow();
                steps.at(99);
            });
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
            steps.done(2);
        });
    }

    @Test
    void cancelledDuring_isNoTimeout() {
        EventLoop.run(() -> {
            var task = createTask(() -> timeout(HUGE, () -> new AsyncEvent().await()));
            yieldNow();
            task.cancel("foreign");
            assertThatThrownBy(task::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("foreign");
            assertThat(task.isCancelled()).isTrue();
        });
    }

    /** gh-86296: what it has waited for is there, but it has not run yet. */
    @Test
    @InOrder
    void cancelledDuring_afterTheAwaitedTaskHasEnded_isNotSwallowed() {
        EventLoop.run(() -> {
            var child = createTask(() -> {
                yieldNow();
                return "x";
            });
            var task = createTask(() -> {
                timeout(HUGE, () -> child.await());
                steps.at(99);
            });
            child.whenDone(done -> task.cancel("foreign"));
            assertThatThrownBy(task::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("foreign");
            assertThat(task.isCancelled()).isTrue();
            assertThat(child.resultNow()).isEqualTo("x");
            steps.done(1);
        });
    }

    /** The first cancel is known to the limit, the second is not. */
    @ParameterizedTest
    @ValueSource(longs = {0, 3600})
    void cancelledDuring_afterAnotherThatWasCaught_isNoTimeout(long seconds) {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel("first");
                assertThatThrownBy(Async::yieldNow).isInstanceOf(CancelledException.class);
                timeout(Duration.ofSeconds(seconds), () -> {
                    currentTask().cancel("second");
                    yieldNow();
                });
                steps.at(99);
            });
            assertThatThrownBy(task::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("second");
            assertThat(task.isCancelled()).isTrue();
            assertThat(task.cancelling()).isEqualTo(2);
            steps.done(1);
        });
    }

    /** A body may throw again what was thrown before it began. */
    @Test
    void cancelOfBefore_thrownAgain_isNoTimeout() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel("earlier");
                try {
                    yieldNow();
                } catch (CancelledException e) {
                    timeout(HUGE, () -> {
                        throw e;
                    });
                }
            });
            assertThatThrownBy(task::await).hasMessage("earlier");
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    void timeIsUp_thenTheBodyMeetsACancelledFuture_isNoTimeout() {
        EventLoop.run(() -> {
            var future = new Future<Void>();
            future.cancel("enough");
            assertThatThrownBy(() -> timeout(Duration.ZERO, () -> {
                        assertThatThrownBy(Async::yieldNow).isInstanceOf(CancelledException.class);
                        future.await();
                    }))
                    .isInstanceOfSatisfying(
                            CancelledException.class,
                            e -> assertThat(e.source()).isSameAs(future));
            assertNothingLeft();
        });
    }

    @Test
    void cancelledDuring_andTimeIsUpToo_isNoTimeout() {
        EventLoop.run(() -> {
            var first = createTask(() -> timeout(SHORT, () -> new AsyncEvent().await()));
            yieldNow();
            first.cancel("foreign");
            busy(); // its time is up before it runs
            assertThatThrownBy(first::await).isInstanceOf(CancelledException.class);
            assertThat(first.isCancelled()).isTrue();

            var second = createTask(() -> timeout(Duration.ZERO, () -> {
                currentTask().cancel("foreign");
                yieldNow();
            }));
            assertThatThrownBy(second::await).isInstanceOf(CancelledException.class);
            assertThat(second.isCancelled()).isTrue();
        });
    }

    @Test
    void cancelledAfterTheTimeWasUp_isNoTimeout() {
        EventLoop.run(() -> {
            var task = createTask(() -> timeout(SHORT, () -> {
                try {
                    new AsyncEvent().await();
                } finally {
                    steps.at(1);
                    new AsyncEvent().await();
                }
            }));
            Async.sleep(SHORT);
            while (task.cancelling() == 0) {
                Steps.settle();
            }
            Steps.settle();
            task.cancel("foreign");
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
            assertThat(task.isCancelled()).isTrue();
            steps.done(2);
        });
    }

    @Test
    @InOrder
    void cancelledDuring_passedOnToAnAwaitedTask_isNoTimeout() {
        EventLoop.run(() -> {
            var cleanedUp = new AsyncEvent();
            var child = createTask(() -> {
                try {
                    new AsyncEvent().await();
                } finally {
                    cleanedUp.await();
                }
            });
            var task = createTask(() -> timeout(SHORT, () -> child.await()));
            yieldNow();
            task.cancel("foreign");
            while (task.cancelling() < 2) {
                yieldNow(); // the child cleans up until the limit has expired too
            }
            cleanedUp.set();
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
            assertThat(task.isCancelled()).isTrue();
            assertThat(child.isCancelled()).isTrue();
        });
    }

    @Test
    void cancellingLevel_isPreserved() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel();
                assertThatThrownBy(Async::yieldNow).isInstanceOf(CancelledException.class);
                assertThat(currentTask().cancelling()).isEqualTo(1);
                // A cancel that was thrown before is known: limits work as if nothing had been.
                assertThatThrownBy(() -> timeout(SHORT, () -> new AsyncEvent().await()))
                        .isExactlyInstanceOf(TimeoutException.class);
                assertThat(currentTask().cancelling()).isEqualTo(1);
                assertThatThrownBy(() -> timeout(Duration.ZERO, Async::yieldNow))
                        .isExactlyInstanceOf(TimeoutException.class);
                assertThat(currentTask().cancelling()).isEqualTo(1);
                yieldNow();
            });
            task.await();
            assertThat(task.isCancelled()).isFalse();
        });
    }

    // ---------------------------------------------------------------- nested

    @Test
    void nested_theInnerOneExpires_theOuterGoesOn() throws Exception {
        EventLoop.run(() -> {
            timeout(HUGE, () -> {
                assertThatThrownBy(() -> timeout(SHORT, () -> new AsyncEvent().await()))
                        .isExactlyInstanceOf(TimeoutException.class)
                        .hasMessage("timed out after PT0.002S");
                yieldNow();
            });
            assertNothingLeft();
        });
    }

    @Test
    void nested_theOuterOneExpires_theInnerLetsTheCancelPass() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> timeout(
                            SHORT,
                            () -> assertThatThrownBy(() -> timeout(HUGE, () -> new AsyncEvent().await()))
                                    .isInstanceOfSatisfying(CancelledException.class, e -> {
                                        throw e;
                                    })))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessage("timed out after PT0.002S");
            assertNothingLeft();
        });
    }

    @Test
    void nested_bothExpireAtOnce_theOuterOneIsReported() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> timeout(Duration.ZERO, () -> {
                        timeout(Duration.ofSeconds(-1), Async::yieldNow);
                        steps.at(99);
                    }))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessage("timed out after PT0S");
            assertNothingLeft();

            assertThatThrownBy(() -> timeout(
                            Duration.ofMillis(4),
                            () -> timeout(SHORT, () -> {
                                busy();
                                new AsyncEvent().await();
                            })))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertNothingLeft();
            steps.done(1);
        });
    }

    @Test
    void nested_inTheCleanUpOfAnExpiredOne() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> timeout(SHORT, () -> {
                        try {
                            new AsyncEvent().await();
                        } finally {
                            assertThatThrownBy(() -> timeout(SHORT, () -> new AsyncEvent().await()))
                                    .isExactlyInstanceOf(TimeoutException.class);
                            steps.at(1);
                        }
                    }))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertNothingLeft();
            steps.done(2);
        });
    }

    @Test
    void nested_threeDeep_foreignCancel_passesAll() {
        EventLoop.run(() -> {
            var task = createTask(() ->
                    timeout(HUGE, () -> timeout(HUGE, () -> timeout(HUGE, () -> new AsyncEvent().await()))));
            yieldNow();
            task.cancel("foreign");
            assertThatThrownBy(task::await).hasMessage("foreign");
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    void oneAfterTheOther() {
        EventLoop.run(() -> {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> timeout(SHORT, () -> new AsyncEvent().await()))
                        .isExactlyInstanceOf(TimeoutException.class);
            }
            assertNothingLeft();
        });
    }

    // ---------------------------------------------------------------- off the loop

    @Test
    void blockingBody_isInterrupted() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> timeout(SHORT, () -> Async.blocking(() -> Thread.sleep(60_000))))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertNothingLeft();
        });
    }

    @Test
    void blockingBody_thatReturnsInSpite_givesItsResult() throws Exception {
        EventLoop.run(() -> {
            var result = timeout(
                    SHORT,
                    () -> Async.blocking(() -> {
                        assertThatThrownBy(() -> Thread.sleep(60_000)).isInstanceOf(InterruptedException.class);
                        return "in spite";
                    }));
            assertThat(result).isEqualTo("in spite");
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertNothingLeft();
        });
    }

    // ---------------------------------------------------------------- misuse

    @Test
    void nulls_areNamed() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> timeout(null, () -> 1)).hasMessage("timeout");
            assertThatThrownBy(() -> timeout(SHORT, (TaskBody<Integer, RuntimeException>) null))
                    .hasMessage("body");
            assertThatThrownBy(() -> timeout(SHORT, (VoidTaskBody<RuntimeException>) null))
                    .hasMessage("body");
            assertNothingLeft();
        });
    }

    @Test
    void inACallback_isRefused() {
        EventLoop.run(() -> Steps.inCallback(() -> assertThatThrownBy(() -> timeout(HUGE, () -> 1))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("Async.timeout() in a callback: only tasks can wait, use createTask")));
    }

    /** No request is open, and none is waiting to be thrown. */
    private static void assertNothingLeft() {
        assertThat(currentTask().cancelling()).isZero();
        yieldNow();
    }

    /** Keeps the loop from turning until a short limit has passed. */
    private static void busy() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < Duration.ofMillis(8).toNanos()) {
            Thread.onSpinWait();
        }
    }
}
