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
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A time limit that can be moved. How a limit ends its body stands in {@link TimeoutTest}: the mechanics are the same. */
final class DeadlineTest {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    private final Steps steps = new Steps();

    // ---------------------------------------------------------------- after

    @ParameterizedTest
    @ValueSource(longs = {3600, Long.MAX_VALUE})
    void after_bodyEndsInTime_givesItsResult(long seconds) throws Exception {
        EventLoop.run(() -> {
            var deadline = Deadline.after(Duration.ofSeconds(seconds));
            var result = deadline.run(() -> {
                yieldNow();
                return "x";
            });
            assertThat(result).isEqualTo("x");
            assertThat(deadline.hasExpired()).isFalse();
            assertNothingLeft();
        });
    }

    @Test
    void after_timeIsUp_throwsTimeoutException() {
        EventLoop.run(() -> {
            var deadline = Deadline.after(SHORT);
            assertThatThrownBy(() -> deadline.run(() -> new AsyncEvent().await()))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessage("timed out after PT0.002S")
                    .hasCauseInstanceOf(CancelledException.class);
            assertThat(deadline.hasExpired()).isTrue();
            assertNothingLeft();
        });
    }

    @ParameterizedTest
    @InOrder
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void after_noTime_theFirstWaitThrows_withoutLettingOthersRun(long seconds) {
        EventLoop.run(() -> {
            createTask(() -> steps.at(2));
            var deadline = Deadline.after(Duration.ofSeconds(seconds));
            assertThatThrownBy(() -> deadline.run(() -> {
                        assertThat(deadline.hasExpired()).isTrue();
                        steps.at(1);
                        yieldNow();
                    }))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertNothingLeft();
            steps.done(3);
        });
    }

    @Test
    void after_countsFromTheCallOfRun() throws Exception {
        EventLoop.run(() -> {
            var deadline = Deadline.after(Duration.ofMillis(20));
            Async.sleep(Duration.ofMillis(30));
            assertThat(deadline.run(() -> deadline.hasExpired())).isFalse();
        });
    }

    // ---------------------------------------------------------------- at

    @Test
    void at_aPointToCome_throwsTimeoutExceptionThen() {
        EventLoop.run(() -> {
            long when = EventLoop.current().nanoTime() + SHORT.toNanos();
            var deadline = Deadline.at(when);
            assertThatThrownBy(() -> deadline.run(() -> new AsyncEvent().await()))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessage("the deadline has passed");
            assertThat(EventLoop.current().nanoTime() - when).isNotNegative();
            assertThat(deadline.hasExpired()).isTrue();
            assertNothingLeft();
        });
    }

    @Test
    void at_aPointThatHasPassed_theFirstWaitThrows() {
        EventLoop.run(() -> {
            var deadline = Deadline.at(EventLoop.current().nanoTime() - 1);
            assertThatThrownBy(() -> deadline.run(Async::yieldNow)).isExactlyInstanceOf(TimeoutException.class);
            assertNothingLeft();
        });
    }

    @Test
    void at_farAway_isNoTimeout() throws Exception {
        EventLoop.run(() -> {
            long now = EventLoop.current().nanoTime();
            var deadline = Deadline.at(now + Long.MAX_VALUE); // wraps round, and is compared by the difference
            deadline.run(Async::yieldNow);
            assertThat(deadline.hasExpired()).isFalse();
        });
    }

    // ---------------------------------------------------------------- what the body throws

    @Test
    void body_thatFails_throwsItsOwn() {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            var failure = new IOException("planned");
            assertThatThrownBy(() -> deadline.run(() -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
            assertThat(deadline.hasExpired()).isFalse();
            assertNothingLeft();
        });
    }

