// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A flag that loses nobody who waited. */
final class AsyncEventTest {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    private final Steps steps = new Steps();
    private final AsyncEvent event = new AsyncEvent();

    @Test
    void setAndClear_change_isSet() {
        EventLoop.run(() -> {
            assertThat(event.isSet()).isFalse();
            event.set();
            event.set();
            assertThat(event.isSet()).isTrue();
            event.clear();
            event.clear();
            assertThat(event.isSet()).isFalse();
        });
    }

    @Test
    void await_set_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            var other = createTask(() -> steps.at(2));
            event.set();
            event.await();
            assertThat(event.await(HUGE)).isTrue();
            assertThat(event.await(Duration.ZERO)).isTrue();
            steps.at(1);
            other.await();
            steps.done(3);
        });
    }

    @Test
    @InOrder
    void set_releasesAllInTheirOrder() {
        EventLoop.run(() -> {
            var order = new ArrayList<Integer>();
            var tasks = waiters(4, order);
            yieldNow();
            assertThat(event).asString().endsWith(" [unset, waiters=4]");
            event.set();
            assertThat(event).asString().endsWith(" [set, waiters=0]");
            assertThat(order).isEmpty();
            Async.gather(tasks);
            assertThat(order).containsExactly(0, 1, 2, 3);
        });
    }

    @Test
    @InOrder
    void setThenClear_releasesAllWhoWaited_andNobodyElse() {
        EventLoop.run(() -> {
            var order = new ArrayList<Integer>();
            var tasks = waiters(3, order);
            yieldNow();
            event.set();
            event.clear();
            var late = createTask(() -> event.await());
            Async.gather(tasks);
            assertThat(order).containsExactly(0, 1, 2);
            yieldNow();
            assertThat(late.isDone()).isFalse();
            event.set();
            late.await();
        });
    }

    @Test
    void setThenClear_timedWaiters_areToldTrue() {
        EventLoop.run(() -> {
            var task = createTask(() -> event.await(HUGE));
            Steps.settle();
            event.set();
            event.clear();
            assertThat(task.await()).isTrue();
        });
    }

    /** One that is released and waits again at once is not released by the same set. */
    @Test
    void releasedWaiter_thatWaitsAgain_waitsForTheNextSet() {
        EventLoop.run(() -> {
            var rounds = new ArrayList<Integer>();
            var task = createTask(() -> {
                for (int i = 0; i < 3; i++) {
                    event.await();
                    rounds.add(i);
                }
            });
            Steps.settle();
            for (int i = 0; i < 3; i++) {
                event.set();
                event.clear();
                assertThat(rounds).hasSize(i);
                Steps.settle();
                assertThat(rounds).hasSize(i + 1);
            }
            task.await();
        });
    }

    // ---------------------------------------------------------------- cancel: the four states

    @Test
    @InOrder
    void cancel_waiting_theOthersAreReleased() {
        EventLoop.run(() -> {
            var order = new ArrayList<Integer>();
            var tasks = waiters(3, order);
            yieldNow();
            tasks.get(1).cancel();
            yieldNow();
            assertThat(tasks.get(1).isCancelled()).isTrue();
            assertThat(event).asString().endsWith(" [unset, waiters=2]");
            event.set();
            Async.gather(tasks.get(0), tasks.get(2));
            assertThat(order).containsExactly(0, 2);
        });
    }

    @Test
    void cancel_thenSetBeforeItRuns_isCancelled() {
        EventLoop.run(() -> {
            var tasks = waiters(2, new ArrayList<>());
            Steps.settle();
            tasks.get(0).cancel();
            event.set();
            tasks.get(1).await();
            Steps.settle();
            assertThat(tasks.get(0).isCancelled()).isTrue();
        });
    }

    @Test
    void set_thenCancelBeforeItRuns_isCancelled() {
        EventLoop.run(() -> {
            var tasks = waiters(2, new ArrayList<>());
            Steps.settle();
            event.set();
            event.clear();
            tasks.get(0).cancel();
            tasks.get(1).await();
            Steps.settle();
            assertThat(tasks.get(0).isCancelled()).isTrue();
            assertThat(event).asString().endsWith(" [unset, waiters=0]");
        });
    }

    // ---------------------------------------------------------------- timeouts

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void await_noTime_justLooks(long seconds) {
        EventLoop.run(() -> {
            createTask(() -> steps.at(2));
            assertThat(event.await(Duration.ofSeconds(seconds))).isFalse();
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void await_timeIsUp_false() {
        EventLoop.run(() -> {
            assertThat(event.await(SHORT)).isFalse();
            assertThat(event).asString().endsWith(" [unset, waiters=0]");
        });
    }

    @Test
    @InOrder
    void await_timeIsUp_thenSetBeforeItRuns_false() {
        EventLoop.run(() -> {
            var task = createTask(() -> event.await(SHORT));
            yieldNow();
            while (event.toString().contains("waiters=1")) {
                yieldNow();
            }
            assertThat(task.isDone()).isFalse();
            event.set();
            assertThat(task.await()).isFalse();
        });
    }

    @Test
    void timeout_null_isRefused() {
        EventLoop.run(() -> assertThatThrownBy(() -> event.await(null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("timeout"));
    }

    // ---------------------------------------------------------------- callbacks

    @Test
    void inACallback_onlyWaitingIsRefused_alsoWhenItIsSet() {
        EventLoop.run(() -> Steps.inCallback(() -> {
            event.set();
            List<ThrowingCallable> waits =
                    List.of(event::await, () -> assertThat(event.await(HUGE)).isTrue());
            assertThat(waits)
                    .allSatisfy(wait -> assertThatThrownBy(wait)
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessage("AsyncEvent.await() in a callback: only tasks can wait, use createTask"));
            event.clear();
        }));
    }

    private List<Task<Void>> waiters(int count, List<Integer> order) {
        var tasks = new ArrayList<Task<Void>>();
        for (int i = 0; i < count; i++) {
            int id = i;
            tasks.add(createTask(() -> {
                event.await();
                order.add(id);
            }));
        }
        return tasks;
    }
}
