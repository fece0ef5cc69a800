// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.awaitAll;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Waiting until all are done, however they end. */
@Timeout(60)
final class AwaitAllTest {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    private final Steps steps = new Steps();
    private final List<String> reports = new ArrayList<>();

    // ---------------------------------------------------------------- what it waits for

    @Test
    void allEnds_count_andNothingIsThrown() {
        EventLoop.run(() -> {
            var succeeds = createTask(() -> "x");
            var fails = failing("planned");
            var isCancelled = createTask(() -> new Future<Void>().await());
            createTask(() -> isCancelled.cancel());

            awaitAll(List.of(succeeds, fails, isCancelled));

            assertThat(succeeds.state()).isEqualTo(Future.State.SUCCEEDED);
            assertThat(fails.exceptionNow()).hasMessage("planned");
            assertThat(isCancelled.state()).isEqualTo(Future.State.CANCELLED);
            assertThat(Async.currentTask().cancelling()).isZero();
        });
    }

    @Test
    void failure_doesNotEndTheWait() {
        EventLoop.run(() -> {
            var late = new Future<String>();
            var fails = failing("planned");
            var waiter = createTask(() -> {
                awaitAll(List.of(fails, late));
                steps.at(2);
            });
            Steps.settle();
            assertThat(fails.exceptionNow()).hasMessage("planned");
            steps.at(1);
            late.complete("x");
            waiter.await();
            steps.done(3);
        });
    }