    @Test
    void body_thatFailsOnTheCancel_throwsItsOwn() {
        EventLoop.run(() -> {
            var deadline = Deadline.after(SHORT);
            assertThatThrownBy(() -> deadline.run(() -> {
                        try {
                            new AsyncEvent().await();
                        } catch (CancelledException e) {
                            throw new IOException("planned", e);
                        }
                    }))
                    .isExactlyInstanceOf(IOException.class);
            assertThat(deadline.hasExpired()).isTrue();
            assertNothingLeft();
        });
    }

    @Test
    void body_thatReturnsInSpite_givesItsResult() throws Exception {
        EventLoop.run(() -> {
            var deadline = Deadline.after(SHORT);
            var result = deadline.run(() -> {
                assertThatThrownBy(() -> new AsyncEvent().await()).isInstanceOf(CancelledException.class);
                return "in spite";
            });
            assertThat(result).isEqualTo("in spite");
            assertThat(deadline.hasExpired()).isTrue();
            assertNothingLeft();
        });
    }

    // ---------------------------------------------------------------- moving

    @Test
    void moveTo_putsItOff() throws Exception {
        EventLoop.run(() -> {
            var deadline = Deadline.after(Duration.ofMillis(20));
            deadline.run(() -> {
                deadline.moveTo(LONG);
                Async.sleep(Duration.ofMillis(30));
            });
            assertThat(deadline.hasExpired()).isFalse();
            assertNothingLeft();
        });
    }

