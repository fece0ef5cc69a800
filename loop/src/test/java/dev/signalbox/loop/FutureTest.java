// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A result that is not there yet. */
final class FutureTest {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    private final Steps steps = new Steps();
    private final Future<String> future = new Future<>();
    private final List<String> reports = new ArrayList<>();

    // ---------------------------------------------------------------- completing

    @Test
    void complete_givesTheResult() {
        EventLoop.run(() -> {
            assertThat(future.state()).isEqualTo(Future.State.PENDING);
            assertThat(future.isDone()).isFalse();
            assertThat(future).asString().endsWith(" [pending]");

            assertThat(future.complete("x")).isTrue();

            assertThat(future.state()).isEqualTo(Future.State.SUCCEEDED);
            assertThat(future.isDone()).isTrue();
            assertThat(future.isCancelled()).isFalse();
            assertThat(future.resultNow()).isEqualTo("x");
            assertThat(future.await()).isEqualTo("x");
            assertThat(future).asString().endsWith(" [succeeded]");
        });
    }

    @Test
    void complete_null_isAResult() {
        EventLoop.run(() -> {
            var waiter = createTask(() -> future.await());
            yieldNow();
            future.complete(null);
            assertThat(waiter.await()).isNull();
            assertThat(future.resultNow()).isNull();
            assertThat(future.state()).isEqualTo(Future.State.SUCCEEDED);
        });
    }

    @Test
    void fail_checked_isWrappedByAwaitOnly() {
        EventLoop.run(() -> {
            var failure = new IOException("planned");
            assertThat(future.fail(failure)).isTrue();

            assertThat(future.state()).isEqualTo(Future.State.FAILED);
            assertThat(future.exceptionNow()).isSameAs(failure);
            assertThatThrownBy(future::await)
                    .isExactlyInstanceOf(CompletionException.class)
                    .hasCause(failure);
            assertThatThrownBy(() -> future.await(SHORT))
                    .isExactlyInstanceOf(CompletionException.class)
                    .hasCause(failure);
            assertThat(future).asString().endsWith(" [failed]");
        });
    }

    @Test
    void fail_uncheckedOrError_isThrownAsItIs() {
        EventLoop.run(() -> {
            for (Throwable failure : List.of(new IllegalStateException("planned"), new AssertionError("planned"))) {
                var failed = new Future<String>();
                failed.fail(failure);
                assertThatThrownBy(failed::await).isSameAs(failure);
            }
        });
    }

