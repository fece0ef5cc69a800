// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.gather;
import static dev.signalbox.loop.Async.shield;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A future that may be cancelled without the one that it follows. */
@Timeout(60)
final class ShieldTest {
    private final Steps steps = new Steps();
    private final List<String> reports = new ArrayList<>();

    // ---------------------------------------------------------------- following

    @Test
    void result_isTheSame() {
        EventLoop.run(() -> {
            var inner = new Future<String>();
            var outer = shield(inner);
            assertThat(outer).isNotSameAs(inner);
            assertThat(outer.isDone()).isFalse();
            inner.complete("x");
            assertThat(outer.resultNow()).isEqualTo("x");
            assertThat(shield(createTask(() -> (String) null)).await()).isNull();
        });
    }

    @Test
    void failure_isTheSame() {
        EventLoop.run(() -> {
            var failure = new IOException("planned");
            var inner = new Future<String>();
            var outer = shield(inner);
            inner.fail(failure);
            assertThat(outer.exceptionNow()).isSameAs(failure);
            assertThatThrownBy(outer::await)
                    .isExactlyInstanceOf(CompletionException.class)
                    .hasCause(failure);
        });
    }

    @Test
    void innerCancelled_soIsTheShield() {
        EventLoop.run(() -> {
            var inner = createTask(() -> new Future<Void>().await());
            var outer = shield(inner);
            yieldNow();
            inner.cancel("enough");
            assertThat(outer.isDone()).isFalse(); // a task is cancelled when it has ended
            assertThatThrownBy(outer::await).isInstanceOfSatisfying(CancelledException.class, e -> {
                assertThat(e.source()).isSameAs(outer);
                assertThat(e).hasMessage("enough");
            });
            assertThat(Async.currentTask().cancelling()).isZero();
        });
    }

    @Test
    void doneAlready_isItsOwnShield() {
        EventLoop.run(() -> {
            var done = new Future<String>();
            done.complete("x");
            var failed = new Future<String>();
            failed.fail(new IllegalStateException("planned"));
            assertThat(shield(done)).isSameAs(done);
            assertThat(shield(failed)).isSameAs(failed);
            assertThatThrownBy(failed::await).hasMessage("planned");
        });
    }

    @Test
    void severalShields_areIndependent() {
        EventLoop.run(() -> {
            var inner = new Future<String>();
            var cancelled = shield(inner);
            var kept = shield(inner);
            var nested = shield(kept);
            cancelled.cancel();
            inner.complete("x");
            assertThat(cancelled.isCancelled()).isTrue();
            assertThat(nested.resultNow()).isEqualTo("x");
        });
    }

    // ---------------------------------------------------------------- cancel

    @Test
    void cancel_ofTheShield_leavesTheInnerAlone_andNothingBehind() {
        EventLoop.run(() -> {
            var inner = new Future<String>();
            var outer = shield(inner);
            assertThat(Waiters.of(inner)).isEqualTo(1);
            outer.cancel();
            assertThat(outer.isCancelled()).isTrue();
            assertThat(inner.isDone()).isFalse();
            assertThat(Waiters.of(inner)).isZero();
            inner.complete("x");
            assertThat(outer.isCancelled()).isTrue();
        });
    }

