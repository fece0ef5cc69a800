// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.gather;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Waiting for many at once. */
final class GatherTest {
    private final Steps steps = new Steps();
    private final List<String> reports = new ArrayList<>();

    // ---------------------------------------------------------------- results

    @Test
    void results_areInTheOrderOfTheFutures() {
        EventLoop.run(() -> {
            var slow = createTask(() -> {
                yieldNow();
                yieldNow();
                return "slow";
            });
            var fast = createTask(() -> "fast");
            List<String> results = gather(slow, fast);
            assertThat(results).containsExactly("slow", "fast");
            assertThatThrownBy(() -> results.add("x")).isInstanceOf(UnsupportedOperationException.class);
        });
    }

    @Test
    @InOrder
    void bodies_runInTheirOrder_afterTheCallerWaits() {
        EventLoop.run(() -> {
            List<Integer> results = gather(
                    () -> {
                        steps.at(1);
                        yieldNow();
                        steps.at(3);
                        return 1;
                    },
                    () -> {
                        steps.at(2);
                        yieldNow();
                        steps.at(4);
                        return 2;
                    });
            assertThat(results).containsExactly(1, 2);
            steps.done(5);
        });
    }

    @Test
    @InOrder
    void voidBodies_areAwaited() {
        EventLoop.run(() -> {
            gather(() -> steps.at(1), () -> steps.at(2), () -> {
                yieldNow();
                steps.at(3);
            });
            steps.done(4);
        });
    }

    @Test
    void nullResults_areKept() {
        EventLoop.run(() -> {
            var none = createTask(() -> (String) null);
            assertThat(gather(none, createTask(() -> "x"))).containsExactly(null, "x");
        });
    }