    @Test
    void fail_null_isRefused() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> future.fail(null))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessage("exception");
            assertThat(future.isDone()).isFalse();
        });
    }

    @Test
    void completedTwice_throwsAndKeepsTheFirst() {
        EventLoop.run(() -> {
            future.complete("x");
            List<ThrowingCallable> calls =
                    List.of(() -> future.complete("y"), () -> future.fail(new IllegalStateException("planned")));
            assertThat(calls)
                    .allSatisfy(call -> assertThatThrownBy(call)
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessage("future is already done: " + future));
            assertThat(future.resultNow()).isEqualTo("x");
            assertThat(future.cancel()).isFalse();
        });
    }

    @Test
    void completedAfterFail_throws() {
        EventLoop.run(() -> {
            future.fail(new IllegalStateException("planned"));
            assertThatThrownBy(() -> future.complete("x")).hasMessage("future is already done: " + future);
            assertThatThrownBy(future::await).hasMessage("planned");
        });
    }

    @Test
    void completedAfterCancel_isARace_notAnError() {
        EventLoop.run(() -> {
            assertThat(future.cancel()).isTrue();
            assertThat(future.cancel()).isFalse();
            assertThat(future.complete("x")).isFalse();
            assertThat(future.fail(new IllegalStateException("planned"))).isFalse();
            assertThat(future.isCancelled()).isTrue();
            assertThat(future.state()).isEqualTo(Future.State.CANCELLED);
            assertThat(future).asString().endsWith(" [cancelled]");
        });
    }

    @Test
    void nowMethods_saysWhatIsMissing() {
        EventLoop.run(() -> {
            assertThatThrownBy(future::resultNow)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("future has no result: " + future);
            assertThatThrownBy(future::exceptionNow)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("future has no exception: " + future);
            future.cancel();
            assertThatThrownBy(future::resultNow).hasMessage("future has no result: " + future);
            assertThatThrownBy(future::exceptionNow).hasMessage("future has no exception: " + future);
            var succeeded = new Future<String>();
            succeeded.complete("x");
            assertThatThrownBy(succeeded::exceptionNow).hasMessage("future has no exception: " + succeeded);
        });
    }

    // ---------------------------------------------------------------- waiting

    @Test
    void await_done_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            future.complete("x");
            createTask(() -> steps.at(2));
            future.await();
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    @InOrder
    void waiters_goOnInTheOrderInWhichTheyCame_andNotInline() {
        EventLoop.run(() -> {
            for (int i = 0; i < 3; i++) {
                int step = 2 + i;
                createTask(() -> {
                    assertThat(future.await()).isEqualTo("x");
                    steps.at(step);
                });
            }
            yieldNow();
            future.complete("x");
            steps.at(1);
            yieldNow();
            steps.done(5);
        });
    }

    @Test
    void cancel_waitersGetTheMessageAndTheSource() {
        EventLoop.run(() -> {
            var waiter = createTask(() -> assertThatThrownBy(future::await)
                    .isInstanceOfSatisfying(CancelledException.class, e -> {
                        assertThat(e).hasMessage("enough").isInstanceOf(CancellationException.class);
                        assertThat(e.source()).isSameAs(future);
                    }));
            yieldNow();
            future.cancel("enough");
            waiter.await();
            assertThatThrownBy(future::await).hasMessage("enough");
        });
    }

    @Test
    void await_inACallback_isRefused_alsoWhenDone() {
        EventLoop.run(() -> {
            future.complete("x");
            Steps.inCallback(() -> assertThatThrownBy(future::await)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("Future.await() in a callback: only tasks can wait, use createTask"));
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void await_noTime_doesNotWait(long seconds) throws TimeoutException {
        EventLoop.run(() -> {
            createTask(() -> steps.at(2));
            Duration timeout = Duration.ofSeconds(seconds);
            assertThatThrownBy(() -> future.await(timeout))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessage(future + " had no result after " + timeout);
            future.complete("x");
            assertThat(future.await(timeout)).isEqualTo("x");
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void await_timeIsUp_doesNotCancel() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> future.await(SHORT)).isInstanceOf(TimeoutException.class);
            assertThat(future.isDone()).isFalse();
            assertThat(future.complete("x")).isTrue();
        });
    }

    @Test
    void await_hugeTimeout_getsTheResult() {
        EventLoop.run(() -> {
            var waiter = createTask(() -> future.await(HUGE));
            yieldNow();
            future.complete("x");
            assertThat(waiter.await()).isEqualTo("x");
            assertThatThrownBy(() -> future.await(null))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessage("timeout");
        });
    }

    @Test
    @InOrder
    void await_timeIsUp_afterACancelThatTheChildIsStillCleaningUpFor_theCancelIsNotLost() {
        EventLoop.run(() -> {
            var cleanedUp = new Future<Void>();
            var child = createTask(() -> {
                try {
                    new Future<Void>().await();
                } finally {
                    cleanedUp.await();
                }
            });
            var waiter = createTask(() -> child.await(SHORT));
            yieldNow();
            waiter.cancel("stop"); // passed on to the child, which takes its time
            yieldNow();
            assertThat(child.isDone()).isFalse();
            assertThatThrownBy(waiter::await)
                    .isInstanceOfSatisfying(
                            CancelledException.class, e -> assertThat(e).hasMessage("stop"));
            assertThat(waiter.isCancelled()).isTrue();
            cleanedUp.complete(null);
            yieldNow();
            assertThat(child.isCancelled()).isTrue();
        });
    }

    // ---------------------------------------------------------------- cancel of a waiter

    @Test
    void cancelledWaiter_cancelsTheFuture_andTheOthersFail() {
        EventLoop.run(() -> {
            var first = createTask(() -> future.await());
            var second = createTask(() -> future.await());
            Steps.settle();
            first.cancel("stop");
            assertThat(future.isCancelled()).isTrue();
            assertThatThrownBy(second::await)
                    .isInstanceOfSatisfying(
                            CancelledException.class,
                            e -> assertThat(e.source()).isSameAs(future));
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
            assertThat(second.state()).isEqualTo(Future.State.FAILED);
        });
    }

    @Test
    void cancelledWaiter_ofADoneFuture_isCancelledItself() {
        EventLoop.run(() -> {
            var waiter = createTask(() -> future.await());
            Steps.settle();
            future.complete("x");
            waiter.cancel();
            Steps.settle();
            assertThat(waiter.isCancelled()).isTrue();
            assertThat(future.resultNow()).isEqualTo("x");
        });
    }

    // ---------------------------------------------------------------- whenDone

    @Test
    @InOrder
    void whenDone_isCalledInTheOrderOfRegistration_neverInline() {
        EventLoop.run(() -> {
            future.whenDone(f -> {
                assertThat(f).isSameAs(future);
                steps.at(2);
            });
            var waiter = createTask(() -> {
                future.await();
                steps.at(3);
            });
            yieldNow();
            future.whenDone(f -> steps.at(4));
            future.complete("x");
            future.whenDone(f -> steps.at(5)); // done already
            steps.at(1);
            yieldNow();
            steps.done(6);
            waiter.await();
        });
    }

    @Test
    void whenDone_runsAsACallback() {
        EventLoop.run(() -> {
            var seen = new Future<Throwable>();
            future.whenDone(f -> {
                try {
                    Async.currentTask();
                } catch (IllegalStateException e) {
                    seen.complete(e);
                }
            });
            future.cancel();
            assertThat(seen.await()).hasMessageContaining("in a callback");
        });
    }

    @Test
    void whenDone_cancelledHandle_isNotCalled() {
        EventLoop.run(() -> {
            Handle handle = future.whenDone(f -> steps.at(99));
            future.whenDone(f -> steps.at(1));
            handle.cancel();
            assertThat(handle.isCancelled()).isTrue();
            future.complete("x");
            Handle late = future.whenDone(f -> steps.at(99));
            late.cancel();
            Steps.settle();
            steps.done(2);
        });
    }

    @ParameterizedTest
    @InOrder
    @CsvSource({"0, '1, 2'", "1, '0, 2'", "2, '0, 1'"})
    void whenDone_oneOfThreeCalledOff_theOthersAreCalledInOrder(int which, String others) {
        EventLoop.run(() -> {
            List<Integer> called = new ArrayList<>();
            List<Handle> handles = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int id = i;
                handles.add(future.whenDone(f -> called.add(id)));
            }
            handles.get(which).cancel();
            handles.get(which).cancel(); // changes nothing more
            future.complete("x");
            yieldNow();
            assertThat(called).hasToString("[" + others + "]");
        });
    }

    @Test
    @InOrder
    void whenDone_calledOffByAnEarlierCallback_isNotCalled() {
        EventLoop.run(() -> {
            List<Handle> later = new ArrayList<>();
            future.whenDone(f -> {
                steps.at(1);
                later.forEach(Handle::cancel);
            });
            later.add(future.whenDone(f -> steps.at(99)));
            future.whenDone(f -> steps.at(2));
            later.add(future.whenDone(f -> steps.at(99)));
            future.complete("x");
            yieldNow();
            steps.done(3);
        });
    }

    @Test
    @InOrder
    void whenDone_inACallback_isCalledInALaterTurn() {
        EventLoop.run(() -> {
            future.whenDone(f -> {
                steps.at(1);
                f.whenDone(again -> steps.at(3));
            });
            future.whenDone(f -> steps.at(2));
            future.complete("x");
            yieldNow();
            yieldNow();
            steps.done(4);
        });
    }

    @Test
    void whenDone_failingCallback_isReported_andTheOthersAreCalled() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                future.whenDone(f -> {
                    throw new IllegalStateException("planned");
                });
                future.whenDone(f -> steps.at(1));
                future.complete("x");
                Steps.settle();
                steps.done(2);
            });
        }
        assertThat(reports).containsExactly("planned");
    }

    @Test
    void whenDone_null_isRefused() {
        EventLoop.run(() -> assertThatThrownBy(() -> future.whenDone((Consumer<Future<String>>) null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("callback"));
    }

    // ---------------------------------------------------------------- toCompletableFuture

    @Test
    void toCompletableFuture_followsTheFuture_inATurnOfItsOwn() {
        EventLoop.run(() -> {
            var view = future.toCompletableFuture();
            view.thenRun(() -> steps.at(2));
            future.complete("x");
            steps.at(1);
            assertThat(view).isNotDone();
            Steps.settle();
            assertThat(view).isCompletedWithValue("x");
            steps.done(3);
        });
    }

    @Test
    void toCompletableFuture_failure_isKeptAsItIs() {
        EventLoop.run(() -> {
            var failure = new IOException("planned");
            var view = future.toCompletableFuture();
            future.fail(failure);
            Async.blocking(() -> assertThatThrownBy(view::get)
                    .isExactlyInstanceOf(ExecutionException.class)
                    .hasCause(failure));
        });
    }

    @Test
    void toCompletableFuture_cancel_goesOneWay() {
        EventLoop.run(() -> {
            var cancelledView = future.toCompletableFuture();
            var view = future.toCompletableFuture();
            assertThat(Waiters.of(future)).isEqualTo(2);
            cancelledView.cancel(true);
            assertThat(Waiters.of(future)).isEqualTo(1); // none stays behind in a future that may live long
            assertThat(future.isDone()).isFalse();
            future.cancel("enough");
            Steps.settle();
            assertThat(view).isCancelled();
        });
    }

    /** Neither by the future nor by the loop, which completes what is left when it closes. */
    @Test
    @Once
    void toCompletableFuture_cancelled_isNotKept() {
        EventLoop.run(() -> {
            var view = new WeakReference<>(future.toCompletableFuture());
            cancel(view);
            Async.blocking(() -> Bystander.awaitUntil("collected", () -> {
                System.gc();
                return view.get() == null;
            }));
            assertThat(future.isDone()).isFalse();
        });
    }

    private static void cancel(WeakReference<CompletableFuture<String>> view) {
        var target = view.get();
        assertThat(target).isNotNull();
        target.cancel(true);
    }

    @Test
    void toCompletableFuture_waitingOnTheLoop_throws() {
        EventLoop.run(() -> {
            var view = future.toCompletableFuture();
            List<ThrowingCallable> waits =
                    List.of(view::get, view::join, view.thenApply(x -> x)::join, () -> view.get(1, TimeUnit.DAYS));
            assertThat(waits)
                    .allSatisfy(wait -> assertThatThrownBy(wait)
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("could never end"));
        });
    }

    // ---------------------------------------------------------------- failures that nobody asked for

    @Test
    void unobservedFailure_isReportedAtClose() {
        var failure = new IOException("planned");
        var seen = new ArrayList<Throwable>();
        var what = new ArrayList<String>();
        try (EventLoop loop = EventLoop.builder()
                .name("prices")
                .exceptionHandler((text, e) -> {
                    what.add(text);
                    seen.add(e);
                })
                .build()) {
            loop.runUntilComplete(() -> {
                future.fail(failure);
            });
        }
        assertThat(seen).containsExactly(failure);
        assertThat(what).singleElement().asString().contains("prices").contains("nobody asked for");
    }

    @Test
    void observedFailure_isNotReported() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                assertThatThrownBy(failed()::await).hasMessage("planned");
                assertThatThrownBy(() -> failed().await(Duration.ZERO)).hasMessage("planned");
                assertThat(failed().exceptionNow()).hasMessage("planned");
                failed().whenDone(f -> {});
                failed().toCompletableFuture();
                var later = new Future<String>();
                later.whenDone(f -> {});
                later.fail(new IllegalStateException("planned"));
                Steps.settle(); // whoever is to be told has to have a turn
            });
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void askingInVain_isNotBeingTold() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                future.whenDone(f -> steps.at(99)).cancel();
                future.fail(new IllegalStateException("callback called off"));

                var awaited = new Future<String>();
                var waiter = createTask(() -> awaited.await());
                Steps.settle();
                awaited.fail(new IllegalStateException("waiter cancelled"));
                waiter.cancel();
                Steps.settle();
                assertThat(waiter.isCancelled()).isTrue();

                var viewed = new Future<String>();
                var view = viewed.toCompletableFuture();
                viewed.fail(new IllegalStateException("view cancelled"));
                view.cancel(true); // before it hears of the failure
                Steps.settle();
            });
        }
        assertThat(reports).containsExactlyInAnyOrder("callback called off", "waiter cancelled", "view cancelled");
    }

    @Test
    void lookingAtTheState_isNotAsking() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var failed = failed();
                assertThat(failed.isDone()).isTrue();
                assertThat(failed.state()).isEqualTo(Future.State.FAILED);
                assertThatThrownBy(failed::resultNow).isInstanceOf(IllegalStateException.class);
                assertThat(failed.cancel()).isFalse(); // asyncio takes that for asking
            });
        }
        assertThat(reports).containsExactly("planned");
    }

    @Test
    void otherEnds_areNotReported() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                future.cancel();
                new Future<String>().complete("x");
                assertThat(new Future<String>().isDone()).isFalse();
            });
        }
        assertThat(reports).isEmpty();
    }

    private static Future<String> failed() {
        var failed = new Future<String>();
        failed.fail(new IllegalStateException("planned"));
        return failed;
    }

    private EventLoop reporting() {
        return EventLoop.builder()
                .exceptionHandler((what, e) -> reports.add(e.getMessage()))
                .build();
    }
}
