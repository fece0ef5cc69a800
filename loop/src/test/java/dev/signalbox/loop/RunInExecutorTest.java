// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies that an executor runs for a loop. */
@Timeout(60)
final class RunInExecutorTest {
    private static final TaskBody<String, RuntimeException> X = () -> "x";

    private final List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService pool = Executors.newSingleThreadExecutor(body -> {
        Thread thread = new Thread(body, "pool");
        thread.setUncaughtExceptionHandler((t, e) -> uncaught.add(e));
        return thread;
    });
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    @AfterEach
    void endPool() throws InterruptedException {
        go.countDown();
        pool.shutdown();
        assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(uncaught).isEmpty();
    }

    private static EventLoop loop() {
        return EventLoop.current();
    }

    /** A body that begins, and goes on when {@link #go} is open. */
    private String waitForGo() throws InterruptedException {
        begun.countDown();
        go.await();
        return "gone";
    }

    // ---------------------------------------------------------------- results

    @Test
    void result_comesFromTheExecutorsThread() {
        EventLoop.run(() -> {
            Future<String> result =
                    loop().runInExecutor(pool, () -> Thread.currentThread().getName());
            assertThat(result.isDone()).isFalse();
            assertThat(result.await()).isEqualTo("pool");
            assertThat(loop().runInExecutor(pool, () -> (String) null).await()).isNull();
            AtomicInteger ran = new AtomicInteger();
            Future<Void> done = loop().runInExecutor(pool, () -> ran.set(1));
            done.await();
            assertThat(ran).hasValue(1);
        });
    }

    @Test
    void others_goOnMeanwhile() {
        EventLoop.run(() -> {
            Future<String> result = loop().runInExecutor(pool, this::waitForGo);
            for (int i = 0; i < 10; i++) {
                yieldNow();
                assertThat(result.isDone()).isFalse();
            }
            go.countDown();
            assertThat(result.await()).isEqualTo("gone");
        });
    }

    @Test
    void failure_isThatOfTheBody() {
        EventLoop.run(() -> {
            for (Throwable failure : List.of(
                    new IllegalStateException("planned"),
                    new AssertionError("planned"),
                    new IOException("planned"),
                    new Throwable("planned"))) {
                Future<String> result = loop().runInExecutor(pool, () -> {
                    throw failure;
                });
                if (failure instanceof RuntimeException || failure instanceof Error) {
                    assertThatThrownBy(result::await).isSameAs(failure);
                } else {
                    assertThatThrownBy(result::await)
                            .isExactlyInstanceOf(CompletionException.class)
                            .hasCause(failure);
                }
                assertThat(result.exceptionNow()).isSameAs(failure);
            }
        });
    }

