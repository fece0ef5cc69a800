// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.testing;

import static dev.signalbox.loop.Async.blocking;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.sleep;
import static dev.signalbox.loop.Async.timeout;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.signalbox.core.Guard;
import dev.signalbox.core.RLock;
import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.Async;
import dev.signalbox.loop.AsyncEvent;
import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.CancelledException;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.Future;
import dev.signalbox.loop.StalledLoopException;
import dev.signalbox.loop.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Virtual time, seeded schedules, and stalls that fail, as a user of the public surface sees them. */
final class TestLoopTest {
    private static final Duration YEAR = Duration.ofDays(365);
    private static final Duration SECOND = Duration.ofSeconds(1);

    // ---------------------------------------------------------------- virtual time

    @Test
    void sleep_takesVirtualTimeOnly() {
        TestLoop.run(() -> {
            assertThat(TestLoop.elapsed()).isZero();
            sleep(YEAR);
            assertThat(TestLoop.elapsed()).isEqualTo(YEAR);
            assertThat(EventLoop.current().nanoTime()).isEqualTo(YEAR.toNanos());
        });
    }

    @Test
    void run_returnsAndThrowsWhatTheBodyDoes() {
        assertThat(TestLoop.run(() -> {
                    sleep(SECOND);
                    return "done";
                }))
                .isEqualTo("done");
        IOException failure = new IOException("no");
        assertThatThrownBy(() -> TestLoop.run(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    void timers_expireAtTheirTimes_inTheOrderInWhichTheyWereMade() {
        List<String> log = new ArrayList<>();
        TestLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            loop.callLater(SECOND.multipliedBy(3), () -> log.add("third " + TestLoop.elapsed()));
            loop.callLater(SECOND, () -> log.add("first " + TestLoop.elapsed()));
            loop.callLater(SECOND, () -> log.add("second " + TestLoop.elapsed()));
            sleep(SECOND.multipliedBy(4));
        });
        assertThat(log).containsExactly("first PT1S", "second PT1S", "third PT3S");
    }

    @Test
    void timeout_expiresAtOnce() {
        TestLoop.run(() -> {
            assertThatThrownBy(() -> timeout(YEAR, () -> new AsyncEvent().await()))
                    .isInstanceOf(TimeoutException.class);
            assertThat(TestLoop.elapsed()).isEqualTo(YEAR);
        });
    }

    @Test
    void time_standsStillWhileSomethingIsReady() {
        TestLoop.run(() -> {
            AtomicInteger turns = new AtomicInteger();
            Task<Void> busy = createTask(() -> {
                for (int i = 0; i < 1_000; i++) {
                    turns.incrementAndGet();
                    yieldNow();
                }
            });
            sleep(Duration.ofNanos(1));
            assertThat(turns).hasValue(1_000);
            busy.await();
        });
    }

    @Test
    void time_standsStillWhileATaskBlocks() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        TestLoop.run(() -> {
            Task<Duration> out = createTask(() -> {
                blocking(() -> release.await());
                return TestLoop.elapsed();
            });
            Task<Void> sleeper = createTask(() -> sleep(SECOND));
            TestLoop.settle();
            assertThat(sleeper.isDone()).isFalse();
            release.countDown();
            assertThat(out.await()).isZero();
            sleeper.await();
            assertThat(TestLoop.elapsed()).isEqualTo(SECOND);
        });
    }

    @Test
    void time_standsStillWhileATaskWaitsForAThread() {
        Semaphore semaphore = new Semaphore(0);
        TestLoop.run(() -> {
            Task<Duration> out = createTask(() -> {
                semaphore.acquire();
                return TestLoop.elapsed();
            });
            Task<Void> sleeper = createTask(() -> sleep(YEAR));
            TestLoop.settle();
            Thread releasing = new Thread(semaphore::release);
            releasing.start();
            assertThat(out.await()).isZero();
            sleeper.await();
            releasing.join();
        });
    }

    @Test
    void time_standsStillForAnExecutorAndForAStage() {
        TestLoop.run(() -> {
            Task<Void> sleeper = createTask(() -> sleep(YEAR));
            Future<Duration> call = EventLoop.current().runInExecutor(code -> new Thread(code).start(), () -> SECOND);
            assertThat(call.await()).isEqualTo(SECOND);
            CompletableFuture<String> stage = new CompletableFuture<>();
            Thread completing = new Thread(() -> stage.complete("done"));
            completing.start();
            assertThat(Async.<String>await(stage)).isEqualTo("done");
            assertThat(TestLoop.elapsed()).isZero();
            sleeper.cancel();
        });
    }

