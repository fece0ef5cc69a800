// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of which only so many tasks run at a time. */
@Timeout(60)
final class TaskGroupLimitTest {
    private final Steps steps = new Steps();
    private final List<Integer> started = new ArrayList<>();
    private int running;
    private int most;

    private void work(int id) {
        started.add(id);
        running++;
        most = Math.max(most, running);
        try {
            for (int i = 0; i <= id % 3; i++) {
                yieldNow();
            }
        } finally {
            running--;
        }
    }

    @ParameterizedTest
    @InOrder
    @ValueSource(ints = {1, 2, 3, 19, 20, 21, Integer.MAX_VALUE})
    void tasks_runInOrder_neverMoreThanTheLimit(int limit) {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open(limit)) {
                for (int i = 0; i < 20; i++) {
                    int id = i;
                    group.fork(() -> work(id));
                }
                group.join();
            }
            assertThat(started)
                    .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
            assertThat(most).isEqualTo(Math.min(limit, 20));
            assertThat(EventLoop.current().allTasks()).hasSize(1);
        });
    }

    @Test
    void tasksThatFork_queueBehindTheOthers() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open(1)) {
                group.fork(() -> {
                    group.fork(() -> steps.at(3));
                    steps.at(1);
                });
                group.fork(() -> steps.at(2));
                group.join();
            }
            steps.done(4);
        });
    }

    @Test
    void limit_isFreeAgain_whenAllHaveEnded() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open(2)) {
                for (int round = 0; round < 3; round++) {
                    var tasks =
                            List.of(group.fork(() -> work(1)), group.fork(() -> work(2)), group.fork(() -> work(3)));
                    assertThat(group.toString()).endsWith("[open, tasks=3, limit=2, waiting=1, failed=0]");
                    Async.gather(tasks);
                }
                group.join();
            }
            assertThat(most).isEqualTo(2);
        });
    }

    @Test
    void cancelledInTheQueue_endsAtOnce_neverRuns_andTakesNoPlace() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open(1)) {
                var gate = new AsyncEvent();
                group.fork(() -> gate.await());
                var cancelled = group.fork(() -> steps.at(99));
                group.fork(() -> steps.at(1));
                yieldNow();
                assertThat(cancelled.cancel("enough")).isTrue();
                assertThat(cancelled.isCancelled()).isTrue();
                assertThat(cancelled.cancel()).isFalse();
                assertThatThrownBy(cancelled::await)
                        .isInstanceOf(CancelledException.class)
                        .hasMessage("enough");
                assertThat(group.toString()).endsWith("[open, tasks=2, limit=1, waiting=1, failed=0]");
                gate.set();
                group.join();
            }
            steps.done(2);
        });
    }

    @Test
    @InOrder
    void cancelledAfterItsTurnCame_beforeItRan_givesThePlaceOn() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open(1)) {
                var first = group.fork(() -> steps.at(1));
                var second = group.fork(() -> steps.at(99));
                group.fork(() -> steps.at(3));
                first.whenDone(task -> {
                    steps.at(2); // the second is ready, and stands behind this callback or before it
                    second.cancel();
                });
                group.join();
                assertThat(second.isCancelled()).isTrue();
            }
            steps.done(4);
        });
    }

    @Test
    void cancelOfWhoAwaitsOneInTheQueue_isPassedOn() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open(1)) {
                var gate = new AsyncEvent();
                group.fork(() -> gate.await());
                var queued = group.fork(() -> steps.at(99));
                var waiter = Async.createTask(() -> queued.await());
                Steps.settle();
                waiter.cancel();
                assertThatThrownBy(waiter::await).isInstanceOf(CancelledException.class);
                assertThat(waiter.isCancelled()).isTrue();
                assertThat(queued.isCancelled()).isTrue();
                gate.set();
                group.join();
            }
        });
    }

    @Test
    void failure_cancelsThoseInTheQueue_withItAsTheirCause() {
        EventLoop.run(() -> {
            var failure = new IllegalStateException("planned");
            try (var group = TaskGroup.open(2)) {
                group.fork(() -> {
                    yieldNow();
                    throw failure;
                });
                var begun = group.fork(() -> new AsyncEvent().await());
                var queued = List.of(group.fork(() -> steps.at(99)), group.fork(() -> steps.at(99)));
                assertThatThrownBy(group::join).isSameAs(failure).hasNoSuppressedExceptions();
                assertThat(begun.isCancelled()).isTrue();
                assertThat(queued).allMatch(Future::isCancelled);
                assertThatThrownBy(() -> queued.get(1).await()).hasCause(failure);
            }
            assertThat(currentTask().cancelling()).isZero();
            steps.done(1);
        });
    }

    /** None of them begins in the place of the one that failed. */
    @Test
    @InOrder
    void failure_endsThoseInTheQueueOnTheSpot() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open(1)) {
                var failing = group.fork(() -> {
                    throw new IllegalStateException("planned");
                });
                var queued = group.fork(() -> steps.at(99));
                failing.whenDone(task -> {
                    assertThat(queued.isCancelled()).isTrue();
                    steps.at(1);
                });
                assertThatThrownBy(group::join).hasMessage("planned");
            }
            steps.done(2);
        });
    }

    @Test
    void cancelAndClose_endThoseInTheQueue() {
        EventLoop.run(() -> {
            var group = TaskGroup.open(1);
            group.fork(() -> steps.at(99));
            var queued = group.fork(() -> steps.at(99));
            group.cancel();
            assertThat(queued.isCancelled()).isTrue();
            group.close();
            var closed = TaskGroup.open(1);
            closed.fork(() -> steps.at(99));
            closed.fork(() -> steps.at(99));
            assertThatThrownBy(closed::close).hasMessage("task group closed without join(): 2 tasks forked");
            assertThat(EventLoop.current().allTasks()).hasSize(1);
            steps.done(1);
        });
    }

    @Test
    void ownerCancelled_endsThoseInTheQueue() {
        EventLoop.run(() -> {
            var owner = Async.createTask(() -> {
                try (var group = TaskGroup.open(1)) {
                    group.fork(() -> new AsyncEvent().await());
                    group.fork(() -> steps.at(99));
                    group.join();
                }
            });
            yieldNow();
            yieldNow();
            owner.cancel();
            assertThatThrownBy(owner::await).isInstanceOf(CancelledException.class);
            assertThat(EventLoop.current().allTasks()).hasSize(1);
            steps.done(1);
        });
    }

    @Test
    void loopCloses_thoseInTheQueueNeverRun() {
        try (EventLoop loop = EventLoop.create()) {
            loop.runUntilComplete(() -> {
                Async.createTask(() -> {
                    try (var group = TaskGroup.open(1)) {
                        group.fork(() -> new AsyncEvent().await());
                        for (int i = 0; i < 5; i++) {
                            group.fork(() -> steps.at(99));
                        }
                        group.join();
                    }
                });
                yieldNow();
                yieldNow();
            });
        }
        steps.done(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void limit_thatIsNotPositive_isRefused(int limit) {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> TaskGroup.open(limit))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("limit: " + limit + " (expected: > 0)");
        });
        assertThatThrownBy(() -> TaskGroup.open(limit)).hasMessage("no running event loop");
    }

    @ParameterizedTest
    @Once
    @ValueSource(ints = {1, 16})
    void hundredThousandTasks(int limit) {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open(limit)) {
                for (int i = 0; i < 100_000; i++) {
                    int id = i;
                    group.fork(() -> started.add(id));
                }
                group.join();
            }
            assertThat(started).hasSize(100_000).isSorted();
        });
    }

    @Test
    @Once
    void hundredThousandTasks_cancelledInTheQueue() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open(1)) {
                var tasks = new ArrayList<Task<?>>();
                for (int i = 0; i < 100_000; i++) {
                    tasks.add(group.fork(() -> new AsyncEvent().await()));
                }
                yieldNow();
                for (int i = 50_000; i < 100_000; i++) {
                    tasks.get(i).cancel();
                }
                tasks.get(0).cancel();
                yieldNow();
                group.cancel();
                group.join();
                assertThat(tasks).allMatch(Future::isCancelled);
            }
        });
    }
}
