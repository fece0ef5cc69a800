// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What a task runs, and how it ends when nobody cancels it. */
final class TaskTest {
    private static final Duration SHORT = Duration.ofMillis(2);

    private final Steps steps = new Steps();
    private final List<String> reports = new ArrayList<>();

    // ---------------------------------------------------------------- result

    @Test
    @InOrder
    void body_startsInALaterTurn_inTheOrderOfCreation() {
        EventLoop.run(() -> {
            var first = createTask(() -> steps.at(2));
            var second = createTask(() -> steps.at(3));
            EventLoop.current().callSoon(() -> steps.at(4));
            steps.at(1);
            second.await();
            assertThat(first.isDone()).isTrue();
            yieldNow();
            steps.done(5);
        });
    }

    @Test
    void result_isWhatTheBodyReturned() {
        EventLoop.run(() -> {
            var task = createTask(() -> "x");
            assertThat(task.await()).isEqualTo("x");
            assertThat(task.resultNow()).isEqualTo("x");
            assertThat(task.state()).isEqualTo(Future.State.SUCCEEDED);
            Task<Void> none = createTask(() -> {});
            assertThat(none.await()).isNull();
        });
    }

    @Test
    @InOrder
    void switches_happenOnlyWhereATaskWaits() {
        EventLoop.run(() -> {
            createTask(() -> {
                steps.at(2);
                yieldNow();
                steps.at(4);
                yieldNow();
                steps.at(6);
            });
            createTask(() -> {
                steps.at(3);
                yieldNow();
                steps.at(5);
            });
            steps.at(1);
            yieldNow();
            yieldNow();
            yieldNow();
            steps.done(7);
        });
    }

    @Test
    void currentTask_isTheOneThatRuns() {
        EventLoop.run(() -> {
            Task<?> main = currentTask();
            var child = createTask(() -> {
                Task<?> before = currentTask();
                yieldNow();
                assertThat(currentTask()).isSameAs(before);
                return before;
            });
            assertThat(child.await()).isSameAs(child);
            assertThat(currentTask()).isSameAs(main);
            Steps.inCallback(() -> assertThatThrownBy(Async::currentTask)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("Async.currentTask() in a callback: only tasks can wait, use createTask"));
        });
        assertThatThrownBy(Async::currentTask)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("no running event loop");
    }

    @Test
    void createTask_inACallback_works() {
        EventLoop.run(() -> {
            var made = new Future<Task<String>>();
            EventLoop.current().callSoon(() -> made.complete(createTask(() -> "x")));
            assertThat(made.await().await()).isEqualTo("x");
        });
    }

    @Test
    void createTask_withoutALoop_throws() {
        assertThatThrownBy(() -> createTask(() -> 1))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("no running event loop");
    }