    @Test
    void empty_returnsAtOnce() {
        EventLoop.run(() -> {
            createTask(() -> steps.at(2));
            assertThat(gather(List.<Future<String>>of())).isEmpty();
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void allDone_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            var done = new Future<Integer>();
            done.complete(1);
            createTask(() -> steps.at(2));
            assertThat(gather(done, done)).containsExactly(1, 1);
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void duplicates_giveTheirResultTwice() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                yieldNow();
                return "x";
            });
            assertThat(gather(task, task, createTask(() -> "y"), task)).containsExactly("x", "x", "y", "x");
        });
    }

    @Test
    @Once
    void hundredThousandTasks() {
        EventLoop.run(() -> {
            int count = 100_000;
            var tasks = new ArrayList<Task<Integer>>(count);
            for (int i = 0; i < count; i++) {
                int id = i;
                tasks.add(createTask(() -> id));
            }
            List<Integer> results = gather(tasks);
            assertThat(results).hasSize(count);
            assertThat(results.get(0)).isZero();
            assertThat(results.get(count - 1)).isEqualTo(count - 1);
        });
    }

    @Test
    void hundredThousandTimesTheSame() {
        EventLoop.run(() -> {
            var task = createTask(() -> "x");
            assertThat(gather(Collections.nCopies(100_000, task)))
                    .hasSize(100_000)
                    .containsOnly("x");
        });
    }

    // ---------------------------------------------------------------- failures

    @Test
    @Once
    void hundredThousand_theLastFails() {
        EventLoop.run(() -> {
            var futures = new ArrayList<>(futures(100_000));
            var last = futures.get(99_999);
            futures.addAll(Collections.nCopies(100_000, last));
            createTask(() -> last.fail(new IllegalStateException("planned")));
            assertThatThrownBy(() -> gather(futures)).hasMessage("planned");
            assertThat(futures).allMatch(future -> Waiters.of(future) == 0);
        });
    }

    @Test
    void firstFailure_isThrownAtOnce_theOthersGoOn() {
        EventLoop.run(() -> {
            var gate = new Future<Void>();
            var slow = createTask(() -> {
                gate.await();
                steps.at(2);
                return "slow";
            });
            var failing = createTask(() -> {
                throw new IllegalArgumentException("planned");
            });
            assertThatThrownBy(() -> gather(slow, failing)).isExactlyInstanceOf(IllegalArgumentException.class);
            steps.at(1);
            assertThat(slow.isDone()).isFalse();
            assertThat(slow.cancelling()).isZero();
            gate.complete(null);
            assertThat(slow.await()).isEqualTo("slow");
            steps.done(3);
        });
    }

    @Test
    @InOrder
    void firstInTime_notInPlace_isThrown() {
        EventLoop.run(() -> {
            var late = createTask(() -> {
                yieldNow();
                throw new IllegalStateException("late");
            });
            var early = createTask(() -> {
                throw new IllegalStateException("early");
            });
            assertThatThrownBy(() -> gather(late, early)).hasMessage("early");
            assertThatThrownBy(late::await).hasMessage("late");
        });
    }

    @Test
    void checkedFailure_comesInACompletionException_errorsAsTheyAre() {
        EventLoop.run(() -> {
            var checked = new IOException("planned");
            var error = new StackOverflowError("planned");
            assertThatThrownBy(() -> gather(() -> {
                        throw checked;
                    }))
                    .isExactlyInstanceOf(CompletionException.class)
                    .hasCause(checked);
            assertThatThrownBy(() -> gather(() -> {
                        throw error;
                    }))
                    .isSameAs(error);
        });
    }

    @Test
    void childCancelled_isAFailureOfIt_notACancelOfTheCaller() {
        EventLoop.run(() -> {
            var child = createTask(() -> {
                new Future<Void>().await();
            });
            var other = new Future<Void>();
            createTask(() -> child.cancel("enough"));
            assertThatThrownBy(() -> gather(child, other)).isInstanceOfSatisfying(CancelledException.class, e -> {
                assertThat(e.source()).isSameAs(child);
                assertThat(e).hasMessage("enough");
            });
            assertThat(Async.currentTask().cancelling()).isZero();
            assertThat(other.isDone()).isFalse();
        });
    }

    @Test
    @InOrder
    void failedAlready_isThrownWithoutWaiting_andThePendingOnesGoOn() {
        EventLoop.run(() -> {
            var failed = new Future<Integer>();
            failed.fail(new IllegalStateException("planned"));
            var pending = new Future<Integer>();
            createTask(() -> steps.at(2));

            assertThatThrownBy(() -> gather(pending, failed)).hasMessage("planned");
            steps.at(1);

            var unrelated = new Future<Integer>();
            var waiter = createTask(() -> {
                steps.at(3);
                pending.complete(1);
                yieldNow();
                yieldNow();
                steps.at(4);
                unrelated.complete(2);
            });
            assertThat(unrelated.await()).isEqualTo(2); // the late completion wakes nobody who waits for something else
            steps.done(5);
            waiter.await();
        });
    }

    @Test
    void failedAlready_thenTheCallerEnds_aLateCompletionHarmsNobody() {
        EventLoop.run(() -> {
            var failed = new Future<Integer>();
            failed.fail(new IllegalStateException("planned"));
            var pending = new Future<Integer>();
            var caller = createTask(() -> gather(failed, pending));
            assertThatThrownBy(caller::await).hasMessage("planned");
            pending.complete(1);
            yieldNow();
            yieldNow();
        });
    }

    @Test
    void furtherFailures_areNotReported() {
        try (EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reports.add(e.getMessage()))
                .build()) {
            loop.runUntilComplete(() -> {
                var tasks = new ArrayList<Task<Integer>>();
                for (int i = 0; i < 3; i++) {
                    int id = i;
                    tasks.add(createTask(() -> {
                        throw new IllegalStateException("planned " + id);
                    }));
                    Steps.settle();
                }
                assertThatThrownBy(() -> gather(tasks)).hasMessage("planned 0");
                Steps.settle();
                assertThat(tasks).allMatch(Future::isDone);
            });
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void furtherFailures_thatWereThereAlready_areNotReported() {
        try (EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reports.add(e.getMessage()))
                .build()) {
            loop.runUntilComplete(() -> {
                var futures = List.of(new Future<Integer>(), new Future<Integer>(), new Future<Integer>());
                futures.get(0).fail(new IllegalStateException("planned 0"));
                futures.get(1).fail(new IllegalStateException("planned 1"));
                assertThatThrownBy(() -> gather(futures)).hasMessage("planned 0");
                futures.get(2).fail(new IllegalStateException("planned 2"));
            });
        }
        assertThat(reports).isEmpty();
    }

    // ---------------------------------------------------------------- cancel

    @Test
    void cancel_ofTheCaller_cancelsAll() {
        EventLoop.run(() -> {
            var futures = List.of(new Future<Integer>(), new Future<Integer>());
            var child = createTask(() -> {
                new Future<Void>().await();
                return 3;
            });
            var all = List.of(futures.get(0), child, futures.get(1), child);
            var caller = createTask(() -> gather(all));
            Steps.settle();
            caller.cancel("stop");
            assertThatThrownBy(caller::await)
                    .isInstanceOfSatisfying(
                            CancelledException.class, e -> assertThat(e).hasMessage("stop"));
            Steps.settle();
            assertThat(all).allMatch(Future::isCancelled);
            assertThat(child.cancelling()).isEqualTo(1); // though it was given twice
            assertThat(caller.isCancelled()).isTrue();
        });
    }

    @Test
    @Once
    void cancel_ofTheCaller_hundredThousand() {
        EventLoop.run(() -> {
            var futures = new ArrayList<>(futures(100_000));
            futures.addAll(Collections.nCopies(100_000, futures.get(0)));
            var caller = createTask(() -> gather(futures));
            yieldNow();
            caller.cancel();
            assertThatThrownBy(caller::await).isInstanceOf(CancelledException.class);
            assertThat(futures).allMatch(Future::isCancelled);
        });
    }

    @Test
    void cancel_ofTheCaller_whenAllRefuse_isACancelAllTheSame() {
        EventLoop.run(() -> {
            var stubborn = createTask(() -> {
                assertThatThrownBy(() -> new Future<Void>().await()).isInstanceOf(CancelledException.class);
                Async.currentTask().uncancel();
                return 1;
            });
            var caller = createTask(() -> gather(stubborn, stubborn));
            Steps.settle();
            caller.cancel();
            assertThatThrownBy(caller::await).isInstanceOf(CancelledException.class);
            assertThat(caller.isCancelled()).isTrue();
            assertThat(stubborn.await()).isEqualTo(1);
        });
    }

    @Test
    void cancel_afterTheLastWasDone_beforeTheCallerRuns() {
        EventLoop.run(() -> {
            var future = new Future<Integer>();
            var caller = createTask(() -> gather(future, future));
            yieldNow();
            future.complete(1);
            caller.cancel();
            assertThatThrownBy(caller::await).isInstanceOf(CancelledException.class);
            assertThat(caller.isCancelled()).isTrue();
        });
    }

    @Test
    void cancelRefused_gatherGoesOn() {
        EventLoop.run(() -> {
            var future = new Future<Integer>();
            var caller = createTask(() -> {
                assertThatThrownBy(() -> gather(future)).isInstanceOf(CancelledException.class);
                Async.currentTask().uncancel();
                return gather(createTask(() -> 1), createTask(() -> 2));
            });
            Steps.settle();
            caller.cancel();
            assertThat(caller.await()).containsExactly(1, 2);
        });
    }

    private static List<Future<Integer>> futures(int count) {
        return Stream.generate(Future<Integer>::new).limit(count).toList();
    }

    // ---------------------------------------------------------------- misuse

    @Test
    void nulls_areNamed() {
        EventLoop.run(() -> {
            var future = new Future<Integer>();
            assertThatThrownBy(() -> gather(Arrays.asList(future, null, future)))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessage("futures[1]");
            assertThatThrownBy(() -> gather((Collection<Future<Integer>>) null)).hasMessage("futures");
            assertThatThrownBy(() -> gather((Future<Integer>[]) null)).hasMessage("futures");
            assertThatThrownBy(() -> gather((TaskBody<Integer, RuntimeException>[]) null))
                    .hasMessage("bodies");
            assertThatThrownBy(() -> gather((VoidTaskBody<?>) () -> {}, null)).hasMessage("bodies[1]");
            assertThat(EventLoop.current().allTasks()).hasSize(1); // no body was started
        });
    }

    @Test
    void foreignFuture_isRefused_beforeAnybodyWaits() {
        EventLoop.run(() -> {
            var ours = new Future<Integer>();
            var foreign = Async.blocking(() -> EventLoop.run(() -> new Future<Integer>()));
            assertThatThrownBy(() -> gather(ours, foreign))
                    .isExactlyInstanceOf(WrongLoopException.class)
                    .hasMessageContaining("is bound to a different event loop");
            ours.complete(1);
            yieldNow();
        });
    }

    @Test
    void itself_isRefused() {
        EventLoop.run(() -> {
            Task<?> self = Async.currentTask();
            assertThatThrownBy(() -> gather(List.of(createTask(() -> 1), self)))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("a task cannot await itself: " + self);
        });
    }

    @Test
    void inACallback_isRefused() {
        EventLoop.run(() -> Steps.inCallback(
                () -> assertThatThrownBy(() -> gather(List.of())).hasMessageContaining("only tasks can wait")));
    }

    /** Whoever gathers a long-lived future beside one that fails is not held by it. */
    @Test
    void overAtTheFirstFailure_leavesNothingBehindInTheOthers() {
        EventLoop.run(() -> {
            var longLived = new Future<Integer>();
            var failing = new Future<Integer>();
            createTask(() -> failing.fail(new IllegalStateException("planned")));
            assertThatThrownBy(() -> gather(longLived, failing)).hasMessage("planned");
            assertThat(Waiters.of(longLived)).isZero();
        });
    }
}
