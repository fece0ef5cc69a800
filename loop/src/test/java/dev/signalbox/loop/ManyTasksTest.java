// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing recurs, however many tasks there are, and whoever is left is served in order. What it costs is measured by the benchmarks. */
@Timeout(120)
@Once
final class ManyTasksTest {
    private static final int COUNT = 100_000;

    /** Each has a stack of its own. */
    private static final int SUSPENDED =
            "platform".equals(System.getProperty("dev.signalbox.loop.scheduler")) ? 2_000 : COUNT;

    private static final Duration LONG = Duration.ofHours(1);

    private int ended;

    private static List<Task<Void>> start(int count, VoidTaskBody<?> body) {
        List<Task<Void>> tasks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tasks.add(Async.createTask(body));
        }
        return tasks;
    }

    // ---------------------------------------------------------------- gather and groups

    @Test
    void gather_ofManyTasks_hasTheirResultsInOrder() {
        List<Integer> expected = IntStream.range(0, COUNT).boxed().toList();
        EventLoop.run(() -> {
            List<Task<Integer>> tasks =
                    expected.stream().map(i -> Async.createTask(() -> i)).toList();
            assertThat(Async.gather(tasks)).isEqualTo(expected);
        });
    }

    @Test
    void gather_cancelled_cancelsAllThatItWaitsFor() {
        EventLoop.run(() -> {
            List<Task<Void>> tasks = new ArrayList<>();
            Task<Void> waiter = Async.createTask(() -> {
                tasks.addAll(start(SUSPENDED, () -> Async.sleep(LONG)));
                Async.gather(tasks);
            });
            Async.yieldNow();
            Async.yieldNow();
            waiter.cancel();
            assertThatThrownBy(waiter::await).isInstanceOf(CancelledException.class);
            assertThat(tasks).hasSize(SUSPENDED).allMatch(Future::isCancelled);
        });
    }

    @Test
    void group_ofManyTasks_endsAfterTheLast() {
        EventLoop.run(() -> {
            try (TaskGroup group = TaskGroup.open()) {
                for (int i = 0; i < COUNT; i++) {
                    group.fork(() -> ended++);
                }
                group.join();
            }
        });
        assertThat(ended).isEqualTo(COUNT);
    }

    @Test
    void group_withALimit_letsInOneAfterTheOther() {
        EventLoop.run(() -> {
            try (TaskGroup group = TaskGroup.open(1)) {
                for (int i = 0; i < COUNT; i++) {
                    group.fork(() -> ended++);
                }
                group.join();
            }
        });
        assertThat(ended).isEqualTo(COUNT);
    }

    @Test
    void group_allFail_theFirstHasTheOthersSuppressed() {
        EventLoop.run(() -> {
            try (TaskGroup group = TaskGroup.open()) {
                for (int i = 0; i < COUNT; i++) {
                    group.fork(() -> {
                        ended++;
                        throw new IllegalStateException("one of many");
                    });
                }
                assertThatThrownBy(group::join).hasMessage("one of many");
            }
        });
        assertThat(ended)
                .as("the others were cancelled before their first turn")
                .isEqualTo(1);
    }

    @Test
    void group_cancelled_endsAllThatWait() {
        EventLoop.run(() -> {
            List<Task<Void>> tasks = new ArrayList<>();
            try (TaskGroup group = TaskGroup.open()) {
                for (int i = 0; i < SUSPENDED; i++) {
                    tasks.add(group.fork(() -> Async.sleep(LONG)));
                }
                Async.yieldNow();
                group.cancel();
            }
            assertThat(tasks).allMatch(Future::isCancelled);
        });
    }

    @Test
    void endOfMain_cancelsTheRest() {
        EventLoop.run(() -> {
            List<Task<Void>> unused = start(SUSPENDED, () -> {
                try {
                    Async.sleep(LONG);
                } finally {
                    ended++;
                }
            });
            Async.yieldNow();
        });
        assertThat(ended).isEqualTo(SUSPENDED);
    }

    // ---------------------------------------------------------------- waiters of one primitive

    @Test
    void semaphore_waitersCancelledFromTheMiddle() {
        AsyncSemaphore semaphore = new AsyncSemaphore(0);
        cancelFromTheMiddle(semaphore::acquire, () -> semaphore.release(SUSPENDED / 2));
    }

    @Test
    void queue_takersCancelledFromTheMiddle() {
        AsyncQueue<Integer> queue = new AsyncQueue<>();
        cancelFromTheMiddle(queue::take, () -> {
            for (int i = 0; i < SUSPENDED / 2; i++) {
                queue.put(i);
            }
        });
    }

    @Test
    void queue_puttersCancelledFromTheMiddle() {
        AsyncQueue<Integer> queue = new AsyncQueue<>(1);
        cancelFromTheMiddle(
                () -> queue.put(1),
                () -> {
                    for (int i = 0; i < SUSPENDED / 2; i++) {
                        queue.take();
                    }
                },
                () -> queue.put(0));
    }

    @Test
    void event_waitersCancelledFromTheMiddle() {
        AsyncEvent event = new AsyncEvent();
        cancelFromTheMiddle(event::await, event::set);
    }

    @Test
    void condition_waitersCancelledFromTheMiddle() {
        AsyncCondition condition = new AsyncCondition();
        cancelFromTheMiddle(
                () -> {
                    try (var held = condition.acquire()) {
                        condition.await();
                    }
                },
                () -> {
                    try (var held = condition.acquire()) {
                        condition.signal(SUSPENDED / 2);
                    }
                });
    }

    private void cancelFromTheMiddle(VoidTaskBody<?> body, Runnable serve) {
        cancelFromTheMiddle(body, serve, () -> {});
    }

    /** The half in the middle leaves, from the middle outwards; the rest is served in the order in which it came. */
    private void cancelFromTheMiddle(VoidTaskBody<?> body, Runnable serve, Runnable before) {
        EventLoop.run(() -> {
            before.run();
            List<Task<Void>> tasks = start(SUSPENDED, body);
            Async.yieldNow();
            List<Integer> served = new ArrayList<>();
            for (int i = 0; i < SUSPENDED; i++) {
                int number = i;
                tasks.get(i).whenDone(task -> {
                    if (!task.isCancelled()) {
                        served.add(number);
                    }
                });
            }
            for (int i = 0; i < SUSPENDED / 4; i++) {
                tasks.get(SUSPENDED / 2 + i).cancel();
                tasks.get(SUSPENDED / 2 - 1 - i).cancel();
            }
            serve.run();
            Async.awaitAll(tasks);
            Async.yieldNow();
            assertThat(served)
                    .isEqualTo(IntStream.range(0, SUSPENDED)
                            .filter(i -> i < SUSPENDED / 4 || i >= SUSPENDED * 3 / 4)
                            .boxed()
                            .toList());
        });
    }
}
