// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.testing;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static dev.signalbox.loop.testing.RacesTest.awaitAll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.core.Barrier;
import dev.signalbox.core.Condition;
import dev.signalbox.core.Event;
import dev.signalbox.core.Guard;
import dev.signalbox.core.Lock;
import dev.signalbox.core.Queue;
import dev.signalbox.core.RLock;
import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.Async;
import dev.signalbox.loop.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import org.junit.jupiter.api.Test;

/**
 * The races of {@link RacesTest} for the primitives of core, between tasks of two loops that wait for them, under many schedules. Nobody may wait
 * for ever: that would be a stall, which fails by itself.
 */
final class CoreRacesTest {
    private static final int SEEDS = Integer.getInteger("signalbox.seeds", 100);

    /** How long a cancel takes to come. */
    private int turns;

    @FunctionalInterface
    private interface Race {
        void run(long seed) throws InterruptedException;
    }

    private void inEveryOrder(Race race) throws InterruptedException {
        for (long seed = 0; seed < SEEDS; seed++) {
            turns = (int) (seed % 16);
            race.run(seed);
        }
    }

    /** Cancels a task in a while: before it waits, while it waits, or after that. */
    private void cancelSometime(Task<?> task) {
        createTask(() -> {
            for (int i = 0; i < turns; i++) {
                yieldNow();
            }
            task.cancel();
        });
    }

    @Test
    void semaphore_cancelsAtAnyTime_loseNoPermit() throws InterruptedException {
        inEveryOrder(seed -> {
            Semaphore semaphore = new Semaphore(2);
            int[] inside = {0};
            TestLoop.together(seed, () -> usePermits(semaphore, inside), () -> usePermits(semaphore, inside));
            assertThat(semaphore.availablePermits()).isEqualTo(2);
            assertThat(semaphore.waiters()).isZero();
        });
    }

