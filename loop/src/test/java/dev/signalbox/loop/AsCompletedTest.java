// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.asCompleted;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.gather;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Futures in the order in which they are done. */
@Timeout(60)
final class AsCompletedTest {
    private static final Duration SHORT = Duration.ofMillis(2);

    private final Steps steps = new Steps();
    private final List<String> reports = new ArrayList<>();

    // ---------------------------------------------------------------- order

    @Test
    @InOrder
    void tasks_comeAsTheyEnd_themselves() {
        EventLoop.run(() -> {
            var last = sleeper(3);
            var first = sleeper(1);
            var second = sleeper(2);
            List<Task<Integer>> seen = new ArrayList<>();
            for (Task<Integer> task : asCompleted(List.of(last, first, second))) {
                assertThat(task.isDone()).isTrue();
                seen.add(task);
            }
            assertThat(seen).containsExactly(first, second, last);
        });
    }

    @Test
    void doneBefore_comeFirst_inTheirOrder_withoutWaiting() {
        EventLoop.run(() -> {
            var futures = futures(3);
            futures.get(2).complete(2);
            futures.get(1).complete(1);
            createTask(() -> {
                steps.at(2);
                futures.get(0).complete(0);
            });
            var iterator = asCompleted(futures).iterator();
            assertThat(iterator.next()).isSameAs(futures.get(1));
            assertThat(iterator.next()).isSameAs(futures.get(2));
            steps.at(1);
            assertThat(iterator.next()).isSameAs(futures.get(0));
            steps.done(3);
        });
    }

    @Test
    void doneBetweenTwoCalls_comeInTheOrderOfTheirEnds() {
        EventLoop.run(() -> {
            var futures = futures(4);
            var iterator = asCompleted(futures).iterator();
            for (int i : List.of(3, 0, 2, 1)) {
                futures.get(i).complete(i);
            }
            assertThat(results(iterator)).containsExactly(3, 0, 2, 1);
        });
    }

    @Test
    void failedAndCancelled_areDoneToo_andNothingIsThrown() {
        EventLoop.run(() -> {
            var futures = futures(3);
            createTask(() -> {
                futures.get(1).fail(new IllegalStateException("planned"));
                futures.get(2).cancel();
                futures.get(0).complete(0);
            });
            List<Future.State> states = new ArrayList<>();
            for (var future : asCompleted(futures)) {
                states.add(future.state());
            }
            assertThat(states).containsExactly(Future.State.FAILED, Future.State.CANCELLED, Future.State.SUCCEEDED);
            assertThat(futures.get(1).exceptionNow()).hasMessage("planned");
        });
    }

    @Test
    @InOrder
    void duplicates_comeOnce() {
        EventLoop.run(() -> {
            var a = sleeper(1);
            var b = sleeper(2);
            List<Task<Integer>> seen = new ArrayList<>();
            asCompleted(List.of(b, a, a, b)).forEach(seen::add);
            assertThat(seen).containsExactly(a, b);
        });
    }

    @Test
    void none_isTheEnd() {
        EventLoop.run(() -> {
            assertThat(asCompleted(List.<Future<String>>of()).iterator().hasNext())
                    .isFalse();
        });
    }

    @Test
    void hasNext_doesNotWait_andTheEndHasAMessage() {
        EventLoop.run(() -> {
            var futures = futures(1);
            var iterator = asCompleted(futures).iterator();
            createTask(() -> {
                steps.at(2);
                futures.get(0).complete(0);
            });
            assertThat(iterator.hasNext()).isTrue();
            steps.at(1);
            assertThat(iterator.next()).isSameAs(futures.get(0));
            assertThat(iterator.hasNext()).isFalse();
            assertThatThrownBy(iterator::next)
                    .isExactlyInstanceOf(NoSuchElementException.class)
                    .hasMessageContaining("every future was returned");
            steps.done(3);
        });
    }

    @Test
    @InOrder
    void leftAndTakenUpAgain_goesOn() {
        EventLoop.run(() -> {
            var iterator =
                    asCompleted(List.of(sleeper(3), sleeper(1), sleeper(2))).iterator();
            assertThat(iterator.next().resultNow()).isEqualTo(1);
            yieldNow();
            assertThat(results(iterator)).containsExactly(2, 3);
        });
    }

    @Test
    void eachIterator_hasItsOwnOrder_ofAll() {
        EventLoop.run(() -> {
            var futures = futures(3);
            var order = asCompleted(futures);
            var early = order.iterator();
            futures.get(2).complete(2);
            futures.get(0).complete(0);
            var late = order.iterator();
            futures.get(1).complete(1);
            assertThat(results(early)).containsExactly(2, 0, 1);
            assertThat(results(late)).containsExactly(0, 2, 1);
            assertThat(results(order.iterator())).containsExactly(0, 1, 2);
        });
    }

