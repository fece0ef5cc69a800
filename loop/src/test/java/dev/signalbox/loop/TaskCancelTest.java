// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.loop.internal.Threads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How a task is asked to end, and what it may answer. */
final class TaskCancelTest {
    private static final int LONG_CHAIN = Threads.configured() == Threads.PLATFORM ? 200 : 20_000;

    private final Steps steps = new Steps();

    // ---------------------------------------------------------------- when the cancel arrives

    @Test
    void beforeTheFirstTurn_theBodyNeverRuns() {
        EventLoop.run(() -> {
            var task = createTask(() -> steps.at(99));
            assertThat(task.cancel("never mind")).isTrue();
            assertThat(task.isDone()).isFalse(); // it ends in its turn
            assertThatThrownBy(task::await).isInstanceOfSatisfying(CancelledException.class, e -> {
                assertThat(e).hasMessage("never mind");
                assertThat(e.source()).isSameAs(task);
            });
            assertThat(task.isCancelled()).isTrue();
            steps.done(1);
        });
    }

    @Test
    void whileItWaits_itGetsTheExceptionInItsTurn() {
        EventLoop.run(() -> {
            var event = new AsyncEvent();
            var task = createTask(() -> {
                assertThatThrownBy(event::await).isInstanceOfSatisfying(CancelledException.class, e -> {
                    assertThat(e).hasMessage("stop");
                    assertThat(e.source()).isSameAs(currentTask());
                });
                steps.at(2);
                throw new CancelledException("done");
            });
            Steps.settle();
            task.cancel("stop");
            steps.at(1);
            Steps.settle();
            steps.done(3);
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    @InOrder
    void whileItIsReady_itGetsTheExceptionAtTheWaitItIsIn() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                steps.at(1);
                yieldNow();
                steps.at(99);
            });
            yieldNow();
            task.cancel();
            yieldNow();
            assertThat(task.isCancelled()).isTrue();
            steps.done(2);
        });
    }

    @Test
    void byItself_itGetsTheExceptionAtItsNextWait() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel("stop");
                steps.at(1);
                yieldNow();
                steps.at(99);
            });
            assertThatThrownBy(task::await).hasMessage("stop");
            assertThat(task.isCancelled()).isTrue();
            steps.done(2);
        });
    }

    @Test
    void byItself_whatNeedNotWaitGoesOn() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                var done = new Future<String>();
                done.complete("x");
                currentTask().cancel();
                assertThat(done.await()).isEqualTo("x");
                assertThat(Async.gather(done)).containsExactly("x");
                steps.at(1);
                assertThatThrownBy(Async::yieldNow).isInstanceOf(CancelledException.class);
                steps.at(2);
            });
            task.await();
            steps.done(3);
        });
    }

    @Test
    void tooLate_theTaskEndsCancelledAllTheSame() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel("stop");
                return "lost";
            });
            assertThatThrownBy(task::await).hasMessage("stop");
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    void tooLate_itsOwnFailureCounts() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel();
                throw new IllegalStateException("planned");
            });
            assertThatThrownBy(task::await).hasMessage("planned");
            assertThat(task.state()).isEqualTo(Future.State.FAILED);
        });
    }

    @Test
    void done_isNotCancelled() {
        EventLoop.run(() -> {
            var task = createTask(() -> "x");
            task.await();
            assertThat(task.cancel()).isFalse();
            assertThat(task.cancelling()).isZero();
            assertThat(task.resultNow()).isEqualTo("x");
        });
    }

    @Test
    void fromACallback_works() {
        EventLoop.run(() -> {
            var task = createTask(() -> new Future<Void>().await());
            Steps.settle();
            Steps.inCallback(() -> assertThat(task.cancel()).isTrue());
            Steps.settle();
            assertThat(task.isCancelled()).isTrue();
        });
    }

    // ---------------------------------------------------------------- what the task answers

    @Test
    void cleanUp_mayWait() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                try {
                    new Future<Void>().await();
                } finally {
                    steps.at(1);
                    yieldNow();
                    steps.at(2);
                }
            });
            Steps.settle();
            task.cancel();
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
            steps.done(3);
        });
    }

    @Test
    void cleanUp_canBeCancelledToo() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                try {
                    new Future<Void>().await();
                } finally {
                    steps.at(1);
                    new AsyncEvent().await();
                    steps.at(99);
                }
            });
            Steps.settle();
            task.cancel("first");
            Steps.settle();
            task.cancel("second");
            assertThat(task.cancelling()).isEqualTo(2);
            assertThatThrownBy(task::await).hasMessage("second");
            steps.done(2);
        });
    }

    @Test
    void refused_withUncancel_theTaskGoesOn() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                assertThatThrownBy(() -> new Future<Void>().await()).isInstanceOf(CancelledException.class);
                assertThat(currentTask().cancelling()).isEqualTo(1);
                assertThat(currentTask().uncancel()).isZero();
                yieldNow();
                return "x";
            });
            Steps.settle();
            task.cancel();
            assertThat(task.await()).isEqualTo("x");
            assertThat(task.cancelling()).isZero();
        });
    }

    @Test
    void refused_withoutUncancel_theRequestStaysButIsNotThrownAgain() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                assertThatThrownBy(() -> new Future<Void>().await()).isInstanceOf(CancelledException.class);
                yieldNow();
                return "x";
            });
            Steps.settle();
            task.cancel();
            assertThat(task.await()).isEqualTo("x");
            assertThat(task.cancelling()).isEqualTo(1);
        });
    }

    @Test
    void refused_withUncancel_thenCancelledAgain_endsCancelled() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                assertThatThrownBy(() -> new AsyncEvent().await()).hasMessage("first");
                currentTask().uncancel();
                new AsyncEvent().await();
            });
            Steps.settle();
            task.cancel("first");
            Steps.settle();
            assertThat(task.cancelling()).isZero();
            task.cancel("second");
            assertThatThrownBy(task::await).hasMessage("second");
            assertThat(task.cancel()).isFalse();
            assertThat(task.uncancel()).isZero(); // too late to change anything
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    void translated_theTaskFails() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                try {
                    new Future<Void>().await();
                } catch (CancelledException e) {
                    throw new IllegalStateException("planned", e);
                }
            });
            Steps.settle();
            task.cancel();
            assertThatThrownBy(task::await).hasMessage("planned");
            assertThat(task.isCancelled()).isFalse();
        });
    }

    // ---------------------------------------------------------------- counts

    @Test
    void cancelledTwice_isThrownOnce_andCountedTwice() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                assertThatThrownBy(() -> new AsyncEvent().await()).hasMessage("second");
                assertThat(currentTask().cancelling()).isEqualTo(2);
                yieldNow();
                assertThat(currentTask().uncancel()).isEqualTo(1);
                yieldNow();
                assertThat(currentTask().uncancel()).isZero();
                assertThat(currentTask().uncancel()).isZero(); // never below
            });
            Steps.settle();
            assertThat(task.cancel("first")).isTrue();
            assertThat(task.cancel("second")).isTrue();
            task.await();
        });
    }

    @Test
    void uncancelled_beforeItIsThrown_isDropped() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel();
                currentTask().cancel();
                assertThat(currentTask().uncancel()).isEqualTo(1);
                assertThat(currentTask().uncancel()).isZero();
                yieldNow();
                return "x";
            });
            assertThat(task.await()).isEqualTo("x");
        });
    }

    @Test
    void uncancelled_afterItsWaitWasGranted_isDropped() {
        EventLoop.run(() -> {
            var future = new Future<String>();
            var task = createTask(() -> future.await());
            yieldNow();
            future.complete("x");
            task.cancel();
            assertThat(task.uncancel()).isZero();
            assertThat(task.await()).isEqualTo("x");
        });
    }

    /** Otherwise it would go on without what it has waited for. */
    @Test
    void uncancelled_afterItHasEndedAWait_isThrownStill() {
        EventLoop.run(() -> {
            var lock = new AsyncLock();
            lock.acquire();
            var task = createTask(() -> lock.acquire());
            Steps.settle();
            task.cancel("why");
            assertThat(task.uncancel()).isZero();
            assertThatThrownBy(task::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("why");
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    void uncancelled_oneOfTwo_isThrownStill() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel();
                currentTask().cancel();
                currentTask().uncancel();
                yieldNow();
            });
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
        });
    }

    @Test
    void uncancelled_beforeTheFirstTurn_theBodyRuns() {
        EventLoop.run(() -> {
            var task = createTask(() -> "x");
            task.cancel();
            task.uncancel();
            assertThat(task.await()).isEqualTo("x");
        });
    }

    // ---------------------------------------------------------------- what the task waits for

    @Test
    void waitingForATask_thatOneIsCancelledAndCleansUpFirst() {
        EventLoop.run(() -> {
            var inner = createTask(() -> {
                try {
                    new Future<Void>().await();
                } finally {
                    yieldNow();
                    steps.at(2);
                }
            });
            var outer = createTask(() -> {
                try {
                    inner.await();
                } catch (CancelledException e) {
                    steps.at(3);
                    assertThat(e.source()).isSameAs(currentTask());
                    throw e;
                }
            });
            Steps.settle();
            outer.cancel("stop");
            steps.at(1);
            assertThatThrownBy(outer::await).hasMessage("stop");
            steps.done(4);
            assertThat(inner.isCancelled()).isTrue();
            assertThat(outer.isCancelled()).isTrue();
        });
    }

    @Test
    void waitingForATask_thatRefuses_theWaiterGetsItsResult() {
        EventLoop.run(() -> {
            var inner = createTask(() -> {
                assertThatThrownBy(() -> new Future<Void>().await()).isInstanceOf(CancelledException.class);
                return "in spite";
            });
            var outer = createTask(() -> inner.await());
            Steps.settle();
            outer.cancel();
            assertThat(outer.await()).isEqualTo("in spite");
            assertThat(outer.cancelling()).isEqualTo(1);
        });
    }

    @Test
    void waitingForATask_thatFailsWhenCancelled_theWaiterGetsItsFailure() {
        EventLoop.run(() -> {
            var inner = createTask(() -> {
                assertThatThrownBy(() -> new Future<Void>().await()).isInstanceOf(CancelledException.class);
                throw new IllegalStateException("planned");
            });
            var outer = createTask(() -> inner.await());
            Steps.settle();
            outer.cancel();
            assertThatThrownBy(outer::await).hasMessage("planned");
        });
    }

    /** The cancel of the future alone would be a failure of the task. */
    @Test
    void waitingForAFuture_thatIsCancelledAtTheSameTime_isItsOwnCancel() {
        EventLoop.run(() -> {
            for (boolean futureFirst : new boolean[] {true, false}) {
                var future = new Future<Void>();
                var task = createTask(() -> future.await());
                yieldNow();
                if (futureFirst) {
                    future.cancel("of the future");
                }
                task.cancel("of the task");
                future.cancel("too late");
                assertThatThrownBy(task::await)
                        .isInstanceOfSatisfying(
                                CancelledException.class,
                                e -> assertThat(e.source()).isSameAs(task))
                        .hasMessage("of the task");
                assertThat(task.isCancelled()).isTrue();
                assertThat(future.isCancelled()).isTrue();
            }
        });
    }

    @Test
    void waitingForATask_cancelledTwiceMeanwhile() {
        EventLoop.run(() -> {
            var inner = createTask(() -> {
                try {
                    new Future<Void>().await();
                } finally {
                    new AsyncEvent().await(); // cleaning up takes for ever, until the second cancel
                }
            });
            var outer = createTask(() -> inner.await());
            Steps.settle();
            outer.cancel("first");
            Steps.settle();
            assertThat(inner.isDone()).isFalse();
            outer.cancel("second");
            assertThatThrownBy(outer::await).hasMessage("second");
            assertThat(inner.isCancelled()).isTrue();
        });
    }

    @Test
    void pendingCancel_isPassedOnToWhatTheTaskIsAboutToWaitFor() {
        EventLoop.run(() -> {
            var future = new Future<Void>();
            var task = createTask(() -> {
                currentTask().cancel("first");
                assertThatThrownBy(future::await).hasMessage("first");
                assertThat(future.isCancelled()).isTrue();

                var inner = createTask(() -> steps.at(99));
                currentTask().cancel("second");
                assertThatThrownBy(inner::await).hasMessage("second");
                assertThat(inner.isCancelled()).isTrue();

                var gathered = new Future<Void>();
                currentTask().cancel("third");
                assertThatThrownBy(() -> Async.gather(gathered)).hasMessage("third");
                assertThat(gathered.isCancelled()).isTrue();
            });
            task.await();
            steps.done(1);
        });
    }

    @Test
    void pendingCancel_goesDownTheChain() {
        EventLoop.run(() -> {
            var future = new Future<Void>();
            var inner = createTask(() -> future.await());
            var between = createTask(() -> Async.gather(inner));
            Steps.settle(); // these wait
            var outer = createTask(() -> {
                currentTask().cancel("stop");
                between.await();
            });
            assertThatThrownBy(outer::await).hasMessage("stop");
            assertThat(List.of(future, inner, between, outer)).allMatch(Future::isCancelled);
            assertThat(inner.cancelling()).isEqualTo(1);
        });
    }

    @Test
    void twoWaitForOne_cancelOfOneFailsTheOther() {
        EventLoop.run(() -> {
            var inner = createTask(() -> new Future<Void>().await());
            var first = createTask(() -> inner.await());
            var second = createTask(() -> inner.await());
            Steps.settle();
            first.cancel();
            assertThatThrownBy(second::await)
                    .isInstanceOfSatisfying(
                            CancelledException.class,
                            e -> assertThat(e.source()).isSameAs(inner));
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
            assertThat(second.state()).isEqualTo(Future.State.FAILED);
        });
    }

    @Test
    @Once
    void longChain_isCancelledFromItsEnd() {
        EventLoop.run(() -> {
            int length = LONG_CHAIN;
            var end = new Future<Integer>();
            var tasks = new ArrayList<Future<Integer>>();
            tasks.add(end);
            for (int i = 0; i < length; i++) {
                Future<Integer> next = tasks.get(i);
                tasks.add(createTask(() -> next.await()));
            }
            Steps.settle();
            var head = tasks.get(length);
            head.cancel("stop");
            assertThat(end.isCancelled()).isTrue();
            assertThatThrownBy(head::await).hasMessage("stop");
            assertThat(tasks).allMatch(Future::isCancelled);
        });
    }

    /** Deeper than any stack, where a task costs no thread. */
    @Test
    @Once
    void longChainOfGathers_isCancelledFromItsEnd() {
        EventLoop.run(() -> {
            var innermost = createTask(() -> new AsyncEvent().await());
            Task<?> outermost = innermost;
            for (int i = 0; i < LONG_CHAIN; i++) {
                var next = outermost;
                outermost = createTask(() -> Async.gather(List.of(next)));
            }
            var head = outermost;
            Steps.settle();
            head.cancel("stop");
            assertThat(innermost.cancelling()).isEqualTo(1); // at once, at whatever depth
            assertThatThrownBy(head::await).hasMessage("stop");
            assertThat(innermost.isCancelled()).isTrue();
        });
    }

    /** So the work does not grow with the square of their number. */
    @Test
    void gatheredTasks_thatAwaitEachOther_areCancelledOnce() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<Object>>();
            tasks.add(createTask(() -> new Future<Object>().await()));
            for (int i = 0; i < 50; i++) {
                var before = tasks.get(i);
                tasks.add(createTask(() -> before.await()));
            }
            var caller = createTask(() -> Async.gather(tasks));
            Steps.settle();
            caller.cancel("stop");
            assertThatThrownBy(caller::await).hasMessage("stop");
            endOfAll(tasks);
            assertThat(tasks).allMatch(Future::isCancelled).allMatch(task -> task.cancelling() == 1);
        });
    }

    /** On either way: a cancel that comes while they are awaited, and one that is pending before. */
    @Test
    void gatheredTask_thatIsDone_isLeftAlone() {
        EventLoop.run(() -> {
            var done = createTask(() -> "x");
            done.await();
            for (boolean before : new boolean[] {true, false}) {
                var pending = createTask(() -> new Future<String>().await());
                var caller = createTask(() -> {
                    if (before) {
                        currentTask().cancel();
                    }
                    Async.gather(done, pending);
                });
                Steps.settle();
                caller.cancel();
                assertThatThrownBy(caller::await).isInstanceOf(CancelledException.class);
                assertThat(pending.isCancelled()).isTrue();
            }
            assertThat(done.cancelling()).isZero();
        });
    }

    @Test
    void ring_isBroken_andAllEndCancelled() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<Object>>();
            for (int i = 0; i < 5; i++) {
                int next = (i + 1) % 5;
                tasks.add(createTask(() -> tasks.get(next).await()));
            }
            Steps.settle();
            tasks.get(2).cancel("stop");
            assertThatThrownBy(() -> tasks.get(2).await()).hasMessage("stop");
            endOfAll(tasks);
            assertThat(tasks).allMatch(Future::isCancelled).allMatch(task -> task.cancelling() == 1);
        });
    }

    @Test
    void ringThroughGather_isBroken() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<Object>>();
            tasks.add(createTask(() -> Async.gather(List.of(tasks.get(1), tasks.get(2)))));
            tasks.add(createTask(() -> tasks.get(0).await()));
            tasks.add(createTask(() -> Async.gather(List.of(tasks.get(0)))));
            Steps.settle();
            tasks.get(1).cancel("stop");
            endOfAll(tasks);
            assertThat(tasks).allMatch(Future::isCancelled).allMatch(task -> task.cancelling() == 1);
        });
    }

    @Test
    void manyWaiters_cancelledInAnyOrder_noneIsLost() {
        EventLoop.run(() -> {
            var event = new AsyncEvent();
            var tasks = new ArrayList<Task<Void>>();
            for (int i = 0; i < 100; i++) {
                tasks.add(createTask(() -> event.await()));
            }
            Steps.settle();
            var shuffled = new ArrayList<>(tasks);
            Collections.shuffle(shuffled, new Random(7));
            shuffled.subList(0, 50).forEach(Task::cancel);
            event.set();
            shuffled.subList(25, 75).forEach(Task::cancel);
            Steps.settle();
            assertThat(tasks).allMatch(Future::isDone);
            assertThat(shuffled.subList(0, 75)).allMatch(Future::isCancelled);
            assertThat(shuffled.subList(75, 100)).noneMatch(Future::isCancelled);
        });
    }

    /** Waits for them, whatever becomes of them. */
    private static void endOfAll(List<Task<Object>> tasks) {
        for (Task<Object> task : tasks) {
            try {
                task.await();
            } catch (CancelledException e) {
                assertThat(task.isDone()).isTrue();
            }
        }
    }
}