    private void usePermits(Semaphore semaphore, int[] inside) {
        List<Task<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int wanted = 1 + i % 2;
            tasks.add(createTask(() -> {
                try (Guard held = semaphore.acquire(wanted)) {
                    inside[0] += wanted;
                    assertThat(inside[0]).isLessThanOrEqualTo(2);
                    try {
                        yieldNow();
                    } finally {
                        inside[0] -= wanted;
                    }
                }
            }));
        }
        cancelSometime(tasks.get(1));
        cancelSometime(tasks.get(2));
        awaitAll(tasks);
    }

    @Test
    void lock_cancelsAtAnyTime_leaveItFree() throws InterruptedException {
        inEveryOrder(seed -> {
            Lock lock = new Lock();
            boolean[] inside = {false};
            TestLoop.together(seed, () -> useLock(lock, inside), () -> useLock(lock, inside));
            assertThat(lock.isLocked()).isFalse();
        });
    }

    private void useLock(Lock lock, boolean[] inside) {
        List<Task<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tasks.add(createTask(() -> {
                try (Guard held = lock.acquire()) {
                    assertThat(inside[0]).isFalse();
                    inside[0] = true;
                    try {
                        yieldNow();
                    } finally {
                        inside[0] = false;
                    }
                }
            }));
        }
        cancelSometime(tasks.get(0));
        awaitAll(tasks);
    }

    /** Its owner is the task, whichever loop's, and it may have it twice. */
    @Test
    void rlock_excludesTasksOfBothLoops() throws InterruptedException {
        inEveryOrder(seed -> {
            RLock lock = new RLock();
            String[] holder = {""};
            TestLoop.together(seed, () -> useTwice("a", lock, holder), () -> useTwice("b", lock, holder));
            assertThat(lock.isLocked()).isFalse();
        });
    }

    private void useTwice(String loop, RLock lock, String[] holder) {
        List<Task<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String who = loop + i;
            tasks.add(createTask(() -> {
                try (Guard outer = lock.acquire()) {
                    assertThat(holder[0]).isEmpty();
                    holder[0] = who;
                    try (Guard inner = lock.acquire()) {
                        yieldNow();
                    } finally {
                        assertThat(holder[0]).isEqualTo(who);
                        holder[0] = "";
                    }
                }
            }));
        }
        cancelSometime(tasks.get(1));
        awaitAll(tasks);
    }

    /** gh-112202: a signal to somebody who is cancelled is for another. */
    @Test
    void condition_cancelsAtAnyTime_loseNoSignal() throws InterruptedException {
        inEveryOrder(seed -> {
            Lock lock = new Lock();
            Condition more = lock.newCondition();
            int[] tokens = {0};
            int[] consumed = {0};
            TestLoop.together(
                    seed,
                    () -> consume(lock, more, tokens, consumed),
                    () -> consume(lock, more, tokens, consumed),
                    () -> {
                        for (int i = 0; i < 4; i++) {
                            try (Guard held = lock.acquire()) {
                                tokens[0]++;
                                more.signal();
                                yieldNow();
                            }
                        }
                    });
            assertThat(tokens[0]).isZero();
            assertThat(consumed[0]).isEqualTo(4);
        });
    }

    /** As many wait as there will be tokens, and one who is cancelled and may not keep one. */
    private void consume(Lock lock, Condition more, int[] tokens, int[] consumed) {
        List<Task<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            boolean keeps = i != 1;
            tasks.add(createTask(() -> {
                try (Guard held = lock.acquire()) {
                    while (tokens[0] == 0) {
                        more.await();
                    }
                    if (keeps) {
                        tokens[0]--;
                        consumed[0]++;
                    } else {
                        more.signal();
                    }
                }
            }));
        }
        cancelSometime(tasks.get(1));
        awaitAll(tasks);
    }

    /** Who waited when the event was set goes on, though it has been cleared by the time it looks. */
    @Test
    void event_setAndClear_releasesAllWhoWaited() throws InterruptedException {
        inEveryOrder(seed -> {
            Event event = new Event();
            int[] released = {0};
            TestLoop.together(
                    seed,
                    () -> {
                        TestLoop.settle();
                        event.set();
                        event.clear();
                    },
                    () -> {
                        List<Task<?>> tasks = new ArrayList<>();
                        for (int i = 0; i < 4; i++) {
                            tasks.add(createTask(() -> {
                                event.await();
                                released[0]++;
                            }));
                        }
                        cancelSometime(tasks.get(2));
                        awaitAll(tasks);
                    });
            assertThat(released[0]).isBetween(3, 4);
        });
    }

    @Test
    void barrier_cancelAtAnyTime_letsAllPassOrNone() throws InterruptedException {
        inEveryOrder(seed -> {
            Barrier barrier = new Barrier(3);
            List<Integer> passed = new ArrayList<>();
            List<String> broken = new ArrayList<>();
            TestLoop.together(seed, () -> meet(2, barrier, passed, broken), () -> meet(1, barrier, passed, broken));
            if (broken.isEmpty() && !passed.isEmpty()) {
                assertThat(passed).containsExactlyInAnyOrder(0, 1, 2);
            } else {
                assertThat(passed).isEmpty();
            }
        });
    }

    private void meet(int parties, Barrier barrier, List<Integer> passed, List<String> broken) {
        List<Task<?>> tasks = new ArrayList<>();
        for (int i = 0; i < parties; i++) {
            tasks.add(createTask(() -> {
                try {
                    passed.add(barrier.await());
                } catch (BrokenBarrierException e) {
                    broken.add(e.getMessage());
                }
            }));
        }
        if (parties > 1) {
            cancelSometime(tasks.get(0));
            Async.awaitAll(tasks.subList(0, 1));
            if (tasks.get(0).isCancelled()) {
                barrier.abort(); // it may not have come at all, and the others would wait in vain
            }
        }
        awaitAll(tasks);
    }

    @Test
    void queue_joinReturnsWhenAllIsDone_andNotBefore() throws InterruptedException {
        inEveryOrder(seed -> {
            Queue<Integer> queue = new Queue<>(2);
            Event allPut = new Event();
            int[] done = {0};
            TestLoop.together(
                    seed,
                    () -> {
                        for (int i = 0; i < 6; i++) {
                            queue.put(i);
                        }
                        allPut.set();
                        queue.join();
                        assertThat(done[0]).isEqualTo(6);
                    },
                    () -> {
                        List<Task<?>> workers = new ArrayList<>();
                        for (int i = 0; i < 3; i++) {
                            workers.add(createTask(() -> {
                                while (done[0] < 6) {
                                    queue.take();
                                    try {
                                        yieldNow();
                                    } finally {
                                        done[0]++;
                                        queue.taskDone();
                                    }
                                }
                            }));
                        }
                        cancelSometime(workers.get(0));
                        allPut.await();
                        queue.join();
                        workers.forEach(Task::cancel);
                        awaitAll(workers);
                    });
            assertThat(done[0]).isEqualTo(6);
        });
    }
}