    @Test
    void collection_isReadOnce() {
        EventLoop.run(() -> {
            var futures = new ArrayList<>(futures(2));
            var order = asCompleted(futures);
            futures.get(1).complete(1);
            futures.remove(0).complete(0);
            futures.clear();
            assertThat(results(order.iterator())).containsExactly(0, 1);
        });
    }

    @Test
    @Once
    void hundredThousand_inReverse() {
        EventLoop.run(() -> {
            int count = 100_000;
            var futures = futures(count);
            createTask(() -> {
                for (int i = count - 1; i >= 0; i--) {
                    futures.get(i).complete(i);
                }
            });
            int expected = count;
            for (var future : asCompleted(futures)) {
                expected--;
                assertThat(future.resultNow()).isEqualTo(expected);
            }
            assertThat(expected).isZero();
        });
    }

    // ---------------------------------------------------------------- several tasks

    @Test
    @InOrder
    void tasks_shareAnIterator_eachFutureComesOnce_inTheOrderOfTheCalls() {
        EventLoop.run(() -> {
            var futures = futures(3);
            var iterator = asCompleted(futures).iterator();
            var takers = List.of(taker(iterator), taker(iterator), taker(iterator));
            yieldNow();
            assertThat(iterator.hasNext()).isFalse();
            assertThatThrownBy(iterator::next).isExactlyInstanceOf(NoSuchElementException.class);
            futures.get(1).complete(1);
            futures.get(2).complete(2);
            futures.get(0).complete(0);
            assertThat(gather(takers)).containsExactly(1, 2, 0);
        });
    }

    @Test
    void newcomer_betweenWakeUpAndTurn_takesNothingFromWhoWaited() {
        EventLoop.run(() -> {
            var futures = futures(2);
            var iterator = asCompleted(futures).iterator();
            var waited = taker(iterator);
            Steps.settle();
            futures.get(0).complete(0);
            var newcomer = createTask(() -> futures.get(1).complete(1));
            Steps.settle();
            assertThat(iterator.next().resultNow()).isEqualTo(1);
            assertThat(waited.await()).isZero();
            newcomer.await();
        });
    }

    @Test
    void cancelledWhileItWaits_givesUpItsClaim() {
        EventLoop.run(() -> {
            var futures = futures(1);
            var iterator = asCompleted(futures).iterator();
            var cancelled = taker(iterator);
            Steps.settle();
            assertThat(iterator.hasNext()).isFalse();
            cancelled.cancel();
            assertThatThrownBy(cancelled::await).isInstanceOf(CancelledException.class);
            assertThat(iterator.hasNext()).isTrue();
            assertThat(futures.get(0).isDone()).isFalse();
            futures.get(0).complete(0);
            assertThat(results(iterator)).containsExactly(0);
        });
    }

    @Test
    void cancelledAfterItWasWoken_theFutureGoesToTheNext() {
        EventLoop.run(() -> {
            var futures = futures(2);
            var iterator = asCompleted(futures).iterator();
            var cancelled = taker(iterator);
            var next = taker(iterator);
            Steps.settle();
            futures.get(0).complete(0);
            cancelled.cancel();
            assertThat(next.await()).isZero();
            Steps.settle();
            assertThat(cancelled.isCancelled()).isTrue();
            futures.get(1).complete(1);
            assertThat(results(iterator)).containsExactly(1);
        });
    }

    @Test
    void cancelledAfterItWasWoken_andNobodyWaits_theFutureStays() {
        EventLoop.run(() -> {
            var futures = futures(1);
            var iterator = asCompleted(futures).iterator();
            var cancelled = taker(iterator);
            yieldNow();
            futures.get(0).complete(0);
            cancelled.cancel();
            assertThatThrownBy(cancelled::await).isInstanceOf(CancelledException.class);
            assertThat(results(iterator)).containsExactly(0);
        });
    }

    // ---------------------------------------------------------------- timeout

    @Test
    void timeIsUp_theFuturesAreLeftAlone_andTheIterationCanGoOn() {
        EventLoop.run(() -> {
            var futures = futures(2);
            var iterator = asCompleted(futures).iterator();
            futures.get(1).complete(1);
            List<Integer> seen = new ArrayList<>();
            assertThatThrownBy(() -> Async.timeout(
                            SHORT, () -> iterator.forEachRemaining(future -> seen.add(future.resultNow()))))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertThat(seen).containsExactly(1);
            assertThat(futures.get(0).isDone()).isFalse();
            futures.get(0).complete(0);
            assertThat(results(iterator)).containsExactly(0);
        });
    }

    // ---------------------------------------------------------------- failures that nobody asks for

