// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop that was closed leaves no thread behind, and one that runs keeps only so many idle ones. */
@Once
@Timeout(60)
final class LeakTest {
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

    private EventLoop loop() {
        return EventLoop.builder()
                .workers(factory -> body -> {
                    Thread thread = factory.newThread(body);
                    threads.add(thread);
                    return thread;
                })
                .build();
    }

    private long alive() {
        return threads.stream().filter(Thread::isAlive).count();
    }

    @Test
    void closedLoops_leaveNoThreads() {
        for (int i = 0; i < 2_000; i++) {
            try (EventLoop loop = loop()) {
                loop.runUntilComplete(() -> {
                    Async.createTask(() -> Async.sleep(Duration.ofHours(1)));
                    Async.yieldNow();
                });
            }
        }
        assertThat(threads).hasSizeGreaterThan(2_000);
        Bystander.awaitUntil("all threads ended", () -> alive() == 0);
    }

    @Test
    void closedLoops_withTasksInEveryState_leaveNoThreads() {
        for (int i = 0; i < 100; i++) {
            AsyncSemaphore semaphore = new AsyncSemaphore(2);
            try (EventLoop loop = loop()) {
                loop.runUntilComplete(() -> {
                    for (int j = 0; j < 10; j++) {
                        Async.createTask(() -> {
                            try (var permit = semaphore.acquire()) {
                                Async.sleep(Duration.ofHours(1));
                            }
                        });
                    }
                    Async.createTask(() -> Async.blocking(() -> Thread.sleep(3_600_000)));
                    Async.yieldNow();
                    Async.createTask(() -> "never started");
                });
            }
        }
        Bystander.awaitUntil("all threads ended", () -> alive() == 0);
    }

    @Test
    void workersAboveTheCap_end_whileTheLoopRuns() {
        int cap = 64;
        int tasks = 200;
        try (EventLoop loop = loop()) {
            loop.runUntilComplete(() -> {
                Future<Void> gate = new Future<>();
                List<Task<Void>> waiting = new ArrayList<>();
                for (int i = 0; i < tasks; i++) {
                    waiting.add(Async.createTask(() -> {
                        gate.await();
                    }));
                }
                Async.yieldNow();
                assertThat(alive()).isGreaterThanOrEqualTo(tasks);
                gate.complete(null);
                Async.gather(waiting);
                Async.blocking(() -> Bystander.awaitUntil("surplus ended", () -> alive() <= cap + 2));
                assertThat(alive()).isGreaterThan(1);
            });
        }
        Bystander.awaitUntil("all threads ended", () -> alive() == 0);
    }

    @Test
    void workers_areUsedAgain() {
        try (EventLoop loop = loop()) {
            loop.runUntilComplete(() -> {
                for (int i = 0; i < 1_000; i++) {
                    Async.createTask(Async::yieldNow).await();
                }
            });
        }
        assertThat(threads.size()).isLessThan(10);
    }

    @Test
    void tasksThatNeverSuspend_needNoThreadsOfTheirOwn() {
        try (EventLoop loop = loop()) {
            loop.runUntilComplete(() -> {
                List<Task<Integer>> tasks = new ArrayList<>();
                for (int i = 0; i < 1_000; i++) {
                    int id = i;
                    tasks.add(Async.createTask(() -> id));
                }
                Async.gather(tasks);
            });
        }
        assertThat(threads.size()).isLessThan(5);
    }
}
