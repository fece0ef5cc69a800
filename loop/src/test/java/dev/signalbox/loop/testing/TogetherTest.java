// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.testing;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.sleep;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.signalbox.core.Condition;
import dev.signalbox.core.Event;
import dev.signalbox.core.Guard;
import dev.signalbox.core.Lock;
import dev.signalbox.core.Queue;
import dev.signalbox.core.QueueShutdownException;
import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.Async;
import dev.signalbox.loop.AsyncEvent;
import dev.signalbox.loop.CancelledException;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.Future;
import dev.signalbox.loop.Scheduler;
import dev.signalbox.loop.StalledLoopException;
import dev.signalbox.loop.Task;
import dev.signalbox.loop.VoidTaskBody;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Several loops with one clock and one order. */
final class TogetherTest {
    private static final int SEEDS = 50;
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Who did what, in which order. Only one loop at a time writes. */
    private static final class Trace {
        private final List<String> steps = new ArrayList<>();

        void add(String who, Object what) {
            steps.add(who + " " + what + " at " + TestLoop.elapsed().toMillis());
        }
    }

    @FunctionalInterface
    private interface Scenario {
        void run(long seed, Trace trace) throws InterruptedException;
    }

    /** The traces of a scenario under some seeds, each of which has to come out the same once more. */
    private static Set<List<String>> replayed(Scenario scenario) throws InterruptedException {
        Set<List<String>> traces = new HashSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            Trace first = new Trace();
            Trace again = new Trace();
            scenario.run(seed, first);
            scenario.run(seed, again);
            assertThat(again.steps).as("seed %d", seed).isEqualTo(first.steps);
            traces.add(first.steps);
        }
        return traces;
    }

    private static EventLoop here() {
        return EventLoop.current();
    }

    // ---------------------------------------------------------------- order

    @Test
    void order_ofLoops_isTheSeeds() throws InterruptedException {
        Set<List<String>> traces = replayed(
                (seed, trace) -> TestLoop.together(seed, () -> trace.add("a", "body"), () -> trace.add("b", "body")));
        assertThat(traces).as("orders").hasSize(2);
    }

    @Test
    void order_ofMessagesAndTimers_isTheSeeds() throws InterruptedException {
        Set<List<String>> traces = replayed((seed, trace) -> {
            AtomicReference<EventLoop> second = new AtomicReference<>();
            TestLoop.together(
                    seed,
                    () -> {
                        for (int i = 0; i < 4; i++) {
                            int n = i;
                            createTask(() -> trace.add("a", n));
                        }
                        sleep(SECOND);
                        for (int i = 0; i < 4; i++) {
                            int n = i;
                            second.get().execute(() -> trace.add("sent", n));
                            yieldNow();
                        }
                        trace.add("a", Async.await(second.get().submit(() -> "answer")));
                    },
                    () -> {
                        second.set(here());
                        for (int i = 0; i < 4; i++) {
                            int n = i;
                            createTask(() -> trace.add("b", n));
                        }
                        sleep(SECOND.multipliedBy(2));
                        trace.add("b", "end");
                    });
            assertThat(trace.steps).hasSize(14);
        });
        assertThat(traces).as("orders").hasSizeGreaterThan(SEEDS / 2);
    }

    @Test
    void order_ofWaitsForCore_isTheSeeds() throws InterruptedException {
        assumeThat(schedulerOfLoops()).isEqualTo(Scheduler.OWN);
        Set<List<String>> traces = replayed((seed, trace) -> {
            Semaphore permits = new Semaphore(2);
            Lock lock = new Lock();
            Condition changed = lock.newCondition();
            Queue<Integer> queue = new Queue<>(1);
            Event begun = new Event();
            int[] total = {0};
            Function<String, VoidTaskBody<InterruptedException>> body = loop -> () -> {
                List<Task<?>> tasks = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    String who = loop + i;
                    tasks.add(createTask(who, () -> {
                        begun.await();
                        try (Guard permit = permits.acquire()) {
                            trace.add(who, "permit");
                            queue.put(1);
                            yieldNow();
                        }
                        int got = queue.take();
                        trace.add(who, "item");
                        try (Guard held = lock.acquire()) {
                            total[0] += got;
                            trace.add(who, total[0]);
                            changed.signalAll();
                        }
                    }));
                }
                sleep(SECOND);
                begun.set();
                try (Guard held = lock.acquire()) {
                    while (total[0] < 6) {
                        changed.await();
                    }
                    trace.add(loop, "end");
                }
                Async.awaitAll(tasks);
            };
            TestLoop.together(seed, body.apply("a"), body.apply("b"));
            assertThat(trace.steps).hasSize(20);
        });
        assertThat(traces).as("orders").hasSizeGreaterThan(SEEDS / 2);
    }

    private static Scheduler schedulerOfLoops() {
        try (EventLoop loop = EventLoop.builder().build()) {
            return loop.scheduler();
        }
    }

    // ---------------------------------------------------------------- primitives of core between loops

    @Test
    void queue_betweenLoops_cancelsAtAnyTime_loseNoItem() throws InterruptedException {
        for (long seed = 0; seed < SEEDS; seed++) {
            Queue<Integer> queue = new Queue<>(2);
            List<Integer> put = new ArrayList<>();
            List<Integer> taken = new ArrayList<>();
            TestLoop.together(
                    seed,
                    () -> {
                        List<Task<?>> putters = new ArrayList<>();
                        for (int i = 0; i < 6; i++) {
                            int item = i;
                            putters.add(createTask(() -> {
                                queue.put(item);
                                put.add(item);
                            }));
                        }
                        yieldNow();
                        putters.get(1).cancel();
                        putters.get(4).cancel();
                        Async.awaitAll(putters);
                        queue.shutdown();
                    },
                    () -> {
                        List<Task<?>> takers = new ArrayList<>();
                        for (int i = 0; i < 3; i++) {
                            takers.add(createTask(() -> {
                                while (true) {
                                    taken.add(queue.take());
                                }
                            }));
                        }
                        yieldNow();
                        takers.get(0).cancel();
                        Async.awaitAll(takers);
                        for (Task<?> taker : takers) {
                            if (taker.state() == Future.State.FAILED) {
                                assertThat(taker.exceptionNow()).isInstanceOf(QueueShutdownException.class);
                            }
                        }
                    });
            assertThat(taken).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(put);
        }
    }

    @Test
    void lock_betweenLoops_excludes() throws InterruptedException {
        for (long seed = 0; seed < SEEDS / 5; seed++) {
            Lock lock = new Lock();
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger turns = new AtomicInteger();
            VoidTaskBody<InterruptedException> body = () -> {
                for (int i = 0; i < 3; i++) {
                    try (Guard held = lock.acquire()) {
                        assertThat(inside.incrementAndGet()).isEqualTo(1);
                        sleep(SECOND);
                        inside.decrementAndGet();
                        turns.incrementAndGet();
                    }
                }
            };
            TestLoop.together(seed, body, body, body);
            assertThat(turns).hasValue(9);
        }
    }

    // ---------------------------------------------------------------- time

    @Test
    void time_isTheSameForAll() {
        List<String> order = new ArrayList<>();
        TestLoop.together(
                1,
                () -> {
                    sleep(SECOND.multipliedBy(3));
                    order.add("a " + TestLoop.elapsed());
                },
                () -> {
                    sleep(SECOND);
                    order.add("b " + TestLoop.elapsed());
                    sleep(SECOND.multipliedBy(3));
                    order.add("b " + TestLoop.elapsed());
                });
        assertThat(order).containsExactly("b PT1S", "a PT3S", "b PT4S");
    }

    @Test
    void time_isNotHeldUpByAWaitForCore() throws InterruptedException {
        Semaphore permits = new Semaphore(0);
        TestLoop.together(
                1,
                () -> {
                    permits.acquire();
                    assertThat(TestLoop.elapsed()).isEqualTo(SECOND);
                },
                () -> {
                    sleep(SECOND);
                    permits.release();
                });
    }

    @Test
    void time_isNotHeldUpByAWaitForCore_onOneLoop() throws InterruptedException {
        Semaphore permits = new Semaphore(0);
        TestLoop.together(1, () -> {
            createTask(() -> {
                sleep(SECOND);
                permits.release();
            });
            permits.acquire();
            assertThat(TestLoop.elapsed()).isEqualTo(SECOND);
        });
    }

    @Test
    void time_isHeldUpByBlockingCode() {
        CountDownLatch slept = new CountDownLatch(1);
        List<String> order = new ArrayList<>();
        TestLoop.together(
                1,
                () -> {
                    Thread releaser = new Thread(slept::countDown);
                    Async.blocking(() -> {
                        releaser.start();
                        slept.await();
                    });
                    order.add("back at " + TestLoop.elapsed());
                },
                () -> {
                    sleep(SECOND);
                    order.add("slept until " + TestLoop.elapsed());
                });
        assertThat(order).containsExactly("back at PT0S", "slept until PT1S");
    }

    @Test
    void advance_letsTheTimersOfOthersExpireInTheirOrder() {
        List<String> order = new ArrayList<>();
        TestLoop.together(
                1,
                () -> {
                    TestLoop.advance(SECOND.multipliedBy(10));
                    order.add("advanced to " + TestLoop.elapsed());
                },
                () -> {
                    sleep(SECOND);
                    order.add("first " + TestLoop.elapsed());
                    sleep(SECOND);
                    order.add("second " + TestLoop.elapsed());
                });
        assertThat(order).containsExactly("first PT1S", "second PT2S", "advanced to PT10S");
    }

    @Test
    void settle_waitsForTheOthersToo() {
        for (long seed = 0; seed < SEEDS; seed++) {
            int[] steps = {0};
            TestLoop.together(
                    seed,
                    () -> {
                        TestLoop.settle();
                        assertThat(steps[0]).isEqualTo(5);
                        assertThat(TestLoop.elapsed()).isZero();
                    },
                    () -> {
                        for (int i = 0; i < 5; i++) {
                            yieldNow();
                            steps[0]++;
                        }
                    });
        }
    }

    // ---------------------------------------------------------------- ends

    @Test
    void stall_namesWhoWaitsForWhat_onEachLoop() {
        Semaphore permits = new Semaphore(0);
        assertThatThrownBy(() -> TestLoop.<InterruptedException>together(
                        7, permits::acquire, () -> new AsyncEvent().await(), () -> {}))
                .isInstanceOf(StalledLoopException.class)
                .hasMessageContaining("test 0 with seed 7")
                .hasMessageContaining("Semaphore")
                .hasMessageContaining("test 1 with seed 7")
                .hasMessageContaining("AsyncEvent")
                .hasMessageNotContaining("test 2 with seed 7")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .anySatisfy(seed -> assertThat(seed).hasMessageContaining("TestLoop.together(7L, bodies)")));
    }

    @Test
    void failure_cancelsTheOtherBodies_whichMayCleanUp() {
        List<String> cleaned = new ArrayList<>();
        assertThatThrownBy(() -> TestLoop.<Exception>together(
                        3,
                        () -> {
                            try {
                                new AsyncEvent().await();
                            } catch (CancelledException e) {
                                sleep(SECOND);
                                cleaned.add(e.getMessage());
                                throw e;
                            }
                        },
                        () -> {
                            throw new IOException("mine");
                        }))
                .isInstanceOf(IOException.class)
                .hasMessage("mine");
        assertThat(cleaned).containsExactly("the main task of another loop has failed");
    }

    @Test
    void failure_ofSeveral_isTheFirstWithTheOthersSuppressed() {
        assertThatThrownBy(() -> TestLoop.<Exception>together(
                        3,
                        () -> {
                            sleep(SECOND);
                            throw new IOException("a");
                        },
                        () -> {
                            try {
                                new AsyncEvent().await();
                            } finally {
                                throwUnchecked("b");
                            }
                        }))
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.getSuppressed())
                        .anySatisfy(other -> assertThat(other).hasMessage("b")));
    }

    private static void throwUnchecked(String message) {
        throw new IllegalStateException(message);
    }

    @Test
    void failure_thatNobodyIsToldOf_failsTheTest() {
        assertThatThrownBy(() -> TestLoop.together(
                        1,
                        () -> createTask(() -> {
                            throw new IOException("unheard");
                        }),
                        () -> sleep(SECOND)))
                .isInstanceOf(AssertionError.class)
                .hasRootCauseMessage("unheard");
    }

    @Test
    void cancel_ofABodyByItself_isThrown() {
        assertThatThrownBy(() -> TestLoop.together(
                        1,
                        () -> {
                            Async.currentTask().cancel();
                            sleep(SECOND);
                        },
                        () -> {}))
                .isInstanceOf(CancelledException.class);
    }

    @Test
    void end_cancelsWhatIsLeft() throws InterruptedException {
        List<String> cancelled = new ArrayList<>();
        Semaphore never = new Semaphore(0);
        TestLoop.together(
                1,
                () -> {
                    createTask(() -> {
                        try {
                            new AsyncEvent().await();
                        } finally {
                            cancelled.add("on the loop");
                        }
                    });
                    createTask(() -> {
                        try {
                            never.acquire();
                        } finally {
                            cancelled.add("in core");
                        }
                    });
                    sleep(SECOND);
                },
                () -> {});
        assertThat(cancelled).containsExactlyInAnyOrder("on the loop", "in core");
    }

    @Test
    void interrupt_cancelsTheBodies_andIsSetAgain() {
        List<String> ended = new ArrayList<>();
        Semaphore never = new Semaphore(0);
        Thread driver = Thread.currentThread();
        assertThatThrownBy(() -> TestLoop.<InterruptedException>together(
                        1,
                        () -> {
                            try {
                                never.acquire();
                            } finally {
                                ended.add("a");
                            }
                        },
                        () -> {
                            sleep(SECOND);
                            driver.interrupt();
                            try {
                                new AsyncEvent().await();
                            } finally {
                                sleep(SECOND);
                                ended.add("b");
                            }
                        }))
                .isInstanceOf(CancelledException.class)
                .hasMessage("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ended).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aSecondInterrupt_doesNotWaitForTheCleaningUp() {
        Thread driver = Thread.currentThread();
        List<String> cleaned = new ArrayList<>();
        assertThatThrownBy(() -> TestLoop.together(1, () -> {
                    driver.interrupt();
                    try {
                        new AsyncEvent().await();
                    } catch (CancelledException e) {
                        driver.interrupt();
                        sleep(SECOND);
                        cleaned.add("cleaned");
                    }
                }))
                .isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(cleaned).isEmpty();
    }

    // ---------------------------------------------------------------- misuse

    @Test
    void misuse_isRefused() {
        assertThatThrownBy(() -> TestLoop.together(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bodies: none (expected: one for each loop)");
        assertThatThrownBy(() -> TestLoop.together(1, () -> {}, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("bodies[1]");
        TestLoop.run(() -> assertThatThrownBy(() -> TestLoop.together(1, () -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("TestLoop.together cannot be called from a running event loop"));
    }
}