    @Test
    void gettingAFuture_isNotAskingIt() {
        try (EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reports.add(e.getMessage()))
                .build()) {
            loop.runUntilComplete(() -> {
                var futures = futures(3);
                createTask(() -> futures.get(0).fail(new IllegalStateException("not asked")));
                Steps.settle();
                createTask(() -> futures.get(1).fail(new IllegalStateException("asked")));
                Steps.settle();
                createTask(() -> futures.get(2).fail(new IllegalStateException("left before")));
                Steps.settle();
                var iterator = asCompleted(futures).iterator();
                iterator.next();
                assertThat(iterator.next().exceptionNow()).hasMessage("asked");
                Steps.settle();
            });
        }
        assertThat(reports).containsExactlyInAnyOrder("not asked", "left before");
    }

    // ---------------------------------------------------------------- what stays behind

    @Test
    @Once
    void leftEarly_leavesNothingBehindInTheOthers() {
        EventLoop.run(() -> {
            var longLived = new Future<Integer>();
            for (int i = 0; i < 100; i++) {
                for (var first : asCompleted(List.of(longLived, sleeper(1)))) {
                    assertThat(first).isNotSameAs(longLived);
                    break;
                }
            }
            collectUntilNobodyWaitsFor(longLived);
            longLived.complete(1);
        });
    }

    @Test
    @Once
    void waitingTask_isNotTakenForOneThatLeft() {
        EventLoop.run(() -> {
            var longLived = new Future<Integer>();
            for (int i = 0; i < 10; i++) {
                var unused = asCompleted(List.of(longLived)).iterator();
            }
            var waiters = new ArrayList<Task<Integer>>();
            for (int i = 0; i < 3; i++) {
                waiters.add(taker(asCompleted(List.of(longLived)).iterator()));
            }
            yieldNow();
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (Waiters.of(longLived) > waiters.size()) {
                assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
                collect();
            }
            longLived.complete(1);
            assertThat(gather(waiters)).containsExactly(1, 1, 1);
        });
    }

    private static void collectUntilNobodyWaitsFor(Future<?> future) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (Waiters.of(future) > 0) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
            collect();
        }
    }

    /** Also lets the loop's threads forget their last job. */
    private static void collect() {
        System.gc();
        createTask(() -> {}).await();
        Async.sleep(Duration.ofMillis(1));
    }

    // ---------------------------------------------------------------- misuse

    @Test
    void nulls_areNamed() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> asCompleted((List<Future<String>>) null))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessage("futures");
            assertThatThrownBy(() -> asCompleted(Arrays.asList(new Future<String>(), null)))
                    .hasMessage("futures[1]");
            var done = asCompleted(List.of(createTask(() -> "x")));
            assertThatThrownBy(() -> done.forEach(null))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessage("action");
            assertThatThrownBy(() -> done.iterator().forEachRemaining(null)).hasMessage("action");
        });
    }

    @Test
    void foreignFuture_isRefused() {
        EventLoop.run(() -> {
            var ours = new Future<String>();
            var foreign = Async.blocking(() -> EventLoop.run(() -> new Future<String>()));
            assertThatThrownBy(() -> asCompleted(List.of(ours, foreign)))
                    .isExactlyInstanceOf(WrongLoopException.class)
                    .hasMessageContaining("Async.asCompleted() called from");
        });
    }

    @Test
    void itself_isRefused() {
        EventLoop.run(() -> {
            Task<?> self = Async.currentTask();
            assertThatThrownBy(() -> asCompleted(Collections.singletonList(self)))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("a task cannot await itself: " + self);
        });
    }

    @Test
    void next_inACallback_isRefused_alsoWhenOneIsDone() {
        EventLoop.run(() -> {
            var futures = futures(1);
            futures.get(0).complete(0);
            var iterator = asCompleted(futures).iterator();
            Steps.inCallback(() -> {
                assertThat(iterator.hasNext()).isTrue();
                assertThatThrownBy(iterator::next)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessage("Iterator.next() in a callback: only tasks can wait, use createTask");
            });
            assertThat(results(iterator)).containsExactly(0);
        });
    }

    @Test
    void remove_isNotSupported() {
        EventLoop.run(() -> {
            var iterator = asCompleted(futures(1)).iterator();
            assertThatThrownBy(iterator::remove)
                    .isExactlyInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("futures cannot be removed");
        });
    }

    // ---------------------------------------------------------------- helpers

    private static List<Future<Integer>> futures(int count) {
        List<Future<Integer>> futures = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            futures.add(new Future<>());
        }
        return futures;
    }

    /** Ends after so many turns with that number as its result. */
    private static Task<Integer> sleeper(int turns) {
        return createTask(() -> {
            for (int i = 0; i < turns; i++) {
                yieldNow();
            }
            return turns;
        });
    }

    private static Task<Integer> taker(Iterator<? extends Future<Integer>> iterator) {
        return createTask(() -> iterator.next().resultNow());
    }

    private static List<Integer> results(Iterator<? extends Future<Integer>> iterator) {
        List<Integer> results = new ArrayList<>();
        iterator.forEachRemaining(future -> results.add(future.resultNow()));
        return results;
    }
}
