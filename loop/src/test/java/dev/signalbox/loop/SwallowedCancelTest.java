// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.signalbox.core.LeakDetection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A task that was thrown a cancel, and returns all the same, is reported; one that has dealt with it is not. */
@Timeout(60)
final class SwallowedCancelTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<Throwable> places = new CopyOnWriteArrayList<>();

    private void run(LeakDetection level, Consumer<EventLoop> main) {
        try (EventLoop loop = EventLoop.builder()
                .name("home")
                .leakDetection(level)
                .exceptionHandler((what, place) -> {
                    told.add(what);
                    places.add(place);
                })
                .build()) {
            loop.runUntilComplete(() -> main.accept(loop));
        }
    }

    /** Runs a task, cancels it where it waits, and waits for its end. */
    private void cancelled(LeakDetection level, VoidTaskBody<?> body) {
        run(level, loop -> {
            var task = createTask("deaf", body);
            yieldNow();
            task.cancel("enough");
            swallow(task::await);
        });
    }

    private static void sleepDeaf() {
        swallow(() -> Async.sleep(LONG));
    }

    // ---------------------------------------------------------------- reported

    @Test
    @InOrder
    void taskThatReturns_isReported_withThePlace() {
        cancelled(LeakDetection.FULL, SwallowedCancelTest::sleepDeaf);

        assertThat(told).containsExactly("event loop 'home': task 'deaf' swallowed a cancel");
        assertThat(places.get(0)).isInstanceOf(CancelledException.class).hasMessage("enough");
        assertThat(places.get(0).getStackTrace())
                .anyMatch(frame -> frame.getMethodName().startsWith("lambda$sleepDeaf"));
    }

    @Test
    @InOrder
    void taskThatGoesOnAndReturns_isReported_withTheFirstPlace() {
        cancelled(LeakDetection.SAMPLED, () -> {
            sleepDeaf();
            yieldNow();
            assertThatThrownBy(() -> Async.timeout(Duration.ofNanos(1), () -> Async.sleep(LONG)))
                    .isInstanceOf(TimeoutException.class);
        });

        assertThat(told).containsExactly("event loop 'home': task 'deaf' swallowed a cancel");
        assertThat(places.get(0)).hasMessage("enough");
    }

    @Test
    @InOrder
    void taskThatAwaitedWhatTookTheCancel_isReported() {
        cancelled(LeakDetection.FULL, () -> swallow(() -> new Future<>().await()));
        cancelled(LeakDetection.FULL, () -> {
            var inner = createTask("inner", () -> Async.sleep(LONG));
            swallow(inner::await);
        });
        cancelled(LeakDetection.FULL, () -> swallow(() -> Async.gather(() -> Async.sleep(LONG))));

        assertThat(told).hasSize(3).allMatch(what -> what.endsWith("task 'deaf' swallowed a cancel"));
    }

    @Test
    void memberOfAGroup_isReported() {
        run(LeakDetection.FULL, loop -> {
            try (var group = TaskGroup.open()) {
                group.fork("deaf", SwallowedCancelTest::sleepDeaf);
                Steps.settle();
                group.cancel();
            }
        });

        assertThat(told).containsExactly("event loop 'home': task 'deaf' swallowed a cancel");
    }

    @Test
    void cancelWithinATimeLimit_isReported_thoughTheTimeIsUpToo() {
        run(LeakDetection.FULL, loop -> {
            var task = createTask("deaf", () -> {
                swallow(() -> Async.timeout(Duration.ZERO, () -> {
                    Async.currentTask().cancel("enough");
                    Async.sleep(LONG);
                }));
            });
            task.await();
        });

        assertThat(told).containsExactly("event loop 'home': task 'deaf' swallowed a cancel");
    }

    // ---------------------------------------------------------------- not reported

    @Test
    void taskThatTakesTheCancelBack_isNotReported() {
        cancelled(LeakDetection.FULL, () -> {
            sleepDeaf();
            Async.currentTask().uncancel();
        });

        assertThat(told).isEmpty();
    }

    @Test
    void oneUncancel_answersForAllThatWereThrownTogether() {
        run(LeakDetection.FULL, loop -> {
            var task = createTask("hears", () -> {
                sleepDeaf();
                Async.currentTask().uncancel();
            });
            Steps.settle();
            task.cancel("first");
            task.cancel("second");
            task.await();
        });

        assertThat(told).isEmpty();
    }

    @Test
    void taskThatEndsCancelledOrFailed_isNotReported() {
        cancelled(LeakDetection.FULL, () -> Async.sleep(LONG));
        cancelled(LeakDetection.FULL, () -> {
            sleepDeaf();
            throw new IllegalStateException("failed");
        });
        cancelled(LeakDetection.FULL, () -> {
            sleepDeaf();
            Async.currentTask().cancel("too late for a wait");
        });

        assertThat(told).isEmpty();
    }

    @Test
    void taskThatIsCancelled_beforeItsFirstTurn_isNotReported() {
        run(LeakDetection.FULL, loop -> {
            var task = createTask(SwallowedCancelTest::sleepDeaf);
            task.cancel();
            swallow(task::await);
        });

        assertThat(told).isEmpty();
    }

    @Test
    void timeLimits_areNotReported() {
        run(LeakDetection.FULL, loop -> {
            createTask(() -> swallow(() -> Async.timeout(Duration.ofNanos(1), () -> Async.sleep(LONG))))
                    .await();
            createTask(() -> swallow(() -> Async.timeout(
                            Duration.ofNanos(1),
                            () -> Async.timeout(Duration.ofNanos(1), () -> new Future<>().await()))))
                    .await();
            createTask(() -> Async.timeout(Duration.ofNanos(1), SwallowedCancelTest::sleepDeaf))
                    .await();
        });

        assertThat(told).isEmpty();
    }

    @Test
    void groupsWhoseTasksEndCancelled_areNotReported() {
        run(LeakDetection.FULL, loop -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> Async.sleep(LONG));
                group.fork(() -> {
                    yieldNow();
                    throw new IllegalStateException("failed");
                });
                assertThatThrownBy(group::join).hasMessage("failed");
            }
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> Async.sleep(LONG));
                    group.join();
                }
            });
            yieldNow();
            owner.cancel();
            swallow(owner::await);
        });

        assertThat(told).isEmpty();
    }

    @Test
    void loopThatCloses_reportsNone() {
        run(LeakDetection.FULL, loop -> {
            createTask(SwallowedCancelTest::sleepDeaf);
            yieldNow();
        });

        assertThat(told).isEmpty();
    }

    @Test
    void off_reportsNone() {
        cancelled(LeakDetection.OFF, SwallowedCancelTest::sleepDeaf);

        assertThat(told).isEmpty();
    }

    private static void swallow(ThrowingCallable call) {
        var unused = catchThrowable(call);
    }
}