    @Test
    void moveTo_bringsItForward() {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            assertThatThrownBy(() -> deadline.run(() -> {
                        deadline.moveTo(SHORT);
                        new AsyncEvent().await();
                    }))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessage("timed out after PT0.002S from the last move");
            assertThat(deadline.hasExpired()).isTrue();
            assertNothingLeft();
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void moveTo_now_theNextWaitThrows(long seconds) {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            assertThatThrownBy(() -> deadline.run(() -> {
                        deadline.moveTo(Duration.ofSeconds(seconds));
                        assertThat(deadline.hasExpired()).isTrue();
                        steps.at(1);
                        yieldNow();
                        steps.at(99);
                    }))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertNothingLeft();
            steps.done(2);
        });
    }

    @Test
    void moveTo_now_byAnotherTask_endsTheWait() {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            var task = createTask(() -> deadline.run(() -> new AsyncEvent().await()));
            Steps.settle();
            deadline.moveTo(HUGE);
            deadline.moveTo(Duration.ZERO);
            assertThatThrownBy(task::await).hasCauseExactlyInstanceOf(TimeoutException.class);
        });
    }

    @Test
    void moveTo_inACallback_works() {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            assertThatThrownBy(() -> deadline.run(() -> {
                        Steps.inCallback(() -> deadline.moveTo(SHORT));
                        new AsyncEvent().await();
                    }))
                    .isExactlyInstanceOf(TimeoutException.class);
        });
    }

    /** test_reschedule: moved from outside, then the task is cancelled. */
    @Test
    void moveTo_thenForeignCancel_isNoTimeout() {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            var task = createTask(() -> deadline.run(() -> new AsyncEvent().await()));
            Steps.settle();
            deadline.moveTo(HUGE);
            task.cancel("foreign");
            assertThatThrownBy(task::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("foreign");
            assertThat(task.isCancelled()).isTrue();
            assertThat(deadline.hasExpired()).isFalse();
        });
    }

    @Test
    void moveTo_now_andForeignCancel_isNoTimeout() {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            var task = createTask(() -> deadline.run(() -> new AsyncEvent().await()));
            Steps.settle();
            task.cancel("foreign");
            deadline.moveTo(Duration.ZERO);
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
            assertThat(task.isCancelled()).isTrue();
            assertThat(deadline.hasExpired()).isTrue();
        });
    }

    // ---------------------------------------------------------------- foreign cancels, nested limits

    @Test
    void cancelledBefore_isNotSwallowed() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel("foreign");
                Deadline.after(Duration.ZERO).run(Async::yieldNow);
                steps.at(99);
            });
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
            assertThat(task.isCancelled()).isTrue();
            assertThat(task.cancelling()).isEqualTo(1);
        });
    }

    @Test
    void cancelledDuring_hasNotExpired() {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            var task = createTask(() -> deadline.run(() -> {
                currentTask().cancel("foreign");
                yieldNow();
            }));
            assertThatThrownBy(task::await).hasMessage("foreign");
            assertThat(deadline.hasExpired()).isFalse();
        });
    }

    /** test_nested_timeouts: both pass at once, and only the outer one throws. */
    @Test
    void nested_bothPassAtOnce_theOuterOneThrows() {
        EventLoop.run(() -> {
            long when = EventLoop.current().nanoTime() + LONG.toNanos();
            var outer = Deadline.at(when);
            var inner = Deadline.at(when);
            createTask(() -> {
                inner.moveTo(Duration.ZERO);
                outer.moveTo(Duration.ZERO);
            });
            assertThatThrownBy(() -> outer.run(() -> {
                        assertThatThrownBy(() -> inner.run(() -> new AsyncEvent().await()))
                                .isInstanceOfSatisfying(CancelledException.class, e -> {
                                    steps.at(1);
                                    throw e;
                                });
                    }))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertThat(outer.hasExpired()).isTrue();
            assertThat(inner.hasExpired()).isTrue();
            assertNothingLeft();
            steps.done(2);
        });
    }

    /** test_nested_timeouts_loop_busy: what follows the inner one is still under the outer one. */
    @Test
    void nested_theInnerOnePasses_thenTheOuterOne() {
        EventLoop.run(() -> {
            var outer = Deadline.after(LONG);
            var inner = Deadline.after(LONG);
            assertThatThrownBy(() -> outer.run(() -> {
                        createTask(() -> inner.moveTo(Duration.ZERO));
                        assertThatThrownBy(() -> inner.run(() -> new AsyncEvent().await()))
                                .isExactlyInstanceOf(TimeoutException.class);
                        steps.at(1);
                        createTask(() -> outer.moveTo(Duration.ZERO));
                        new AsyncEvent().await();
                        steps.at(99);
                    }))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertNothingLeft();
            steps.done(2);
        });
    }

    /** The inner one's cancel is over, thrown or given to a task that refused it; the outer one's is still to be thrown. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nested_theInnerOneEnds_theOuterOnesCancelStaysPending(boolean passedOn) {
        EventLoop.run(() -> {
            var outer = Deadline.after(LONG);
            var inner = Deadline.after(LONG);
            var stubborn = createTask(
                    () -> assertThatThrownBy(() -> new AsyncEvent().await()).isInstanceOf(CancelledException.class));
            Steps.settle();
            assertThatThrownBy(() -> outer.run(() -> {
                        inner.run(() -> {
                            if (passedOn) {
                                createTask(() -> inner.moveTo(Duration.ZERO));
                                stubborn.await();
                            } else {
                                inner.moveTo(Duration.ZERO);
                                assertThatThrownBy(Async::yieldNow).isInstanceOf(CancelledException.class);
                            }
                            outer.moveTo(Duration.ZERO);
                        });
                        steps.at(1);
                        yieldNow();
                        steps.at(99);
                    }))
                    .isExactlyInstanceOf(TimeoutException.class);
            stubborn.cancel();
            assertNothingLeft();
            steps.done(2);
        });
    }

    @Test
    void nested_theOuterOneIsMovedFromTheInside() {
        EventLoop.run(() -> {
            var outer = Deadline.after(LONG);
            var inner = Deadline.after(LONG);
            assertThatThrownBy(() -> outer.run(() -> inner.run(() -> {
                        outer.moveTo(SHORT);
                        new AsyncEvent().await();
                    })))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertThat(outer.hasExpired()).isTrue();
            assertThat(inner.hasExpired()).isFalse();
            assertNothingLeft();
        });
    }

    @Test
    void nested_insideATimeout_eachAnswersForItsOwn() throws Exception {
        EventLoop.run(() -> {
            timeout(LONG, () -> {
                assertThatThrownBy(() -> Deadline.after(SHORT).run(() -> new AsyncEvent().await()))
                        .isExactlyInstanceOf(TimeoutException.class);
                yieldNow();
            });
            assertNothingLeft();
        });
    }

    // ---------------------------------------------------------------- misuse

    @Test
    void moveTo_beforeTheBody_isRefused() throws Exception {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            assertThatThrownBy(() -> deadline.moveTo(SHORT))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("a deadline can be moved while its body runs, until it passes: " + deadline)
                    .hasMessageEndingWith(" [not started]");
            assertThat(deadline.hasExpired()).isFalse();
            deadline.run(Async::yieldNow); // nothing was changed
        });
    }

    @Test
    void moveTo_afterTheBody_isRefused() throws Exception {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            deadline.run(Async::yieldNow);
            assertThatThrownBy(() -> deadline.moveTo(Duration.ZERO))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageEndingWith(" [finished]");
            assertNothingLeft();
        });
    }

    @Test
    void moveTo_afterItPassed_isRefused_alsoWhileTheBodyRuns() throws Exception {
        EventLoop.run(() -> {
            var deadline = Deadline.after(SHORT);
            deadline.run(() -> {
                assertThatThrownBy(() -> new AsyncEvent().await()).isInstanceOf(CancelledException.class);
                assertThatThrownBy(() -> deadline.moveTo(LONG))
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageEndingWith(" [expired]");
            });
            assertNothingLeft();
        });
    }

    @Test
    void run_twice_isRefused() throws Exception {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            deadline.run(() -> assertThatThrownBy(() -> deadline.run(() -> 1))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("a deadline is for one body: " + deadline)
                    .hasMessageEndingWith(" [running]"));
            assertThatThrownBy(() -> deadline.run(() -> 1)).hasMessageEndingWith(" [finished]");
            assertNothingLeft();
        });
    }

    @Test
    void run_refused_mayBeRunThen() throws Exception {
        EventLoop.run(() -> {
            var deadline = Deadline.after(LONG);
            Steps.inCallback(() -> assertThatThrownBy(() -> deadline.run(() -> 1))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("Deadline.run() in a callback: only tasks can wait, use createTask"));
            assertThatThrownBy(() -> deadline.run((TaskBody<Integer, RuntimeException>) null))
                    .hasMessage("body");
            assertThatThrownBy(() -> deadline.run((VoidTaskBody<RuntimeException>) null))
                    .hasMessage("body");
            assertThat(deadline.run(() -> 1)).isEqualTo(1);
        });
    }

    @Test
    void nulls_areNamed() {
        assertThatThrownBy(() -> Deadline.after(null)).hasMessage("timeout");
        EventLoop.run(() ->
                assertThatThrownBy(() -> Deadline.after(LONG).moveTo(null)).hasMessage("fromNow"));
    }

    // ---------------------------------------------------------------- binding

    @Test
    void madeOutside_isBoundByItsFirstUse() throws Exception {
        var deadline = Deadline.after(LONG);
        assertThat(deadline.toString()).endsWith(" [not started]");
        assertThatThrownBy(() -> deadline.run(() -> 1))
                .isExactlyInstanceOf(WrongLoopException.class)
                .hasMessageStartingWith("no running event loop: Deadline.run() works on a loop");
        EventLoop.run(() -> {
            deadline.run(Async::yieldNow);
        });
        EventLoop.run(() -> assertThatThrownBy(deadline::hasExpired)
                .isExactlyInstanceOf(WrongLoopException.class)
                .hasMessageStartingWith(deadline + " is bound to a different event loop: bound to loop "));
    }

    /** No request is open, and none is waiting to be thrown. */
    private static void assertNothingLeft() {
        assertThat(currentTask().cancelling()).isZero();
        yieldNow();
    }
}
