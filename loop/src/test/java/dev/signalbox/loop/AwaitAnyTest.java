// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.awaitAny;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting until one is done, however it ends. */
@Timeout(60)
final class AwaitAnyTest {
    private static final Duration SHORT = Duration.ofMillis(2);

    private final Steps steps = new Steps();
    private final List<String> reports = new ArrayList<>();

    // ---------------------------------------------------------------- which one

    @Test
    @InOrder
    void firstInTime_notInPlace() {
        EventLoop.run(() -> {
            var late = createTask(() -> {
                yieldNow();
                return "late";
            });
            var early = createTask(() -> "early");
            Task<String> first = awaitAny(List.of(late, early));
            assertThat(first).isSameAs(early);
            assertThat(late.cancelling()).isZero();
            assertThat(late.await()).isEqualTo("late"); // it went on
        });
    }

    @Test
    void severalDone_beforeTheTaskRuns_theFirstOfThem() {
        EventLoop.run(() -> {
            var futures = List.of(new Future<Integer>(), new Future<Integer>(), new Future<Integer>());
            var waiter = createTask(() -> awaitAny(futures));
            Steps.settle();
            futures.get(2).complete(2);
            futures.get(0).complete(0);
            assertThat(waiter.await()).isSameAs(futures.get(2));
            assertThat(Waiters.of(futures.get(1))).isZero();
        });
    }

    @Test
    void doneBefore_theFirstInPlace_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            var futures = List.of(new Future<Integer>(), new Future<Integer>(), new Future<Integer>());
            futures.get(2).complete(2);
            futures.get(1).complete(1);
            createTask(() -> steps.at(2));
            assertThat(awaitAny(futures)).isSameAs(futures.get(1));
            assertThat(awaitAny(futures, Duration.ofHours(1))).isSameAs(futures.get(1));
            assertThat(Waiters.of(futures.get(0))).isZero();
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void failedOrCancelled_isDoneToo_andNothingIsThrown() {
        EventLoop.run(() -> {
            var pending = new Future<Object>();
            var fails = createTask(() -> {
                throw new IllegalStateException("planned");
            });
            assertThat(awaitAny(List.of(pending, fails))).isSameAs(fails);
            assertThat(fails.exceptionNow()).hasMessage("planned");

            var cancelled = new Future<Object>();
            createTask(() -> cancelled.cancel());
            assertThat(awaitAny(List.of(pending, cancelled))).isSameAs(cancelled);
        });
    }

    @Test
    void duplicates_areOneFuture() {
        EventLoop.run(() -> {
            var task = createTask(() -> "x");
            assertThat(awaitAny(Collections.nCopies(3, task))).isSameAs(task);
        });
    }

    @Test
    @Once
    void hundredThousand() {
        EventLoop.run(() -> {
            var futures = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 100_000; i++) {
                futures.add(new Future<>());
            }
            var last = futures.get(99_999);
            createTask(() -> last.complete(1));
            assertThat(awaitAny(futures)).isSameAs(last);
            assertThat(futures).allMatch(future -> Waiters.of(future) == 0);
        });
    }

    // ---------------------------------------------------------------- timeout

    @Test
    void timeIsUp_isNull_andLeavesTheFuturesAlone() {
        EventLoop.run(() -> {
            var task = createTask(() -> new Future<Void>().await());
            assertThat(awaitAny(List.of(task), SHORT)).isNull();
            assertThat(awaitAny(List.of(task), Duration.ZERO)).isNull();
            assertThat(awaitAny(List.of(task), Duration.ofSeconds(Long.MIN_VALUE)))
                    .isNull();
            assertThat(task.cancelling()).isZero();
            assertThat(Waiters.of(task)).isZero();
        });
    }

    @Test
    void inTime_isTheFuture() {
        EventLoop.run(() -> {
            var task = createTask(() -> "x");
            assertThat(awaitAny(List.of(new Future<String>(), task), Duration.ofSeconds(Long.MAX_VALUE)))
                    .isSameAs(task);
        });
    }

    // ---------------------------------------------------------------- cancel

    @Test
    void cancel_ofTheWaiter_leavesTheFuturesAlone() {
        EventLoop.run(() -> {
            var futures = List.of(new Future<Integer>(), new Future<Integer>());
            var waiter = createTask(() -> awaitAny(futures));
            yieldNow();
            waiter.cancel("stop");
            assertThatThrownBy(waiter::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("stop");
            assertThat(futures).noneMatch(Future::isDone).allMatch(future -> Waiters.of(future) == 0);
        });
    }

    // ---------------------------------------------------------------- failures that nobody asks for

    @Test
    void gettingTheFuture_isNotAskingIt() {
        try (EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reports.add(e.getMessage()))
                .build()) {
            loop.runUntilComplete(() -> {
                for (String message : List.of("not asked", "asked")) {
                    var task = createTask(() -> {
                        throw new IllegalStateException(message);
                    });
                    var first = awaitAny(List.of(new Future<>(), task));
                    if (message.equals("asked")) {
                        assertThatThrownBy(first::await).hasMessage("asked");
                    }
                }
            });
        }
        assertThat(reports).containsExactly("not asked");
    }

    // ---------------------------------------------------------------- misuse

    @Test
    @SuppressWarnings("CheckReturnValue") // only what they throw counts
    void none_isRefused() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> awaitAny(List.<Future<String>>of()))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("futures: none (expected: at least one)");
            assertThatThrownBy(() -> awaitAny(List.<Future<String>>of(), SHORT))
                    .isExactlyInstanceOf(IllegalArgumentException.class);
        });
    }

    @Test
    @SuppressWarnings("CheckReturnValue") // only what they throw counts
    void nulls_areNamed() {
        EventLoop.run(() -> {
            var future = new Future<String>();
            assertThatThrownBy(() -> awaitAny((List<Future<String>>) null)).hasMessage("futures");
            assertThatThrownBy(() -> awaitAny((List<Future<String>>) null, SHORT))
                    .hasMessage("futures");
            assertThatThrownBy(() -> awaitAny(Arrays.asList(future, null))).hasMessage("futures[1]");
            assertThatThrownBy(() -> awaitAny(List.of(future), null)).hasMessage("timeout");
        });
    }

    @Test
    void foreignFuture_isRefused_evenBehindOneThatIsDone() {
        EventLoop.run(() -> {
            var ours = new Future<String>();
            ours.complete("x");
            var foreign = Async.blocking(() -> EventLoop.run(() -> new Future<String>()));
            assertThatThrownBy(() -> awaitAny(List.of(ours, foreign)))
                    .isExactlyInstanceOf(WrongLoopException.class)
                    .hasMessageContaining("Async.awaitAny() called from");
        });
    }

    @Test
    void itself_isRefused_evenBehindOneThatIsDone() {
        EventLoop.run(() -> {
            Task<?> self = Async.currentTask();
            Future<String> done = new Future<>();
            done.complete("x");
            assertThatThrownBy(() -> awaitAny(List.of(done, self)))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("a task cannot await itself: " + self);
        });
    }
}
