// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.sleep;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Letting the others run, for a time or for a turn. */
final class SleepTest {
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    private final Steps steps = new Steps();

    @Test
    @InOrder
    void yieldNow_letsThoseThatAreReadyRunFirst() {
        EventLoop.run(() -> {
            createTask(() -> {
                steps.at(2);
                yieldNow();
                steps.at(5);
            });
            EventLoop.current().callSoon(() -> {
                steps.at(3);
                EventLoop.current().callSoon(() -> steps.at(6));
            });
            steps.at(1);
            yieldNow();
            steps.at(4);
            yieldNow();
            steps.done(7);
        });
    }

    @Test
    void yieldNow_alone_returns() {
        EventLoop.run(() -> {
            for (int i = 0; i < 1_000; i++) {
                yieldNow();
            }
        });
    }

    @ParameterizedTest
    @InOrder
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void noTime_isAYield(long seconds) {
        EventLoop.run(() -> {
            createTask(() -> {
                steps.at(2);
                yieldNow();
                steps.at(4);
            });
            steps.at(1);
            sleep(Duration.ofSeconds(seconds));
            steps.at(3);
            yieldNow();
            steps.done(5);
        });
    }

    @Test
    @InOrder
    void sleepers_goOnInTheOrderOfTheirDeadlines() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            long[] millis = {40, 1, 80, 20, 60};
            // Each task begins to sleep between its own turn and the next one's: that is all that is known of its
            // deadline.
            long[] turns = new long[millis.length + 1];
            var order = new ArrayList<Integer>();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < millis.length; i++) {
                int id = i;
                tasks.add(createTask(() -> {
                    turns[id] = loop.nanoTime();
                    sleep(Duration.ofMillis(millis[id]));
                    order.add(id);
                }));
            }
            yieldNow();
            turns[millis.length] = loop.nanoTime();
            Async.gather(tasks);
            for (int i : order) {
                for (int j : order) {
                    long latest = turns[i + 1] + millis[i] * 1_000_000;
                    long earliest = turns[j] + millis[j] * 1_000_000;
                    if (latest < earliest) {
                        assertThat(order.indexOf(i)).isLessThan(order.indexOf(j));
                    }
                }
            }
            assertThat(order).hasSize(millis.length);
        });
    }

    @Test
    @InOrder
    void sleepersOfEqualLength_goOnInTheOrderInWhichTheyBegan() {
        EventLoop.run(() -> {
            var order = new ArrayList<Integer>();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 100; i++) {
                int id = i;
                tasks.add(createTask(() -> {
                    sleep(Duration.ofMillis(5));
                    order.add(id);
                }));
            }
            Async.gather(tasks);
            assertThat(order).hasSize(100).isSorted();
        });
    }

    @Test
    void sleep_lastsAtLeastItsTime() {
        EventLoop.run(() -> {
            long start = EventLoop.current().nanoTime();
            sleep(Duration.ofMillis(3));
            assertThat(EventLoop.current().nanoTime() - start).isGreaterThanOrEqualTo(3_000_000);
        });
    }

    @Test
    @InOrder
    void others_runMeanwhile() {
        EventLoop.run(() -> {
            var turns = new ArrayList<Integer>();
            var sleeper = createTask(() -> sleep(Duration.ofMillis(2)));
            while (!sleeper.isDone()) {
                turns.add(turns.size());
                yieldNow();
            }
            assertThat(turns).hasSizeGreaterThan(2);
        });
    }

    @Test
    @InOrder
    void cancelled_leavesNoTimerBehind() {
        EventLoop.run(() -> {
            var sleepers = new ArrayList<Task<?>>();
            for (int i = 0; i < 10; i++) {
                sleepers.add(createTask(() -> sleep(Duration.ofMillis(5))));
            }
            sleepers.add(createTask(() -> sleep(HUGE)));
            yieldNow();
            sleepers.forEach(Task::cancel);
            yieldNow();
            assertThat(sleepers).allMatch(Future::isCancelled);
            sleep(Duration.ofMillis(10)); // a timer that was left would wake a task that is gone
        });
    }

    @Test
    @InOrder
    void timeIsUp_thenCancelledBeforeItRuns_isCancelled() {
        EventLoop.run(() -> {
            var sleeper = createTask(() -> sleep(Duration.ofMillis(1)));
            yieldNow();
            long start = System.nanoTime();
            while (System.nanoTime() - start < 3_000_000) {
                Thread.onSpinWait();
            }
            EventLoop.current().callSoon(() -> {
                assertThat(sleeper.isDone()).isFalse();
                sleeper.cancel();
            });
            yieldNow();
            yieldNow();
            assertThat(sleeper.isCancelled()).isTrue();
        });
    }

    @Test
    void null_isNamed() {
        EventLoop.run(() -> assertThatThrownBy(() -> sleep(null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("duration"));
    }

    @Test
    void inACallback_isRefused() {
        EventLoop.run(() -> Steps.inCallback(() -> {
            assertThatThrownBy(() -> sleep(HUGE))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("Async.sleep() in a callback: only tasks can wait, use createTask");
            assertThatThrownBy(() -> sleep(Duration.ZERO)).hasMessageContaining("only tasks can wait");
            assertThatThrownBy(Async::yieldNow)
                    .hasMessage("Async.yieldNow() in a callback: only tasks can wait, use createTask");
        }));
        assertThatThrownBy(Async::yieldNow).hasMessage("no running event loop");
    }
}