    @Test
    void executorThatRefuses_leavesNothingOut() {
        TestLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            assertThatThrownBy(() -> loop.runInExecutor(
                            code -> {
                                throw new java.util.concurrent.RejectedExecutionException("full");
                            },
                            () -> 1))
                    .hasMessage("full");
            sleep(SECOND);
            assertThat(TestLoop.elapsed()).isEqualTo(SECOND);
        });
    }

    @Test
    void cancelledCall_leavesNothingOut() {
        TestLoop.run(() -> {
            Future<Integer> call = EventLoop.current().runInExecutor(code -> {}, () -> 1);
            call.cancel();
            sleep(SECOND);
            assertThat(TestLoop.elapsed()).isEqualTo(SECOND);
        });
    }

    // ---------------------------------------------------------------- settle and advance

    @Test
    void settle_returnsWhenAllOthersWait_andNoTimePasses() {
        TestLoop.forEachSeed(50, () -> {
            AtomicInteger steps = new AtomicInteger();
            AsyncEvent event = new AsyncEvent();
            for (int i = 0; i < 5; i++) {
                createTask(() -> {
                    for (int k = 0; k < 10; k++) {
                        yieldNow();
                        steps.incrementAndGet();
                    }
                    event.await();
                    steps.incrementAndGet();
                    sleep(SECOND);
                    steps.incrementAndGet();
                });
            }
            TestLoop.settle();
            assertThat(steps).hasValue(50);
            event.set();
            TestLoop.settle();
            assertThat(steps).hasValue(55);
            assertThat(TestLoop.elapsed()).isZero();
            TestLoop.advance(SECOND);
            assertThat(steps).hasValue(60);
        });
    }

    @Test
    void settle_byTwo_bothReturn() {
        TestLoop.forEachSeed(50, () -> {
            Task<Void> other = createTask(TestLoop::settle);
            TestLoop.settle();
            TestLoop.settle();
            assertThat(other.isDone()).isTrue();
        });
    }

    @Test
    void settle_cancelled_throws() {
        TestLoop.run(() -> {
            Task<Void> settling = createTask(TestLoop::settle);
            settling.cancel();
            assertThatThrownBy(settling::await).isInstanceOf(CancelledException.class);
            Task<?> me = Async.currentTask();
            createTask(() -> me.cancel("enough"));
            assertThatThrownBy(TestLoop::settle)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("enough");
            me.uncancel();
            TestLoop.settle();
        });
    }

    @Test
    void advance_movesTheClockByHand_evenWhileATaskIsOut() {
        CountDownLatch release = new CountDownLatch(1);
        TestLoop.run(() -> {
            Task<Void> out = createTask(() -> blocking(() -> release.await()));
            Task<Duration> sleeper = createTask(() -> {
                sleep(SECOND);
                sleep(SECOND);
                return TestLoop.elapsed();
            });
            TestLoop.advance(Duration.ofMillis(2_500));
            assertThat(sleeper.resultNow()).isEqualTo(Duration.ofSeconds(2));
            assertThat(TestLoop.elapsed()).isEqualTo(Duration.ofMillis(2_500));
            release.countDown();
            out.await();
        });
    }

    @Test
    void advance_extremes() {
        TestLoop.run(() -> {
            TestLoop.advance(Duration.ZERO);
            assertThat(TestLoop.elapsed()).isZero();
            assertThatThrownBy(() -> TestLoop.advance(Duration.ofNanos(-1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("time: PT-0.000000001S (expected: >= 0)");
            assertThatThrownBy(() -> TestLoop.advance(null)).isInstanceOf(NullPointerException.class);
            Task<Void> sleeper = createTask(() -> sleep(YEAR));
            TestLoop.advance(Duration.ofSeconds(Long.MAX_VALUE));
            assertThat(sleeper.isDone()).isTrue();
        });
    }

    @Test
    void elsewhere_isRefused() {
        assertThatThrownBy(TestLoop::settle)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no running event loop");
        assertThatThrownBy(TestLoop::elapsed).isInstanceOf(IllegalStateException.class);
        EventLoop.run(() -> {
            assertThatThrownBy(TestLoop::settle)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching("TestLoop\\.settle\\(\\) on loop '.*', which runs in real time .*");
            assertThatThrownBy(TestLoop::elapsed).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> TestLoop.advance(SECOND)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> TestLoop.run(() -> 1)).isInstanceOf(IllegalStateException.class);
        });
        TestLoop.run(() -> {
            Future<Throwable> thrown = new Future<>();
            EventLoop.current().callSoon(() -> thrown.complete(catchThrowable(TestLoop::settle)));
            assertThat(thrown.await())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("only tasks can wait");
        });
    }

    // ---------------------------------------------------------------- stalls

    @Test
    void stall_fails() {
        assertThatThrownBy(() -> TestLoop.run(() -> new AsyncEvent().await()))
                .isInstanceOf(StalledLoopException.class)
                .hasMessageStartingWith("loop 'test' is stalled");
    }

    @Test
    void stall_unwindsTheTasks() {
        List<String> log = new ArrayList<>();
        assertThatThrownBy(() -> TestLoop.run(() -> {
                    createTask(() -> {
                        try {
                            new AsyncSemaphore(0).acquire();
                        } finally {
                            log.add("cleaned up");
                        }
                    });
                    new AsyncEvent().await();
                }))
                .isInstanceOf(StalledLoopException.class);
        assertThat(log).containsExactly("cleaned up");
    }

    @Test
    void stall_afterTheMainTask_fails() {
        assertThatThrownBy(() -> TestLoop.run(() -> {
                    createTask(() -> {
                        try {
                            new AsyncEvent().await();
                        } catch (CancelledException e) {
                            new AsyncEvent().await();
                        }
                    });
                    yieldNow();
                }))
                .isInstanceOf(StalledLoopException.class);
    }

    @Test
    void failOnStall_inRealTime() {
        try (EventLoop loop = EventLoop.builder().failOnStall(true).build()) {
            assertThatThrownBy(() -> loop.runUntilComplete(() -> new AsyncEvent().await()))
                    .isInstanceOf(StalledLoopException.class);
            assertThat(loop.isClosed()).isTrue();
        }
        try (EventLoop loop = EventLoop.builder().failOnStall(true).build()) {
            assertThatThrownBy(() -> loop.runUntilComplete(new Future<>())).isInstanceOf(StalledLoopException.class);
        }
    }

    @Test
    void failOnStall_aTimerOrABlockedTaskIsNoStall() {
        try (EventLoop loop = EventLoop.builder().failOnStall(true).build()) {
            loop.runUntilComplete(() -> {
                sleep(Duration.ofMillis(2));
                blocking(() -> Thread.sleep(2));
                assertThat(loop.runInExecutor(code -> new Thread(code).start(), () -> 7)
                                .await())
                        .isEqualTo(7);
            });
        }
    }

    /** One holds a lock of core and waits for the other, which is off the loop and waits for the lock. */
    private static Task<Void> embraceOverALockOfCore(List<Task<?>> tasks) {
        RLock lock = new RLock();
        Task<Void> holder = createTask("holder", () -> {
            try (Guard held = lock.acquire()) {
                Task<Void> wants = createTask("wants", () -> {
                    try (Guard never = lock.acquire()) {
                        yieldNow();
                    }
                });
                tasks.add(wants);
                wants.await();
            }
        });
        tasks.add(holder);
        return holder;
    }

    @Test
    void stall_overALockOfCore_isFoundAlthoughATaskIsOut() {
        assertThatThrownBy(() -> TestLoop.run(() -> {
                    embraceOverALockOfCore(new ArrayList<>()).await();
                }))
                .isInstanceOf(StalledLoopException.class)
                .hasMessageContaining("deadlock: ")
                .hasMessageContaining("'wants' waits for RLock@")
                .hasMessageContaining("held by 'holder'");
    }

    @Test
    void ring_thatATaskWhichIsOutGoesOnToBreak_isNoStall() {
        TestLoop.run(() -> {
            List<Task<?>> tasks = new ArrayList<>();
            Task<Void> holder = embraceOverALockOfCore(tasks);
            blocking(() -> Thread.sleep(500)); // longer than it takes to look for rings
            tasks.get(0).cancel();
            assertThatThrownBy(holder::await).isInstanceOf(CancelledException.class);
        });
    }

    @Test
    void failOnStall_aRingInARunWithoutAnEnd_fails() throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        EventLoop.Builder builder =
                EventLoop.builder().failOnStall(true).exceptionHandler((what, e) -> failure.complete(e));
        try (EventLoop loop = builder.start()) {
            loop.execute(() -> {
                List<Task<Void>> tasks = new ArrayList<>();
                tasks.add(createTask("a", () -> tasks.get(1).await()));
                tasks.add(createTask("b", () -> tasks.get(0).await()));
            });
            assertThat(failure.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(StalledLoopException.class)
                    .hasMessageContaining("deadlock: 'a' waits for Task 'b', 'b' waits for Task 'a'");
        }
    }

    @Test
    void failOnStall_aRunWithoutAnEnd_waits() throws Exception {
        try (EventLoop loop = EventLoop.builder().failOnStall(true).start()) {
            AsyncEvent event = new AsyncEvent();
            CompletableFuture<Void> waiting = loop.submit(() -> event.await());
            loop.submit(event::set).get();
            waiting.get();
        }
    }

    // ---------------------------------------------------------------- seeds

    private static String orderOfTen() {
        StringBuilder order = new StringBuilder();
        List<Task<?>> tasks = new ArrayList<>();
        for (char name = 'a'; name < 'k'; name++) {
            char id = name;
            tasks.add(createTask(() -> {
                order.append(id);
                yieldNow();
                order.append(id);
            }));
        }
        Async.awaitAll(tasks);
        return order.toString();
    }

    @Test
    void withoutASeed_firstInFirstOut() {
        assertThat(TestLoop.run(TestLoopTest::orderOfTen)).isEqualTo("abcdefghijabcdefghij");
    }

    @Test
    void seed_decidesTheOrder_andRepeatsIt() {
        Set<String> orders = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            orders.add(orderWith(seed));
            assertThat(orderWith(seed)).isEqualTo(orderWith(seed));
        }
        assertThat(orders).hasSizeGreaterThan(95);
    }

    private static String orderWith(long seed) {
        List<String> order = new ArrayList<>();
        TestLoop.run(seed, () -> {
            order.add(orderOfTen());
        });
        return order.get(0);
    }

    /** The numbers behind a seed are the same on every JDK, and must stay so: people write seeds down. */
    @Test
    void seed_meansTheSameEverywhere() {
        assertThat(orderWith(1)).isEqualTo("cedbfgjahiahcdbijgef");
        assertThat(orderWith(-7)).isEqualTo("befacgdihjaidhjgebcf");
    }

    @Test
    void builderWithASeed_repeatsForEachLoop() {
        EventLoop.Builder builder = TestLoop.builder(42);
        List<String> orders = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            try (EventLoop loop = builder.build()) {
                orders.add(loop.runUntilComplete(TestLoopTest::orderOfTen));
            }
        }
        assertThat(orders.get(0)).isEqualTo(orders.get(1)).isEqualTo(orderWith(42));
    }

    @Test
    void forEachSeed_findsTheLostUpdate_andNamesItsSeed() {
        Throwable found = catchThrowable(() -> TestLoop.forEachSeed(1_000, TestLoopTest::lostUpdate));
        assertThat(found).isInstanceOf(AssertionError.class);
        assertThat(found.getSuppressed()).hasSize(1);
        String hint = found.getSuppressed()[0].getMessage();
        assertThat(hint).matches("with seed \\d+ \\(to repeat it: TestLoop\\.run\\(\\d+L, body\\)\\)");
        long seed = Long.parseLong(hint.replaceAll("with seed (\\d+) .*", "$1"));
        assertThatThrownBy(() -> TestLoop.run(seed, TestLoopTest::lostUpdate)).isInstanceOf(AssertionError.class);
        TestLoop.run(TestLoopTest::lostUpdate);
    }

    /** Right first in, first out; wrong when the second reads before the first has written. */
    private static void lostUpdate() {
        int[] counter = {0};
        Task<Void> first = createTask(() -> {
            int read = counter[0];
            yieldNow();
            counter[0] = read + 1;
        });
        Task<Void> second = createTask(() -> {
            yieldNow();
            int read = counter[0];
            counter[0] = read + 1;
        });
        Async.gather(first, second);
        assertThat(counter[0]).isEqualTo(2);
    }

    @Test
    void forEachSeed_runsEachOnce_andRefusesNone() {
        AtomicInteger runs = new AtomicInteger();
        TestLoop.forEachSeed(7, runs::incrementAndGet);
        assertThat(runs).hasValue(7);
        assertThatThrownBy(() -> TestLoop.forEachSeed(0, runs::incrementAndGet))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("seeds: 0 (expected: > 0)");
        assertThatThrownBy(() -> TestLoop.forEachSeed(1, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("body");
    }

    // ---------------------------------------------------------------- failures that nobody is told of

    @Test
    void failureOfACallback_failsTheTest() {
        RuntimeException failure = new RuntimeException("in a callback");
        assertThatThrownBy(() -> TestLoop.run(() -> {
                    EventLoop.current().callSoon(() -> {
                        throw failure;
                    });
                    yieldNow();
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("exception in a callback")
                .hasCause(failure);
    }

    @Test
    void failureOfATaskThatNobodyAwaits_failsTheTest_orStandsInItsFailure() {
        assertThatThrownBy(() -> TestLoop.run(() -> {
                    createTask("forgotten", () -> {
                        throw new IOException("unheard");
                    });
                    TestLoop.settle();
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("task 'forgotten'")
                .hasRootCauseMessage("unheard");
        assertThatThrownBy(() -> TestLoop.run(() -> {
                    createTask("forgotten", () -> {
                        throw new IOException("unheard");
                    });
                    TestLoop.settle();
                    throw new IOException("mine");
                }))
                .hasMessage("mine")
                .satisfies(e -> assertThat(e.getSuppressed()[0]).hasRootCauseMessage("unheard"));
    }
}
