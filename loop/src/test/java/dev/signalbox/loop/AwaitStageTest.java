// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.await;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Waiting for what somebody outside completes. */
final class AwaitStageTest {
    private final Steps steps = new Steps();
    private final CompletableFuture<String> stage = new CompletableFuture<>();

    // ---------------------------------------------------------------- result

    @Test
    void done_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            createTask(() -> steps.at(2));
            assertThat(Async.<String>await(CompletableFuture.completedFuture("x")))
                    .isEqualTo("x");
            assertThat(Async.<String>await(CompletableFuture.completedStage(null)))
                    .isNull();
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    @InOrder
    void completedByAnotherThread_givesTheResult_andOthersRunMeanwhile() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                steps.at(1);
                String result = await(stage);
                steps.at(3); // sent in first
                return result;
            });
            yieldNow();
            steps.at(2);
            Async.blocking(
                    () -> CompletableFuture.runAsync(() -> stage.complete("x")).join());
            steps.at(4);
            assertThat(task.await()).isEqualTo("x");
            steps.done(5);
        });
    }

    @Test
    void completedOnTheLoop_goesOnInALaterTurn() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                String result = await(stage);
                steps.at(2);
                return result;
            });
            yieldNow();
            stage.complete("x");
            steps.at(1);
            assertThat(task.await()).isEqualTo("x");
            steps.done(3);
        });
    }

    @Test
    void manyTasks_mayWaitForOne() {
        EventLoop.run(() -> {
            var first = createTask(() -> Async.<String>await(stage));
            var second = createTask(() -> Async.<String>await(stage.thenApply(x -> x + x)));
            yieldNow();
            stage.complete("x");
            assertThat(Async.gather(first, second)).containsExactly("x", "xx");
        });
    }

    @Test
    void tasksOfAnotherLoop_canBeAwaited() {
        EventLoop.run(() -> {
            try (EventLoop other = EventLoop.create()) {
                var started = createTask(() -> Async.blocking(other::runForever));
                CompletableFuture<String> result = other.submit(() -> {
                    yieldNow();
                    return "x";
                });
                assertThat(Async.<String>await(result)).isEqualTo("x");
                CompletableFuture<Object> failure = other.submit(() -> {
                    throw new IOException("planned");
                });
                assertThatThrownBy(() -> await(failure)).hasCauseInstanceOf(IOException.class);
                other.stop();
                started.await();
            }
        });
    }

    @Test
    void submittedToTheSameLoop_canBeAwaited() {
        EventLoop.run(() -> {
            CompletableFuture<String> result = EventLoop.current().submit(() -> "x");
            assertThat(Async.<String>await(result)).isEqualTo("x");
        });
    }

    // ---------------------------------------------------------------- failure

    @Test
    void failed_isRethrownAsFuturesDo() {
        EventLoop.run(() -> {
            var unchecked = new IllegalArgumentException("planned");
            var error = new AssertionError("planned");
            var checked = new IOException("planned");
            assertThatThrownBy(() -> await(CompletableFuture.failedFuture(unchecked)))
                    .isSameAs(unchecked);
            assertThatThrownBy(() -> await(CompletableFuture.failedFuture(error)))
                    .isSameAs(error);
            assertThatThrownBy(() -> await(CompletableFuture.failedFuture(checked)))
                    .isExactlyInstanceOf(CompletionException.class)
                    .hasCause(checked);
        });
    }

    @Test
    void failedUpstream_isRethrownAsIfItHadFailedItself() {
        EventLoop.run(() -> {
            var unchecked = new IllegalArgumentException("planned");
            var dependent = stage.thenApply(x -> x).thenApply(x -> x);
            var task = createTask(() -> Async.<String>await(dependent));
            yieldNow();
            stage.completeExceptionally(unchecked);
            assertThatThrownBy(task::await).isSameAs(unchecked);

            var checked = new IOException("planned");
            CompletionStage<Object> failing =
                    CompletableFuture.failedStage(checked).thenApply(x -> x);
            assertThatThrownBy(() -> await(failing))
                    .isExactlyInstanceOf(CompletionException.class)
                    .hasCause(checked);
        });
    }

    @Test
    void cancelledStage_isNotACancelOfTheTask() {
        EventLoop.run(() -> {
            var task = createTask(() -> Async.<String>await(stage));
            yieldNow();
            stage.cancel(false);
            assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
            assertThat(task.isCancelled()).isFalse();
            assertThat(task.cancelling()).isZero();
        });
    }

    // ---------------------------------------------------------------- cancel

    @Test
    void cancelledTask_cancelsTheStage() {
        EventLoop.run(() -> {
            var task = createTask(() -> Async.<String>await(stage));
            Steps.settle();
            task.cancel("stop");
            assertThatThrownBy(task::await).hasMessage("stop");
            assertThat(task.isCancelled()).isTrue();
            assertThat(stage).isCancelled();
        });
    }

    @Test
    void cancelledBefore_cancelsTheStage() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel("stop");
                await(stage);
            });
            assertThatThrownBy(task::await).hasMessage("stop");
            assertThat(stage).isCancelled();
        });
    }

    @Test
    void cancelledTask_whatDependsOnTheStageRunsOnItsStack() {
        EventLoop.run(() -> {
            stage.whenComplete(
                    (value, failure) -> assertThat(currentTask().name()).isEqualTo("waiter"));
            var task = createTask("waiter", () -> Async.<String>await(stage));
            yieldNow();
            task.cancel();
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
        });
    }

    @Test
    void cancelledTask_stageThatCannotBeCancelled_isLeftAlone() {
        EventLoop.run(() -> {
            var task = createTask(() -> Async.<String>await(stage.minimalCompletionStage()));
            yieldNow();
            task.cancel("stop");
            assertThatThrownBy(task::await).hasMessage("stop");
            assertThat(stage).isNotDone();
            stage.complete("late"); // wakes nobody
            yieldNow();
            yieldNow();
        });
    }

    @Test
    void completedThenCancelledBeforeItRuns_isCancelled() {
        EventLoop.run(() -> {
            var task = createTask(() -> Async.<String>await(stage));
            yieldNow();
            stage.complete("x");
            task.cancel();
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    void refusedCancel_theTaskGoesOn() {
        EventLoop.run(() -> {
            var other = new CompletableFuture<String>();
            var task = createTask(() -> {
                assertThatThrownBy(() -> await(stage)).isInstanceOf(CancelledException.class);
                currentTask().uncancel();
                return Async.<String>await(other);
            });
            Steps.settle();
            task.cancel();
            Steps.settle();
            other.complete("x");
            assertThat(task.await()).isEqualTo("x");
        });
    }

    @Test
    void timeout_cancelsTheStage() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(2), () -> Async.<String>await(stage)))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertThat(stage).isCancelled();
        });
    }

    /** Completions from another thread and cancels meet; whatever wins, nobody is woken twice. */
    @Test
    @Once
    void completionAndCancelRace_harmNobody() {
        EventLoop.run(() -> {
            for (int i = 0; i < 200; i++) {
                var racing = new CompletableFuture<String>();
                var task = createTask(() -> Async.<String>await(racing));
                yieldNow();
                CompletableFuture<Boolean> completing = CompletableFuture.supplyAsync(() -> racing.complete("x"));
                if (i % 2 == 0) {
                    Thread.onSpinWait();
                }
                task.cancel();
                assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
                await(completing);
                yieldNow();
            }
        });
    }

    // ---------------------------------------------------------------- misuse

    @Test
    void null_isNamed() {
        EventLoop.run(() -> assertThatThrownBy(() -> await(null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("stage"));
    }

    @Test
    void offALoop_isRefused_whateverTheArgument() {
        assertThatThrownBy(() -> await(null))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("no running event loop");
    }

    @Test
    void inACallback_isRefused_alsoWhenDone() {
        EventLoop.run(() ->
                Steps.inCallback(() -> assertThatThrownBy(() -> await(CompletableFuture.completedFuture("x")))
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessage("Async.await() in a callback: only tasks can wait, use createTask")));
    }

    @Test
    void cancelled_whileTheStageRefusesToBe_endsCancelledAllTheSame() {
        EventLoop.run(() -> {
            var stubborn = new CompletableFuture<String>() {
                @Override
                public boolean cancel(boolean mayInterruptIfRunning) {
                    throw new IllegalArgumentException("refused");
                }
            };
            var task = createTask(() -> Async.<String>await(stubborn));
            Steps.settle();
            task.cancel();
            assertThatThrownBy(task::await)
                    .isExactlyInstanceOf(CancelledException.class)
                    .cause()
                    .hasSuppressedException(new IllegalArgumentException("refused"));
            assertThat(task.isCancelled()).isTrue();
        });
    }
}
