// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop that somebody drives round by round. */
@Timeout(60)
final class RunOnceTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger told = new AtomicInteger();
    private final EventLoop loop = EventLoop.builder()
            .name("driven")
            .exceptionHandler((what, e) -> handled.add(what + ": " + e))
            .onWork(told::incrementAndGet)
            .build();

    @AfterEach
    void close() {
        Bystander.start(loop::close).join();
        assertThat(loop.isClosed()).isTrue();
    }

    /** Drives the loop until the future is done. */
    private <T> T drive(CompletableFuture<T> future) {
        Bystander.awaitUntil("done", () -> {
            boolean unused = loop.runOnce();
            return future.isDone();
        });
        return future.join();
    }

    // ---------------------------------------------------------------- rounds

    @Test
    void runOnce_nothingReady_doesNotWait() {
        assertThat(loop.runOnce()).isFalse();
        loop.callSoonThreadSafe(() -> loop.callLater(LONG, () -> {}));
        assertThat(loop.runOnce()).isTrue();
        assertThat(loop.runOnce()).isFalse();
        assertThat(loop.isRunning()).isFalse();
    }

    @Test
    @InOrder
    void runOnce_runsWhatIsReady_andLeavesWhatBecomesReadyToTheNext() {
        loop.execute(() -> {
            log.add("first");
            loop.callSoon(() -> log.add("next round"));
        });
        loop.execute(() -> log.add("second"));
        assertThat(loop.runOnce()).isTrue();
        assertThat(log).containsExactly("first", "second");
        assertThat(loop.runOnce()).isTrue();
        assertThat(log).containsExactly("first", "second", "next round");
        assertThat(loop.runOnce()).isFalse();
    }

    @Test
    void runOnce_aTaskGoesOnFromRoundToRound_onItsOwnThread() {
        CompletableFuture<Boolean> same = loop.submit(() -> {
            Thread mine = Thread.currentThread();
            for (int i = 0; i < 3; i++) {
                log.add("step " + i);
                Async.yieldNow();
            }
            return mine == Thread.currentThread();
        });
        for (int i = 0; i < 3; i++) {
            assertThat(log).hasSize(i);
            assertThat(loop.runOnce()).isTrue();
        }
        assertThat(log).containsExactly("step 0", "step 1", "step 2");
        assertThat(drive(same)).isTrue();
    }

    @Test
    void runOnce_byDifferentThreads_andBetweenOtherRuns() {
        CompletableFuture<String> future = loop.submit(() -> {
            for (int i = 0; i < 10; i++) {
                Async.yieldNow();
            }
            return "done";
        });
        for (int i = 0; i < 5; i++) {
            Bystander.start(() -> assertThat(loop.runOnce()).isTrue()).join();
        }
        String other = loop.runUntilComplete(() -> "other");
        assertThat(other).isEqualTo("other");
        assertThat(drive(future)).isEqualTo("done");
    }

    @Test
    void runOnce_manyTasksThatHandOver_allProgress() {
        AsyncSemaphore semaphore = new AsyncSemaphore(2);
        List<CompletableFuture<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            tasks.add(loop.submit(() -> {
                try (var permit = semaphore.acquire()) {
                    Async.yieldNow();
                    log.add("ran");
                }
            }));
        }
        tasks.forEach(this::drive);
        assertThat(log).hasSize(20);
    }

    @Test
    void runOnce_timers_fireInTheRoundAfterTheyAreDue() {
        CompletableFuture<Void> slept = loop.submit(() -> Async.sleep(Duration.ofMillis(2)));
        assertThat(loop.runOnce()).isTrue();
        Bystander.awaitUntil("due", () -> Duration.ZERO.equals(loop.nextEventIn()));
        assertThat(loop.runOnce()).isTrue();
        drive(slept);
    }

    @Test
    void runOnce_codeOffTheLoop_goesOnBetweenRounds_andComesBackInOne() {
        CountDownLatch mayReturn = new CountDownLatch(1);
        CompletableFuture<Void> future = loop.submit(() -> {
            Async.blocking(() -> Bystander.await(mayReturn));
            log.add("back on " + EventLoop.current().name());
        });
        assertThat(loop.runOnce()).isTrue();
        assertThat(loop.runOnce()).isFalse();
        int before = told.get();
        mayReturn.countDown();
        Bystander.awaitUntil("told", () -> told.get() > before);
        assertThat(log).isEmpty();
        assertThat(loop.runOnce()).isTrue();
        drive(future);
        assertThat(log).containsExactly("back on driven");
    }

    @Test
    void runOnce_waitsOfCore_areEndedBetweenRounds() {
        Semaphore semaphore = new Semaphore(0);
        CompletableFuture<Void> future = loop.submit(() -> {
            semaphore.acquire();
        });
        assertThat(loop.runOnce()).isTrue();
        semaphore.release();
        drive(future);
        assertThat(semaphore.availablePermits()).isZero();
    }

    // ---------------------------------------------------------------- who may

    @Test
    void runOnce_whileItRuns_isRefused() {
        Bystander<Void> runner = Bystander.start(loop::runForever);
        Bystander.awaitUntil("running", loop::isRunning);
        assertThatThrownBy(loop::runOnce)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("loop 'driven' is running already");
        assertThatThrownBy(loop::nextEventIn)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("loop 'driven' is running already");
        loop.stop();
        runner.join();
        assertThat(loop.runOnce()).isFalse();
    }

    @Test
    void runOnce_inATaskOrCallback_isRefused() {
        drive(loop.submit(() -> {
            assertThatThrownBy(loop::runOnce)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("EventLoop.runOnce cannot be called from a running event loop ('driven')");
            assertThatThrownBy(loop::nextEventIn).hasMessage("loop 'driven' is running already");
        }));
        loop.execute(() -> loop.runOnce());
        assertThat(loop.runOnce()).isTrue();
        assertThat(handled).singleElement().asString().contains("EventLoop.runOnce cannot be called");
    }

    @Test
    void runOnce_closed_isRefused() {
        loop.close();
        assertThatThrownBy(loop::runOnce)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("event loop 'driven' is closed");
        assertThatThrownBy(loop::nextEventIn)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("event loop 'driven' is closed");
    }

    @Test
    void close_betweenRounds_andDuringOne_unwindsTheTasks() {
        loop.submit(() -> {
            try {
                Async.sleep(LONG);
            } finally {
                log.add("unwound");
            }
        });
        assertThat(loop.runOnce()).isTrue();
        CountDownLatch inRound = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        loop.execute(() -> {
            inRound.countDown();
            Bystander.await(mayEnd);
        });
        Bystander<Boolean> driver = Bystander.call("driver", loop::runOnce);
        Bystander.await(inRound);
        Bystander<Void> closer = Bystander.start(loop::close);
        closer.awaitBlocked();
        mayEnd.countDown();
        assertThat(driver.join()).isTrue();
        closer.join();
        assertThat(log).containsExactly("unwound");
    }

    @Test
    void stop_beforeARound_changesNothing_andDoesNotEndALaterRun() {
        loop.stop();
        loop.execute(() -> log.add("ran"));
        assertThat(loop.runOnce()).isTrue();
        assertThat(log).containsExactly("ran");
        int answer = loop.runUntilComplete(() -> {
            Async.yieldNow();
            return 42;
        });
        assertThat(answer).isEqualTo(42);
    }

    /** The next run has no stop left over from a round. */
    @Test
    void runForever_afterARound_goesOn() {
        loop.execute(() -> log.add("round"));
        assertThat(loop.runOnce()).isTrue();
        Bystander<Void> runner = Bystander.start(loop::runForever);
        loop.submit(() -> Async.sleep(Duration.ofMillis(1))).join();
        assertThat(loop.isRunning()).isTrue();
        loop.stop();
        runner.join();
    }

    @Test
    void runOnce_interruptedCaller_keepsItsStatus_andTheRoundItsTasks() {
        CompletableFuture<String> future = loop.submit(() -> {
            Async.yieldNow();
            return Thread.currentThread().isInterrupted() + "";
        });
        Thread.currentThread().interrupt();
        assertThat(loop.runOnce()).isTrue();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(drive(future)).isEqualTo("false");
    }

    @Test
    void runOnce_withoutAThread_throws_andTheLoopIsClosed() {
        EventLoop poor = EventLoop.builder()
                .workers(factory -> body -> {
                    throw new OutOfMemoryError("unable to create native thread");
                })
                .build();
        assertThat(poor.runOnce()).isFalse();
        CompletableFuture<String> future = poor.submit(() -> "never runs");
        assertThatThrownBy(poor::runOnce).isInstanceOf(OutOfMemoryError.class);
        assertThat(poor.isClosed()).isTrue();
        assertThat(future).isCompletedExceptionally();
    }

    // ---------------------------------------------------------------- when

    @Test
    void nextEventIn_nothing_isNull() {
        assertThat(loop.nextEventIn()).isNull();
        drive(loop.submit(() -> {}));
        while (loop.runOnce()) {
            // what depends on the result
        }
        assertThat(loop.nextEventIn()).isNull();
    }

    @Test
    void nextEventIn_zero_whileSomethingIsReady() {
        loop.execute(() -> loop.callSoon(() -> {}));
        assertThat(loop.nextEventIn()).isEqualTo(Duration.ZERO);
        assertThat(loop.runOnce()).isTrue();
        assertThat(loop.nextEventIn()).isEqualTo(Duration.ZERO);
        assertThat(loop.runOnce()).isTrue();
        assertThat(loop.nextEventIn()).isNull();
    }

    @Test
    void nextEventIn_isTheEarliestTimer_zeroOnceItIsDue() {
        loop.execute(() -> {
            loop.callLater(LONG, () -> {});
            loop.callLater(Duration.ofMinutes(1), () -> {});
            loop.callLater(Duration.ofSeconds(Long.MAX_VALUE), () -> {});
        });
        assertThat(loop.runOnce()).isTrue();
        assertThat(loop.nextEventIn()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(1));
        loop.execute(() -> loop.callLater(Duration.ofNanos(1), () -> {}));
        assertThat(loop.runOnce()).isTrue();
        Bystander.awaitUntil("due", () -> Duration.ZERO.equals(loop.nextEventIn()));
    }

    // ---------------------------------------------------------------- word from outside

    @Test
    void onWork_onceForABurst_andAgainForTheNext() {
        loop.execute(() -> {});
        loop.execute(() -> {});
        loop.submit(() -> {});
        assertThat(told).hasValue(1);
        assertThat(loop.runOnce()).isTrue();
        loop.execute(() -> {});
        assertThat(told).hasValue(2);
    }

    /** The round does not look again, so whoever drives has to be told. */
    @Test
    void onWork_duringARound_isToldToo() {
        loop.execute(() -> loop.execute(() -> log.add("sent in a round")));
        assertThat(loop.runOnce()).isTrue();
        assertThat(told).hasValue(2);
        assertThat(log).isEmpty();
        assertThat(loop.runOnce()).isTrue();
        assertThat(log).containsExactly("sent in a round");
    }

    @Test
    void onWork_notForWhatWakesARunThatWaits() {
        Bystander<Void> runner = Bystander.start(loop::runForever);
        loop.submit(() -> {}).join();
        Bystander.awaitUntil("loop sleeps", () -> {
            int before = told.get();
            loop.submit(() -> {}).join();
            return told.get() == before;
        });
        loop.stop();
        runner.join();
    }

    @Test
    void onWork_fails_theHandlerIsTold_andWhatWasSentIsThere() {
        EventLoop other = EventLoop.builder()
                .exceptionHandler((what, e) -> handled.add(what + ": " + e))
                .onWork(() -> {
                    throw new RejectedExecutionException("window closed");
                })
                .build();
        try (other) {
            other.execute(() -> log.add("ran"));
            assertThat(handled)
                    .singleElement()
                    .asString()
                    .contains("exception in onWork")
                    .contains("window closed");
            assertThat(other.runOnce()).isTrue();
            assertThat(log).containsExactly("ran");
        }
    }

    /** A lock of the loop held during the hook would let two threads wait for each other. */
    @Test
    void onWork_mayCloseTheLoop() {
        EventLoop[] self = new EventLoop[1];
        self[0] = EventLoop.builder().onWork(() -> self[0].close()).build();
        Bystander.start(() -> self[0].execute(() -> log.add("never runs"))).join();
        assertThat(self[0].isClosed()).isTrue();
        assertThat(log).isEmpty();
    }

    @Test
    void onWork_null() {
        assertThatThrownBy(() -> EventLoop.builder().onWork(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("hook");
    }

    // ---------------------------------------------------------------- all together

    /** A thread with a loop of its own, which is told of what comes in and sleeps otherwise: no wake-up may be lost. */
    private static final class Window {
        private final ScheduledExecutorService window = Executors.newSingleThreadScheduledExecutor();
        private final EventLoop loop =
                EventLoop.builder().onWork(() -> window.execute(this::turn)).build();
        private ScheduledFuture<?> timer = window.schedule(() -> {}, 0, TimeUnit.NANOSECONDS);

        private void turn() {
            boolean unused = loop.runOnce();
            timer.cancel(false);
            Duration next = loop.nextEventIn();
            if (next != null) {
                timer = window.schedule(this::turn, next.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        void close() throws Exception {
            window.submit(loop::close).get();
            window.shutdown();
        }
    }

    @Test
    @Once
    void drivenByAWindow_everythingWorks() throws Exception {
        Window driver = new Window();
        Semaphore shared = new Semaphore(1);
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int id = i;
            results.add(driver.loop.submit(() -> {
                for (int step = 0; step < 5; step++) {
                    try (var permit = shared.acquire()) {
                        Async.yieldNow();
                    }
                    Async.sleep(Duration.ofMillis(1));
                    Async.blocking(Thread::yield);
                }
                return Async.await(CompletableFuture.supplyAsync(() -> id));
            }));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(results.get(i)).succeedsWithin(Bystander.PATIENCE).isEqualTo(i);
        }
        driver.close();
    }

    @Test
    @Once
    void drivenByAWindow_noWakeUpIsLost() throws Exception {
        Window driver = new Window();
        for (int i = 0; i < 2_000; i++) {
            CountDownLatch ran = new CountDownLatch(1);
            driver.loop.execute(ran::countDown);
            Bystander.await(ran);
        }
        driver.close();
    }
}
