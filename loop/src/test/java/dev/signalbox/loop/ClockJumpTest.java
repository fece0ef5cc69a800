// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.loop.internal.LoopAccess;
import dev.signalbox.loop.internal.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A clock that does not do what clocks promise: nothing is lost or reordered for it, and nobody waits for ever. */
@Once
@Timeout(60)
final class ClockJumpTest {
    private static final Duration HOUR = Duration.ofHours(1);
    /** One more would mean without an end, which takes no timer. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE - 1);

    private final Simulation clock = Simulation.inOrder();
    private final List<String> log = new ArrayList<>();

    private void run(VoidTaskBody<?> body) {
        try (EventLoop loop = LoopAccess.get().simulated(() -> clock).build()) {
            loop.runUntilComplete(body::run);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Between two steps of the loop, unlike time that passes while nothing is ready. */
    private void forwards(Duration by) {
        clock.advance(by.toNanos());
    }

    /** The clock cannot be set back, but it can go all the way round. */
    private void backwards(Duration by) {
        clock.advance(Long.MAX_VALUE);
        clock.advance(Long.MAX_VALUE - by.toNanos() + 2);
    }

    private void sleepers(int... hours) {
        for (int n : hours) {
            Async.createTask(() -> {
                Async.sleep(HOUR.multipliedBy(n));
                log.add("after " + n);
            });
        }
        Async.yieldNow();
    }

    @Test
    void forwards_whatIsDueComesInTheOrderOfItsDeadlines() {
        run(() -> {
            sleepers(3, 1, 2, 9);
            forwards(HOUR.multipliedBy(5));
            Async.yieldNow();
            Async.yieldNow();
            assertThat(log).containsExactly("after 1", "after 2", "after 3");
            Async.sleep(HOUR.multipliedBy(5));
            assertThat(log).endsWith("after 9");
        });
    }

    @Test
    void forwards_timeLimitsAreOver_andLeaveNothingBehind() {
        run(() -> {
            assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
                        forwards(HOUR.multipliedBy(2));
                        Async.yieldNow(); // it is due only now
                        Async.yieldNow();
                    }))
                    .isInstanceOf(TimeoutException.class);
            AsyncCondition condition = new AsyncCondition();
            try (var held = condition.acquire()) {
                assertThat(condition.awaitUntil(
                                () -> {
                                    forwards(HOUR);
                                    return false;
                                },
                                HOUR))
                        .isFalse();
            }
            assertThat(new AsyncSemaphore(0).tryAcquire(HOUR)).isFalse();
            assertThat(Async.currentTask().cancelling()).isZero();
        });
    }

    @Test
    void backwards_timersKeepTheirOrder_andComeWhenTheClockShowsTheirTime() {
        run(() -> {
            EventLoop loop = EventLoop.current();
            long start = loop.nanoTime();
            sleepers(3, 1);
            backwards(HOUR.multipliedBy(10));
            assertThat(loop.nanoTime() - start).isEqualTo(HOUR.multipliedBy(-10).toNanos());
            sleepers(2);
            Async.sleep(HOUR.multipliedBy(14));
            assertThat(log).containsExactly("after 2", "after 1", "after 3");
            assertThat(loop.nanoTime() - start).isEqualTo(HOUR.multipliedBy(4).toNanos());
        });
    }

    @Test
    void backwards_timeLimitsLastLonger_andEnd() {
        run(() -> {
            assertThatThrownBy(() -> Async.timeout(HOUR, () -> {
                        backwards(HOUR);
                        new AsyncEvent().await();
                    }))
                    .isInstanceOf(TimeoutException.class);
            boolean[] jumped = {false};
            AsyncCondition condition = new AsyncCondition();
            try (var held = condition.acquire()) {
                assertThat(condition.awaitUntil(
                                () -> {
                                    if (!jumped[0]) {
                                        backwards(HOUR);
                                        jumped[0] = true;
                                    }
                                    return false;
                                },
                                HOUR))
                        .isFalse();
            }
        });
    }

    /** A clock of nanoseconds may begin anywhere, and overflow while timers run. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3_600_000_000_000L, Long.MAX_VALUE})
    void overflow_changesNothing(long before) {
        clock.advance(Long.MAX_VALUE - before);
        run(() -> {
            sleepers(3, 1, 2);
            Deadline deadline = Deadline.after(HOUR.multipliedBy(2).plusMinutes(30));
            assertThatThrownBy(() -> deadline.run(() -> new AsyncEvent().await()))
                    .isInstanceOf(TimeoutException.class);
            assertThat(log).containsExactly("after 1", "after 2");
            Async.sleep(HOUR);
            assertThat(log).containsExactly("after 1", "after 2", "after 3");
        });
    }

    /** Delays as long as a clock can count are cut, to what nobody lives to see. */
    @Test
    void longestDelays_outlastEveryJump() {
        run(() -> {
            Task<Void> sleeper = Async.createTask(() -> Async.sleep(LONGEST));
            Async.yieldNow();
            forwards(Duration.ofDays(365 * 50));
            Async.yieldNow();
            backwards(Duration.ofDays(365 * 100));
            Async.yieldNow(); // due only now, if at all
            Async.yieldNow();
            assertThat(sleeper.isDone()).isFalse();
            sleeper.cancel();
        });
    }

    /** Deadlines are compared by their difference: of none that can be named may it overflow, also when some time passes in between. */
    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE})
    void deadlinesAtTheEndsOfTime_hideNoOther(long start) {
        clock.advance(start);
        long hour = HOUR.toNanos();
        List<Long> ends = List.of(
                Long.MAX_VALUE, Long.MAX_VALUE / 2 + 1, 2 * hour, 0L, -Long.MAX_VALUE / 2 - 1, -Long.MAX_VALUE + hour);
        for (long first : ends) {
            for (long second : ends) {
                List<Long> called = new ArrayList<>();
                run(() -> {
                    EventLoop loop = EventLoop.current();
                    long now = loop.nanoTime();
                    loop.callAt(now + first, () -> called.add(first));
                    clock.advance(hour);
                    loop.callAt(now + second, () -> called.add(second));
                    Async.yieldNow();
                    Async.yieldNow();
                });
                assertThat(called)
                        .as("of %d and %d", first, second)
                        .containsExactlyInAnyOrderElementsOf(
                                Stream.of(first, second).filter(end -> end <= 0).toList());
            }
        }
    }
}
