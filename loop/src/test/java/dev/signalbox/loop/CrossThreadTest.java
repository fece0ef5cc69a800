// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.loop.internal.Failures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What other threads send into a loop that runs: nothing is lost, nothing overtakes, and every result comes back. */
@Timeout(60)
final class CrossThreadTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final EventLoop loop = EventLoop.builder().name("home").build();
    private Bystander<Void> runner;

    @BeforeEach
    void run() {
        runner = Bystander.start(loop::runForever);
    }

    @AfterEach
    void close() {
        Bystander.start(loop::close).join();
        try {
            runner.join();
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("'home' is clos"); // it was closed before it began to run
        }
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(Bystander.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw Failures.<RuntimeException>sneaky(e.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    // ---------------------------------------------------------------- execute

    @Test
    @InOrder
    void execute_storm_eachThreadsCallsRunInItsOrder() {
        int senders = 4;
        int calls = 100_000;
        int[] seen = new int[senders];
        AtomicInteger outOfOrder = new AtomicInteger();
        List<Bystander<Void>> threads = new ArrayList<>();
        for (int i = 0; i < senders; i++) {
            int sender = i;
            threads.add(Bystander.start(() -> {
                for (int n = 0; n < calls; n++) {
                    int number = n;
                    loop.execute(() -> {
                        if (seen[sender]++ != number) {
                            outOfOrder.incrementAndGet();
                        }
                    });
                }
            }));
        }
        threads.forEach(Bystander::join);
        int[] result = get(loop.submit(() -> seen.clone()));
        assertThat(result).containsOnly(calls);
        assertThat(outOfOrder).hasValue(0);
    }

    /** The loop sleeps before each: a wake-up that is lost once hangs here. */
    @Test
    @Once
    void execute_idlePingPong_losesNoWakeUp() {
        for (int i = 0; i < 3_000; i++) {
            int ping = i;
            CompletableFuture<Integer> answer = new CompletableFuture<>();
            if (i % 2 == 0) {
                loop.execute(() -> answer.complete(ping));
            } else {
                loop.callSoonThreadSafe(() -> answer.complete(ping));
            }
            assertThat(get(answer)).isEqualTo(ping);
        }
    }

    @Test
    void execute_wakesALoopThatSleepsUntilATimer() {
        loop.execute(() -> loop.callLater(LONG, () -> {}));
        for (int i = 0; i < 500; i++) {
            CompletableFuture<EventLoop> answer = new CompletableFuture<>();
            loop.execute(() -> answer.complete(EventLoop.current()));
            assertThat(get(answer)).isSameAs(loop);
        }
    }

    @Test
    void stage_completedByAThread_wakesTheTask() {
        for (int i = 0; i < 1_000; i++) {
            CompletableFuture<String> stage = new CompletableFuture<>();
            CompletableFuture<String> result = loop.submit(() -> Async.<String>await(stage));
            stage.complete("by a thread");
            assertThat(get(result)).isEqualTo("by a thread");
        }
    }

    @Test
    void blocking_comesBackToALoopThatSleeps() {
        for (int i = 0; i < 500; i++) {
            CountDownLatch latch = new CountDownLatch(1);
            CompletableFuture<String> result = loop.submit(() -> {
                Async.blocking(() -> Bystander.await(latch));
                return "back";
            });
            latch.countDown();
            assertThat(get(result)).isEqualTo("back");
        }
    }

    // ---------------------------------------------------------------- submit

    @Test
    void submit_givesResultsAndFailures_asTheyAre() {
        IOException failure = new IOException("checked");
        assertThat(get(loop.submit(() -> "result"))).isEqualTo("result");
        assertThat(get(loop.submit(() -> (String) null))).isNull();
        assertThat(get(loop.submit(() -> Async.sleep(Duration.ofMillis(1))))).isNull();
        CompletableFuture<String> failed = loop.submit(() -> {
            throw failure;
        });
        assertThatThrownBy(() -> get(failed)).isSameAs(failure);
        assertThatThrownBy(failed::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isSameAs(failure);
    }

    @Test
    void submit_cancelled_cancelsTheTask() {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<String> ended = new CompletableFuture<>();
        CompletableFuture<Void> result = loop.submit(() -> {
            try {
                begun.countDown();
                Async.sleep(LONG);
            } catch (CancelledException e) {
                ended.complete("cancelled");
                throw e;
            }
        });
        Bystander.await(begun);
        assertThat(result.cancel(true)).isTrue();
        assertThat(get(ended)).isEqualTo("cancelled");
        assertThat(get(loop.submit(() -> loop.allTasks().size()))).isEqualTo(1);
    }

    @Test
    void submit_cancelledBeforeItsTurn_neverStarts() {
        AtomicInteger started = new AtomicInteger();
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        loop.execute(() -> {
            holding.countDown();
            Bystander.await(hold);
        });
        Bystander.await(holding);
        CompletableFuture<Integer> result = loop.submit(started::incrementAndGet);
        result.cancel(false);
        hold.countDown();
        get(loop.submit(() -> "after it"));
        assertThat(started).hasValue(0);
        assertThatThrownBy(result::join).isInstanceOf(CancellationException.class);
    }

    @Test
    void submit_taskThatEndsCancelled_cancelsTheResult() {
        CompletableFuture<Void> result = loop.submit(() -> {
            Async.currentTask().cancel("by itself");
            Async.yieldNow();
        });
        assertThatThrownBy(result::join).isInstanceOf(CancellationException.class);
        assertThat(result.isCancelled()).isTrue();
    }

    @Test
    void waitingForAResult_onTheLoopItself_throws() {
        String message =
                "waiting on loop 'home' for a result of its own could never end: use await(), or wait in Async.blocking";
        get(loop.submit(() -> {
            CompletableFuture<String> view = new Future<String>().toCompletableFuture();
            CompletableFuture<String> submitted = loop.submit(() -> "later");
            CompletableFuture<Integer> dependent = submitted.thenApply(String::length);
            for (CompletableFuture<?> future : List.of(view, submitted, dependent)) {
                assertThatThrownBy(future::get)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage(message);
                assertThatThrownBy(future::join)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage(message);
                assertThatThrownBy(() -> future.get(1, TimeUnit.HOURS))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage(message);
            }
            String awaitedOffTheLoop = Async.blocking(() -> submitted.get());
            assertThat(awaitedOffTheLoop).isEqualTo("later");
            assertThat(submitted.join()).isEqualTo("later");
            assertThat(Async.<Integer>await(dependent)).isEqualTo(5);
        }));
    }

    /** Whatever is made from such a future by its own methods knows the loop too. */
    @Test
    @Once
    void waitingForAStageOfAResult_onTheLoopItself_throws() {
        get(loop.submit(() -> {
            Future<String> pending = new Future<>();
            CompletableFuture<String> plain = new CompletableFuture<>();
            for (CompletableFuture<String> source :
                    List.of(pending.toCompletableFuture(), loop.<String>submit(() -> pending.await()))) {
                for (CompletableFuture<?> stage : List.of(
                        source.toCompletableFuture(),
                        source.orTimeout(1, TimeUnit.HOURS),
                        source.completeOnTimeout("x", 1, TimeUnit.HOURS),
                        source.copy(),
                        source.newIncompleteFuture(),
                        source.thenCombine(plain, String::concat),
                        source.thenCompose(x -> plain),
                        source.applyToEither(plain, x -> x),
                        source.thenAcceptBoth(plain, (x, y) -> {}),
                        source.handleAsync((x, e) -> x, Runnable::run).thenRun(() -> {}),
                        source.exceptionally(e -> "x").whenComplete((x, e) -> {}))) {
                    assertRefusesToWait(stage);
                }
            }
            Steps.inCallback(() -> assertRefusesToWait(loop.submit(() -> "later")));
            assertThat(pending.cancel()).isTrue();
        }));
    }

    private static void assertRefusesToWait(CompletableFuture<?> future) {
        String message = "waiting on loop 'home' for a result of its own could never end";
        assertThatThrownBy(future::get)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(message);
        assertThatThrownBy(() -> future.get(0, TimeUnit.NANOSECONDS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(message);
        assertThatThrownBy(future::join)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(message);
        assertThat(future.getNow(null)).isNull();
    }

    /** The JDK's static methods make plain futures, which cannot know; a task awaits them. */
    @Test
    void allOfAndAnyOf_ofResults_canBeAwaited() {
        get(loop.submit(() -> {
            CompletableFuture<String> first = loop.submit(() -> "first");
            CompletableFuture<String> second = loop.submit(() -> "second");
            Async.await(CompletableFuture.allOf(first, second));
            assertThat(first.join() + second.join()).isEqualTo("firstsecond");
            CompletableFuture<String> third = loop.submit(() -> "third");
            assertThat(Async.<Object>await(CompletableFuture.anyOf(third))).isEqualTo("third");
            CompletableFuture<String> fourth = loop.submit(() -> "fourth");
            Async.blocking(() -> CompletableFuture.allOf(fourth).join());
            assertThat(fourth.join()).isEqualTo("fourth");
        }));
    }

    @Test
    void waitingForAResultOfAnotherLoop_isWaiting() {
        try (EventLoop other = EventLoop.create()) {
            Bystander<Void> otherRunner = Bystander.start(other::runForever);
            assertThat(get(loop.submit(() -> other.submit(() -> "there").join())))
                    .isEqualTo("there");
            other.stop();
            otherRunner.join();
        }
    }

    @Test
    void dependents_runOnTheLoop_asCallbacks() {
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        loop.execute(() -> {
            holding.countDown();
            Bystander.await(hold);
        });
        Bystander.await(holding);
        CompletableFuture<String> seen = loop.submit(() -> "x").thenApply(x -> {
            assertThatThrownBy(Async::currentTask)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in a callback");
            return EventLoop.current() == loop ? "on the loop" : "elsewhere";
        });
        hold.countDown();
        assertThat(get(seen)).isEqualTo("on the loop");
    }

    @Test
    void view_cancelled_leavesTheFutureAlone() {
        get(loop.submit(() -> {
            Future<String> future = new Future<>();
            CompletableFuture<String> view = future.toCompletableFuture();
            CompletableFuture<String> other = future.toCompletableFuture();
            view.cancel(true);
            Async.yieldNow();
            assertThat(future.isDone()).isFalse();
            future.complete("x");
            assertThat(Async.<String>await(other)).isEqualTo("x");
            assertThat(view.isCancelled()).isTrue();
        }));
    }

    @Test
    void twoLoops_sendToEachOther() {
        EventLoop other = EventLoop.create();
        Bystander<Void> otherRunner = Bystander.start(other::runForever);
        Bystander.awaitUntil("running", other::isRunning);
        int result = get(loop.submit(() -> {
            int sum = 0;
            for (int i = 0; i < 500; i++) {
                int n = i;
                sum += Async.<Integer>await(other.submit(() -> Async.<Integer>await(loop.submit(() -> n))));
            }
            return sum;
        }));
        assertThat(result).isEqualTo(499 * 500 / 2);
        other.close();
        otherRunner.join();
    }
}