    @Test
    void nulls_areNamed() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> createTask((TaskBody<Integer, RuntimeException>) null))
                    .hasMessage("body");
            assertThatThrownBy(() -> createTask((VoidTaskBody<RuntimeException>) null))
                    .hasMessage("body");
            assertThatThrownBy(() -> createTask(null, () -> 1)).hasMessage("name");
            assertThatThrownBy(() -> createTask(null, () -> {})).hasMessage("name");
            assertThat(EventLoop.current().allTasks()).containsExactly(currentTask());
        });
    }

    // ---------------------------------------------------------------- names

    @Test
    void name_givenOrNumbered() {
        EventLoop.run(() -> {
            assertThat(createTask("fetch", () -> 1).name()).isEqualTo("fetch");
            assertThat(createTask("store", () -> {}).name()).isEqualTo("store");
            var first = createTask(() -> 1);
            var second = createTask(() -> {});
            assertThat(first.name()).matches("Task-\\d+");
            assertThat(second.name()).matches("Task-\\d+").isNotEqualTo(first.name());
        });
    }

    @Test
    void toString_showsNameAndState_fromAnyThread() {
        EventLoop.run(() -> {
            var task = createTask("fetch", () -> 1);
            Async.blocking(() -> assertThat(task.toString()).matches("Task@\\p{XDigit}+ \\['fetch', .*]"));
            assertThat(task.await()).isEqualTo(1);
            assertThat(task).asString().endsWith(" ['fetch', succeeded]");
        });
    }

    // ---------------------------------------------------------------- failure

    @Test
    void failure_isRethrownByAwait_eachTime() {
        EventLoop.run(() -> {
            var unchecked = new IllegalArgumentException("planned");
            var checked = new IOException("planned");
            var error = new AssertionError("planned");
            assertThatThrownBy(failing(unchecked)::await).isSameAs(unchecked);
            assertThatThrownBy(failing(error)::await).isSameAs(error);
            var task = failing(checked);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(task::await)
                        .isExactlyInstanceOf(CompletionException.class)
                        .hasCause(checked);
            }
            assertThat(task.exceptionNow()).isSameAs(checked);
            assertThat(task.state()).isEqualTo(Future.State.FAILED);
        });
    }

    @Test
    void failure_doesNotDisturbTheOthers() {
        EventLoop.run(() -> {
            var bad = failing(new StackOverflowError("planned"));
            var good = createTask(() -> {
                yieldNow();
                return "x";
            });
            assertThat(good.await()).isEqualTo("x");
            assertThatThrownBy(bad::await).isInstanceOf(StackOverflowError.class);
        });
    }

    @Test
    void foreignCancelledException_thatEscapes_isAFailure() {
        EventLoop.run(() -> {
            var awaited = new Future<Void>();
            var task = createTask(() -> awaited.await());
            yieldNow();
            awaited.cancel("enough");
            assertThatThrownBy(task::await)
                    .isInstanceOfSatisfying(
                            CancelledException.class,
                            e -> assertThat(e.source()).isSameAs(awaited));
            assertThat(task.state()).isEqualTo(Future.State.FAILED);
            assertThat(task.isCancelled()).isFalse();
            assertThat(task.exceptionNow()).isInstanceOf(CancelledException.class);
        });
    }

    @Test
    void cancelledExceptionOfTheBody_cancels() {
        EventLoop.run(() -> {
            var task = failing(new CancelledException("on purpose"));
            assertThatThrownBy(task::await).isInstanceOfSatisfying(CancelledException.class, e -> {
                assertThat(e).hasMessage("on purpose");
                assertThat(e.source()).isSameAs(task);
            });
            assertThat(task.isCancelled()).isTrue();
            assertThat(new CancelledException("x").source()).isNull();
        });
    }

    @Test
    void interruptedException_thatEscapes_cancels() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                throw new InterruptedException("planned");
            });
            assertThatThrownBy(task::await).isInstanceOfSatisfying(CancelledException.class, e -> {
                assertThat(e.source()).isSameAs(task);
                assertThat(e).hasCauseInstanceOf(InterruptedException.class);
            });
            assertThat(task.isCancelled()).isTrue();
        });
    }

    // ---------------------------------------------------------------- misuse

    @Test
    void awaitingItself_throws() {
        EventLoop.run(() -> {
            Task<?> self = currentTask();
            assertThatThrownBy(self::await)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("a task cannot await itself: " + self);
            assertThatThrownBy(() -> self.await(SHORT)).hasMessage("a task cannot await itself: " + self);
            yieldNow();
        });
    }

    @Test
    @SuppressWarnings("deprecation")
    void completingATask_throws() {
        EventLoop.run(() -> {
            var task = createTask(() -> 1);
            assertThatThrownBy(() -> task.complete(2))
                    .isExactlyInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("the result of a task is what its body returns: " + task);
            assertThatThrownBy(() -> task.fail(new IOException("planned")))
                    .isExactlyInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("the exception of a task is what its body throws: " + task);
            assertThat(task.await()).isEqualTo(1);
            assertThatThrownBy(() -> task.complete(2)).isExactlyInstanceOf(UnsupportedOperationException.class);
        });
    }

    // ---------------------------------------------------------------- failures that nobody asked for

    @Test
    void unobservedFailure_isReportedAtClose() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                Task<?> failing = createTask("import", () -> {
                    throw new IllegalStateException("planned");
                });
                Steps.settle();
                assertThat(failing.isDone()).isTrue();
                assertThat(reports).isEmpty();
            });
        }
        assertThat(reports).singleElement().asString().contains("'import'").endsWith("planned");
    }

    @Test
    @Once
    void unobservedFailure_isReportedWhenTheTaskIsCollected() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                for (int i = 0; i < 3; i++) {
                    createTask("import", () -> {
                        throw new IllegalStateException("planned");
                    });
                }
                yieldNow();
                collectUntil(() -> !reports.isEmpty());
            });
            assertThat(reports).isNotEmpty();
        }
        assertThat(reports).hasSize(3); // once each, the rest by close()
    }

    @Test
    @Once
    void observedFailure_isNotReported_neitherWhenCollectedNorAtClose() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var awaited = new WeakReference<>(observedFailure());
                yieldNow();
                collectUntil(() -> awaited.get() == null);
                yieldNow();
            });
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void failureOfATaskThatSomebodyWaitsFor_isNotReported() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var task = createTask(() -> {
                    yieldNow();
                    throw new IllegalStateException("planned");
                });
                var waiter = createTask(() -> assertThatThrownBy(task::await).hasMessage("planned"));
                waiter.await();
                failing(new IllegalStateException("planned")).toCompletableFuture();
                failing(new IllegalStateException("planned")).whenDone(f -> {});
                yieldNow();
            });
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void cancelledTask_isNotReported() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                createTask(() -> new Future<Void>().await()).cancel();
                createTask(() -> {
                    throw new CancelledException("on purpose");
                });
                yieldNow();
            });
        }
        assertThat(reports).isEmpty();
    }

    private static Task<Object> observedFailure() {
        var task = failing(new IllegalStateException("planned"));
        assertThatThrownBy(task::await).hasMessage("planned");
        return task;
    }

    private static Task<Object> failing(Throwable failure) {
        return createTask(() -> {
            throw failure;
        });
    }

    /** Collects until the condition holds; the loop's threads hold on to their last job only until they get another. */
    private static void collectUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
            System.gc();
            createTask(() -> {}).await();
            Async.sleep(Duration.ofMillis(1));
        }
    }

    private EventLoop reporting() {
        return EventLoop.builder()
                .exceptionHandler((what, e) -> reports.add(what + ": " + e.getMessage()))
                .build();
    }
}