    @Test
    void failure_thatNobodyAsksFor_isReported() {
        List<String> reported = new ArrayList<>();
        EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reported.add(e.getMessage()))
                .build();
        try (loop) {
            loop.runUntilComplete(() -> {
                Future<Void> result = loop.runInExecutor(pool, () -> {
                    throw new IOException("unheard");
                });
                CompletableFuture<Void> ended = new CompletableFuture<>();
                loop.runInExecutor(pool, () -> ended.complete(null));
                Async.await(ended);
                yieldNow();
            });
        }
        assertThat(reported).containsExactly("unheard");
    }

    @Test
    void failure_thatIsAwaited_isNotReported() {
        List<Throwable> reported = new ArrayList<>();
        EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reported.add(e))
                .build();
        try (loop) {
            loop.runUntilComplete(() -> {
                Future<Void> result = loop.runInExecutor(pool, () -> {
                    throw new IOException("heard");
                });
                assertThatThrownBy(result::await).hasRootCauseMessage("heard");
            });
        }
        assertThat(reported).isEmpty();
    }

    @Test
    @Once
    void many_keepTheirResultsApart() {
        ExecutorService four = Executors.newFixedThreadPool(4);
        try {
            EventLoop.run(() -> {
                List<Future<Integer>> results = new ArrayList<>();
                for (int i = 0; i < 10_000; i++) {
                    int n = i;
                    results.add(loop().runInExecutor(four, () -> n));
                }
                int expected = 0;
                for (int n : Async.gather(results)) {
                    assertThat(n).isEqualTo(expected++);
                }
            });
        } finally {
            four.shutdown();
        }
    }

    // ---------------------------------------------------------------- arguments and places

    @Test
    void arguments_null() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> loop().runInExecutor(null, X)).hasMessage("executor");
            assertThatThrownBy(() -> loop().runInExecutor(pool, (TaskBody<String, ?>) null))
                    .hasMessage("body");
            assertThatThrownBy(() -> loop().runInExecutor(pool, (VoidTaskBody<?>) null))
                    .hasMessage("body");
        });
    }

    @Test
    void inACallback_works() {
        EventLoop.run(() -> {
            Future<Future<String>> made = new Future<>();
            loop().callSoon(() -> made.complete(loop().runInExecutor(pool, X)));
            assertThat(made.await().await()).isEqualTo("x");
        });
    }

    @Test
    void nothingOfTheLoop_canBeUsedInTheBody() {
        EventLoop.run(() -> {
            Future<String> future = new Future<>();
            assertThatThrownBy(loop().runInExecutor(pool, () -> future.complete("x"))::await)
                    .isInstanceOf(WrongLoopException.class);
            assertThat(future.isDone()).isFalse();
        });
    }

    // ---------------------------------------------------------------- executors

    @Test
    void executor_thatRejects_throwsAtOnce() {
        pool.shutdown();
        EventLoop.run(() -> {
            assertThatThrownBy(() -> loop().runInExecutor(pool, X)).isInstanceOf(RejectedExecutionException.class);
            Executor full = body -> {
                throw new RejectedExecutionException("full");
            };
            assertThatThrownBy(() -> loop().runInExecutor(full, X)).hasMessage("full");
        });
    }

    @Test
    void executor_thatRunsInline_isAsGood() {
        EventLoop.run(() -> {
            AtomicInteger ran = new AtomicInteger();
            Future<Integer> result = loop().runInExecutor(Runnable::run, ran::incrementAndGet);
            assertThat(ran).hasValue(1);
            assertThat(result.isDone()).isFalse(); // in a turn of its own, as always
            assertThat(result.await()).isEqualTo(1);
            Future<Void> failed = loop().runInExecutor(Runnable::run, () -> {
                throw new IOException("planned");
            });
            assertThatThrownBy(failed::await).hasRootCauseMessage("planned");
            EventLoop home = loop();
            assertThat(loop().runInExecutor(Runnable::run, () -> {
                                yieldNow();
                                return EventLoop.current() == home;
                            })
                            .await())
                    .isTrue();
        });
    }

    @Test
    void executor_thatRunsTwice_changesNothing() {
        EventLoop.run(() -> {
            AtomicInteger ran = new AtomicInteger();
            Executor twice = body -> {
                body.run();
                body.run();
            };
            assertThat(loop().runInExecutor(twice, ran::incrementAndGet).await())
                    .isEqualTo(1);
            yieldNow();
            assertThat(ran).hasValue(1);
        });
    }

    @Test
    void executor_thatIsALoop() {
        try (EventLoop other = EventLoop.create()) {
            Bystander<Void> runner = Bystander.start(other::runForever);
            EventLoop.run(() -> assertThat(
                            loop().runInExecutor(other, EventLoop::current).await())
                    .isSameAs(other));
            other.stop();
            runner.join();
        }
    }

    // ---------------------------------------------------------------- cancelling

    @Test
    void cancel_beforeItBegins_neverRuns() {
        EventLoop.run(() -> {
            AtomicInteger ran = new AtomicInteger();
            Future<String> first = loop().runInExecutor(pool, this::waitForGo);
            Future<Integer> second = loop().runInExecutor(pool, ran::incrementAndGet);
            Future<String> third = loop().runInExecutor(pool, X);
            assertThat(second.cancel("not needed")).isTrue();
            go.countDown();
            assertThat(first.await()).isEqualTo("gone");
            assertThat(third.await()).isEqualTo("x");
            assertThat(ran).hasValue(0);
            assertThatThrownBy(second::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("not needed");
        });
    }

    @Test
    void cancel_whileItRuns_doesNotInterrupt_andDropsTheResult() {
        EventLoop.run(() -> {
            AtomicInteger interrupts = new AtomicInteger();
            Future<String> running = loop().runInExecutor(pool, () -> {
                String result = waitForGo();
                interrupts.set(Thread.interrupted() ? 1 : 2);
                return result;
            });
            Async.blocking(() -> begun.await());
            assertThat(running.cancel()).isTrue();
            go.countDown();
            assertThat(loop().runInExecutor(pool, X).await()).isEqualTo("x");
            assertThat(interrupts).hasValue(2);
            assertThat(running.isCancelled()).isTrue();
        });
    }

    @Test
    void cancel_whileItRuns_dropsTheException() {
        List<Throwable> reported = new ArrayList<>();
        EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reported.add(e))
                .build();
        try (loop) {
            loop.runUntilComplete(() -> {
                Future<Void> running = loop.runInExecutor(pool, () -> {
                    waitForGo();
                    throw new IOException("too late");
                });
                Async.blocking(() -> begun.await());
                running.cancel();
                go.countDown();
                loop.runInExecutor(pool, X).await();
            });
        }
        assertThat(reported).isEmpty();
    }

    @Test
    void cancelOfTheTaskThatWaits_cancelsTheCall() {
        EventLoop.run(() -> {
            AtomicInteger ran = new AtomicInteger();
            Future<String> first = loop().runInExecutor(pool, this::waitForGo);
            Task<Integer> task = createTask(
                    () -> loop().runInExecutor(pool, ran::incrementAndGet).await());
            yieldNow();
            task.cancel();
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
            assertThat(task.isCancelled()).isTrue();
            go.countDown();
            first.await();
            loop().runInExecutor(pool, X).await();
            assertThat(ran).hasValue(0);
        });
    }

    @Test
    void timeout_leavesARunningBody() {
        EventLoop.run(() -> {
            Future<String> running = loop().runInExecutor(pool, this::waitForGo);
            assertThatThrownBy(() -> running.await(Duration.ofMillis(1))).isInstanceOf(TimeoutException.class);
            assertThat(running.isDone()).isFalse();
            assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(1), () -> running.await()))
                    .isInstanceOf(TimeoutException.class);
            assertThat(running.isCancelled()).isTrue();
        });
    }

    @Test
    void result_givenBySomebodyElse_counts() {
        EventLoop.run(() -> {
            AtomicInteger ran = new AtomicInteger();
            Future<String> first = loop().runInExecutor(pool, this::waitForGo);
            Future<Integer> second = loop().runInExecutor(pool, ran::incrementAndGet);
            second.complete(42);
            go.countDown();
            first.await();
            loop().runInExecutor(pool, X).await();
            assertThat(second.await()).isEqualTo(42);
            assertThat(ran).hasValue(0);
        });
    }

    // ---------------------------------------------------------------- ends

    @Test
    void shutdownNow_interruptsTheRunning_andHandsBackWhatCanBeCancelled() {
        EventLoop.run(() -> {
            Future<String> running = loop().runInExecutor(pool, this::waitForGo);
            Future<String> waiting = loop().runInExecutor(pool, X);
            Async.blocking(() -> begun.await());
            for (Runnable dropped : pool.shutdownNow()) {
                ((java.util.concurrent.Future<?>) dropped).cancel(false);
            }
            assertThatThrownBy(running::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("interrupted")
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThatThrownBy(waiting::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("cancelled by its executor");
        });
    }

    @Test
    void loopThatCloses_leavesTheBody_andItsThreadSeesNoException() {
        EventLoop loop = EventLoop.create();
        CompletableFuture<CompletableFuture<String>> view = new CompletableFuture<>();
        Bystander<String> runner = Bystander.call(
                "runner",
                () -> loop.runUntilComplete(() -> {
                    Future<String> running = loop.runInExecutor(pool, this::waitForGo);
                    loop.runInExecutor(pool, X);
                    view.complete(running.toCompletableFuture());
                    return running.await();
                }));
        Bystander.await(begun);
        loop.close();
        assertThatThrownBy(runner::join).isInstanceOf(CancelledException.class);
        assertThatThrownBy(view.join()::join).hasRootCauseMessage("event loop '" + loop.name() + "' is closing");
        go.countDown(); // endPool() waits for both bodies
    }

    @Test
    void loopThatIsIdle_getsTheResultInTheNextRun() {
        try (EventLoop loop = EventLoop.create()) {
            Future<String> running = loop.runUntilComplete(() -> loop.runInExecutor(pool, this::waitForGo));
            go.countDown();
            assertThat(loop.runUntilComplete(running)).isEqualTo("gone");
        }
    }

    /** The cancel comes from the loop, the start and the end from the pool: whoever is first decides, and nobody waits for ever. */
    @Test
    void cancel_racesWithTheBody() {
        EventLoop.run(() -> {
            for (int i = 0; i < 5_000; i++) {
                AtomicInteger ran = new AtomicInteger();
                Future<Integer> result = loop().runInExecutor(pool, ran::incrementAndGet);
                if (i % 2 == 0) {
                    yieldNow();
                }
                boolean cancelled = result.cancel();
                assertThat(result.isCancelled()).isEqualTo(cancelled);
                if (!cancelled) {
                    assertThat(result.resultNow()).isEqualTo(1);
                }
            }
            assertThat(loop().runInExecutor(pool, X).await()).isEqualTo("x");
        });
    }
}