    @Test
    void cancel_ofTheWaitingTask_reachesTheShieldOnly() {
        EventLoop.run(() -> {
            var gate = new Future<Void>();
            var inner = createTask(() -> {
                gate.await();
                steps.at(2);
            });
            var outer = createTask(() -> {
                shield(inner).await();
                steps.at(99);
            });
            yieldNow();
            outer.cancel("stop");
            assertThatThrownBy(outer::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("stop");
            assertThat(outer.isCancelled()).isTrue();
            assertThat(inner.cancelling()).isZero();
            steps.at(1);
            gate.complete(null);
            inner.await();
            steps.done(3);
        });
    }

    @Test
    void cancelPending_beforeTheWait_reachesTheShieldOnly() {
        EventLoop.run(() -> {
            var inner = createTask(() -> new Future<Void>().await());
            var outer = createTask(() -> {
                Async.currentTask().cancel();
                shield(inner).await();
            });
            assertThatThrownBy(outer::await).isInstanceOf(CancelledException.class);
            assertThat(outer.isCancelled()).isTrue();
            assertThat(inner.cancelling()).isZero();
            assertThat(Waiters.of(inner)).isZero();
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2})
    void timeIsUp_endsTheWaitOnly(long millis) {
        EventLoop.run(() -> {
            var inner = createTask(() -> new Future<Void>().await());
            var outer = shield(inner);
            assertThatThrownBy(() -> Async.timeout(Duration.ofMillis(millis), () -> outer.await()))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertThat(outer.isCancelled()).isTrue();
            assertThat(inner.cancelling()).isZero();
            assertThat(Waiters.of(inner)).isZero();
        });
    }

    @Test
    void blockingTask_isNotInterrupted() {
        EventLoop.run(() -> {
            var gate = new dev.signalbox.core.Event();
            var inner = createTask(() -> Async.blocking(() -> {
                gate.await();
                return "x";
            }));
            var outer = createTask(() -> shield(inner).await());
            yieldNow();
            outer.cancel();
            assertThatThrownBy(outer::await).isInstanceOf(CancelledException.class);
            gate.set();
            assertThat(inner.await()).isEqualTo("x");
        });
    }

    @Test
    void shieldOfATaskThatGathers_keepsAllOfThem() {
        EventLoop.run(() -> {
            var futures = List.of(new Future<Integer>(), new Future<Integer>());
            var inner = createTask(() -> gather(futures));
            var outer = shield(inner);
            yieldNow();
            outer.cancel();
            yieldNow();
            futures.get(0).complete(1);
            futures.get(1).complete(2);
            assertThat(inner.await()).containsExactly(1, 2);
        });
    }

    @Test
    void gatherOfShields_cancelled_reachesTheShieldsOnly() {
        EventLoop.run(() -> {
            var futures = List.of(new Future<Integer>(), new Future<Integer>());
            var shields = List.of(shield(futures.get(0)), shield(futures.get(1)));
            var caller = createTask(() -> gather(shields));
            Steps.settle();
            caller.cancel();
            assertThatThrownBy(caller::await).isInstanceOf(CancelledException.class);
            assertThat(shields).allMatch(Future::isCancelled);
            assertThat(futures).noneMatch(Future::isDone);
        });
    }

    /** Nobody but the loop knows of the task that the shield was made for. */
    @Test
    @Once
    void innerTask_isKeptByTheLoop() {
        EventLoop.run(() -> {
            var started = new Future<Void>();
            var gate = new Future<Void>();
            var outer = shield(createTask(() -> {
                started.complete(null);
                gate.await();
                steps.at(1);
            }));
            started.await();
            outer.cancel();
            System.gc();
            gate.complete(null);
            yieldNow();
            yieldNow();
            steps.done(2);
        });
    }

    @Test
    void completedByHand_theInnerIsLeftAlone() {
        EventLoop.run(() -> {
            var inner = new Future<String>();
            var outer = shield(inner);
            outer.complete("by hand");
            assertThat(Waiters.of(inner)).isZero();
            inner.complete("x");
            assertThat(outer.resultNow()).isEqualTo("by hand");
        });
    }

    // ---------------------------------------------------------------- failures that nobody asks for

    @Test
    void failure_isReportedOnce_whoeverOfThemIsNotAsked() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var inner = new Future<String>();
                var outer = shield(inner);
                inner.fail(new IllegalStateException("nobody asks"));
                assertThat(outer.state()).isEqualTo(Future.State.FAILED);
            });
        }
        assertThat(reports).containsExactly("nobody asks");
    }

    @Test
    void failure_thatTheShieldTells_isNotReported() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var outer = shield(createTask(() -> {
                    throw new IllegalStateException("planned");
                }));
                assertThatThrownBy(outer::await).hasMessage("planned");
            });
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void failure_thatTheShieldTells_isNotReported_whenSomebodyJustWaitsForTheInner() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var inner = new Future<String>();
                var before = createTask(() -> Async.awaitAll(List.of(inner)));
                yieldNow();
                var outer = shield(inner);
                var after = createTask(() -> Async.awaitAll(List.of(inner)));
                yieldNow();
                inner.fail(new IllegalStateException("planned"));
                gather(before, after);
                assertThatThrownBy(outer::await).hasMessage("planned");
            });
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void failure_afterTheShieldWasCancelled_isReportedOnce() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var inner = new Future<String>();
                shield(inner).cancel();
                inner.fail(new IllegalStateException("planned"));
            });
        }
        assertThat(reports).containsExactly("planned");
    }

    @Test
    void failure_beforeTheCancelledWaiterRuns_isReportedOnce() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                var inner = new Future<String>();
                var waiter = createTask(() -> shield(inner).await());
                Steps.settle();
                inner.fail(new IllegalStateException("planned"));
                waiter.cancel();
                Steps.settle();
                assertThat(waiter.isCancelled()).isTrue();
            });
        }
        assertThat(reports).containsExactly("planned");
    }

    @Test
    void failedByHand_isReported() {
        try (EventLoop loop = reporting()) {
            loop.runUntilComplete(() -> {
                shield(new Future<String>()).fail(new IllegalStateException("by hand"));
            });
        }
        assertThat(reports).containsExactly("by hand");
    }

    // ---------------------------------------------------------------- misuse, callbacks

    @Test
    void null_isNamed() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> shield((Future<String>) null))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessage("future");
        });
    }

    @Test
    void foreignFuture_isRefused() {
        EventLoop.run(() -> {
            var foreign = Async.blocking(() -> EventLoop.run(() -> new Future<String>()));
            assertThatThrownBy(() -> shield(foreign))
                    .isExactlyInstanceOf(WrongLoopException.class)
                    .hasMessageContaining("Async.shield() called from");
            assertThat(Waiters.of(foreign)).isZero();
        });
        var unbound = new Future<String>();
        assertThatThrownBy(() -> shield(unbound))
                .isExactlyInstanceOf(WrongLoopException.class)
                .hasMessageContaining("no running event loop: Async.shield() works on a loop");
    }

    @Test
    void inACallback_works() {
        EventLoop.run(() -> {
            var inner = new Future<String>();
            var outers = new ArrayList<Future<String>>();
            Steps.inCallback(() -> outers.add(shield(inner)));
            inner.complete("x");
            assertThat(outers.get(0).resultNow()).isEqualTo("x");
        });
    }

    private EventLoop reporting() {
        return EventLoop.builder()
                .exceptionHandler((what, e) -> reports.add(e.getMessage()))
                .build();
    }
}