    @Test
    void allDone_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            var done = List.of(succeeded("x"), failed("planned"), cancelled());
            createTask(() -> steps.at(2));
            awaitAll(done);
            assertThat(awaitAll(done, Duration.ofHours(1))).isTrue();
            steps.at(1);
            Steps.settle();
            done.get(1).exceptionNow();
            steps.done(3);
        });
    }

    @Test
    void none_areAllDone() {
        EventLoop.run(() -> {
            awaitAll(List.of());
            assertThat(awaitAll(List.of(), Duration.ZERO)).isTrue();
        });
    }

    @Test
    void duplicates_areOneFuture() {
        EventLoop.run(() -> {
            var future = new Future<String>();
            var waiter = createTask(() -> awaitAll(List.of(future, createTask(() -> "y"), future)));
            yieldNow();
            future.complete("x");
            waiter.await();
        });
    }

    @Test
    void lastAndOthers_doneInOneTurn_areAllSeen() {
        EventLoop.run(() -> {
            var futures = List.of(new Future<Integer>(), new Future<Integer>(), new Future<Integer>());
            var waiter = createTask(() -> {
                awaitAll(futures);
                return futures.stream().mapToInt(Future::resultNow).sum();
            });
            yieldNow();
            futures.forEach(future -> future.complete(1));
            assertThat(waiter.await()).isEqualTo(3);
        });
    }

    @Test
    @Once
    void hundredThousandTasks_andTheSameOneAsOften() {
        EventLoop.run(() -> {
            int count = 100_000;
            List<Task<Integer>> tasks = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                int id = i;
                tasks.add(createTask(() -> id));
            }
            awaitAll(tasks);
            assertThat(tasks).allMatch(Future::isDone);
            awaitAll(Collections.nCopies(count, createTask(() -> "x")));
        });
    }

    // ---------------------------------------------------------------- timeout

    @Test
    void timeIsUp_returnsFalse_andLeavesTheFuturesAlone() {
        EventLoop.run(() -> {
            var pending = new Future<String>();
            var task = createTask(() -> pending.await());
            var done = succeeded("x");

            assertThat(awaitAll(List.of(done, task), SHORT)).isFalse();
            assertThat(task.isDone()).isFalse();
            assertThat(task.cancelling()).isZero();
            assertThat(Waiters.of(task)).isZero();

            pending.complete("y");
            assertThat(awaitAll(List.of(done, task), HUGE)).isTrue();
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void noTime_looksWithoutWaiting(long seconds) {
        EventLoop.run(() -> {
            var done = succeeded("x");
            createTask(() -> steps.at(2));
            assertThat(awaitAll(List.of(done, new Future<>()), Duration.ofSeconds(seconds)))
                    .isFalse();
            assertThat(awaitAll(List.of(done), Duration.ofSeconds(seconds))).isTrue();
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    /** The callback and the end of the time are due at once: the wait has ended without success, then the future is done, then the task runs. */
    @Test
    @InOrder
    void doneAfterTheTimeWasUp_beforeTheTaskRuns_counts() {
        EventLoop.run(() -> {
            var future = new Future<String>();
            EventLoop.current().callLater(Duration.ofMillis(1), () -> future.complete("x"));
            var waiter = createTask(() -> awaitAll(List.of(future), SHORT));
            yieldNow();
            busy();
            assertThat(waiter.await()).isTrue();
        });
    }

    @Test
    void insideATimeout_theFuturesAreLeftAlone() {
        EventLoop.run(() -> {
            var task = createTask(() -> new Future<Void>().await());
            assertThatThrownBy(() -> Async.timeout(SHORT, () -> awaitAll(List.of(task))))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertThat(task.cancelling()).isZero();
            assertThat(Waiters.of(task)).isZero();
        });
    }

    // ---------------------------------------------------------------- cancel

    @Test
    void cancel_ofTheWaiter_leavesTheFuturesAlone() {
        EventLoop.run(() -> {
            var future = new Future<String>();
            var task = createTask(() -> new Future<Void>().await());
            var waiter = createTask(() -> awaitAll(List.of(future, task)));
            yieldNow();
            waiter.cancel("stop");
            assertThatThrownBy(waiter::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("stop");
            assertThat(waiter.isCancelled()).isTrue();
            assertThat(future.isDone()).isFalse();
            assertThat(task.cancelling()).isZero();
            assertThat(Waiters.of(future)).isZero();
            future.complete("wakes nobody");
            yieldNow();
        });
    }

    @Test
    void cancel_afterTheLastWasDone_beforeTheWaiterRuns() {
        EventLoop.run(() -> {
            var future = new Future<String>();
            var waiter = createTask(() -> awaitAll(List.of(future, future)));
            yieldNow();
            future.complete("x");
            waiter.cancel();
            assertThatThrownBy(waiter::await).isInstanceOf(CancelledException.class);
            assertThat(waiter.isCancelled()).isTrue();
        });
    }

    @Test
    void cancelPending_isThrownOnlyWhereThereIsSomethingToWaitFor() {
        EventLoop.run(() -> {
            var future = new Future<String>();
            var waiter = createTask(() -> {
                Async.currentTask().cancel();
                awaitAll(List.of(succeeded("x")));
                steps.at(1);
                awaitAll(List.of(future));
                steps.at(99);
            });
            assertThatThrownBy(waiter::await).isInstanceOf(CancelledException.class);
            assertThat(future.isDone()).isFalse();
            assertThat(Waiters.of(future)).isZero();
            steps.done(2);
        });
    }

    @Test
    void closingLoop_endsTheWait() {
        var future = new Future<String>();
        EventLoop loop = EventLoop.create();
        Task<?> waiter = loop.runUntilComplete(() -> {
            var task = createTask(() -> awaitAll(List.of(future)));
            yieldNow();
            return task;
        });
        loop.close();
        assertThat(waiter.toString()).contains("cancelled");
        assertThat(Waiters.of(future)).isZero();
    }

    // ---------------------------------------------------------------- failures that nobody asks for

    @Test
    void waiting_isNotAsking() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var asked = failing("asked");
                awaitAll(List.of(failing("during"), failed("before"), asked, asked));
                assertThat(asked.exceptionNow()).hasMessage("asked");
            });
        }
        assertThat(reports).containsExactlyInAnyOrder("during", "before");
    }

    @Test
    void whoAwaitsBeside_isTold() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var future = new Future<String>();
                var all = createTask(() -> awaitAll(List.of(future)));
                var beside = createTask(() -> future.await());
                yieldNow();
                future.fail(new IllegalStateException("planned"));
                all.await();
                assertThatThrownBy(beside::await).hasMessage("planned");
            });
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void cancelledWaiter_ofAFailedFuture_leavesItToBeReported() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var future = new Future<String>();
                var waiter = createTask(() -> awaitAll(List.of(future)));
                yieldNow();
                future.fail(new IllegalStateException("planned"));
                waiter.cancel();
                yieldNow();
            });
        }
        assertThat(reports).containsExactly("planned");
    }

    // ---------------------------------------------------------------- misuse

    @Test
    @SuppressWarnings("CheckReturnValue") // only what they throw counts
    void nulls_areNamed() {
        EventLoop.run(() -> {
            var future = new Future<String>();
            assertThatThrownBy(() -> awaitAll(null))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessage("futures");
            assertThatThrownBy(() -> awaitAll(null, SHORT)).hasMessage("futures");
            assertThatThrownBy(() -> awaitAll(Arrays.asList(future, null))).hasMessage("futures[1]");
            assertThatThrownBy(() -> awaitAll(List.of(future), null)).hasMessage("timeout");
            assertThat(Waiters.of(future)).isZero();
        });
    }

    @Test
    @SuppressWarnings("CheckReturnValue") // only what they throw counts
    void foreignFuture_isRefused_beforeAnybodyWaits() {
        EventLoop.run(() -> {
            var ours = new Future<Integer>();
            var foreign = Async.blocking(() -> EventLoop.run(() -> succeeded("x")));
            assertThatThrownBy(() -> awaitAll(List.of(ours, foreign)))
                    .isExactlyInstanceOf(WrongLoopException.class)
                    .hasMessageContaining("is bound to a different event loop")
                    .hasMessageContaining("Async.awaitAll() called from");
            assertThatThrownBy(() -> awaitAll(List.of(ours, foreign), null))
                    .isExactlyInstanceOf(WrongLoopException.class);
            assertThat(Waiters.of(ours)).isZero();
        });
    }

    @Test
    @SuppressWarnings("CheckReturnValue") // only what they throw counts
    void itself_isRefused() {
        EventLoop.run(() -> {
            var self = Async.currentTask();
            var future = new Future<String>();
            assertThatThrownBy(() -> awaitAll(List.of(future, self)))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("a task cannot await itself: " + self);
            assertThatThrownBy(() -> awaitAll(List.of(self), Duration.ZERO))
                    .isExactlyInstanceOf(IllegalStateException.class);
            assertThat(Waiters.of(future)).isZero();
        });
    }

    // ---------------------------------------------------------------- helpers

    private static Task<Object> failing(String message) {
        return createTask(() -> {
            throw new IllegalStateException(message);
        });
    }

    private static Future<Object> succeeded(Object value) {
        var future = new Future<Object>();
        future.complete(value);
        return future;
    }

    private static Future<Object> failed(String message) {
        var future = new Future<Object>();
        future.fail(new IllegalStateException(message));
        return future;
    }

    private static Future<Object> cancelled() {
        var future = new Future<Object>();
        future.cancel();
        return future;
    }

    /** Keeps the loop until the short timers are due. */
    private static void busy() {
        long end = System.nanoTime() + SHORT.multipliedBy(2).toNanos();
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private EventLoop reporting() {
        return EventLoop.builder()
                .exceptionHandler((what, e) -> reports.add(e.getMessage()))
                .build();
    }
}
