// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.timeout;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.loop.internal.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups whose owner is cancelled, groups within groups and within time limits, and groups of a loop that closes. */
@Timeout(60)
final class TaskGroupCancelTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final Steps steps = new Steps();
    private final List<String> reports = new ArrayList<>();

    // ---------------------------------------------------------------- the owner is cancelled

    /** test_cancellation: in join, with a message. */
    @Test
    void inJoin_cancelsTheTasks_waitsForThem_andThrows() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<?>>();
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    for (int i = 0; i < 5; i++) {
                        tasks.add(group.fork(() -> cleanUpFor(2)));
                    }
                    group.join();
                    steps.at(99);
                }
            });
            Steps.settle();
            owner.cancel("test");
            assertThatThrownBy(owner::await).isInstanceOfSatisfying(CancelledException.class, e -> {
                assertThat(e).hasMessage("test");
                assertThat(e.getCause()).hasNoSuppressedExceptions();
            });
            assertThat(owner.isCancelled()).isTrue();
            assertThat(owner.cancelling()).isEqualTo(1);
            assertThat(tasks).hasSize(5).allMatch(Future::isCancelled);
            assertThatThrownBy(() -> tasks.get(0).await())
                    .hasMessage("cancelled by its task group: the owner was cancelled");
            steps.done(1);
        });
    }

    /** test_taskgroup_07 and 17: in the body. */
    @Test
    void inTheBody_cancelsTheTasks_waitsForThem_andTheCancelPasses() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<?>>();
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    tasks.add(group.fork(() -> cleanUpFor(2)));
                    new AsyncEvent().await();
                }
            });
            turns(2);
            owner.cancel("test");
            assertThatThrownBy(owner::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("test");
            assertThat(owner.isCancelled()).isTrue();
            assertThat(tasks).allMatch(Future::isCancelled);
        });
    }

    /** test_taskgroup_18: the body makes another exception of the cancel. */
    @Test
    void inTheBody_whichThrowsAnother_thatCounts() {
        EventLoop.run(() -> {
            var failure = new IllegalStateException("planned");
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    new AsyncEvent().await();
                } catch (CancelledException e) {
                    throw failure;
                }
            });
            Steps.settle();
            owner.cancel();
            assertThatThrownBy(owner::await).isSameAs(failure);
        });
    }

    @Test
    void beforeJoin_pending_cancelsTheTasksToo() {
        EventLoop.run(() -> {
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> cleanUpFor(1));
                    yieldNow();
                    currentTask().cancel("test");
                    group.join();
                    steps.at(99);
                }
            });
            assertThatThrownBy(owner::await).hasMessage("test");
            assertThat(owner.isCancelled()).isTrue();
        });
    }

    /** A call that has nothing to wait for throws no cancel; the next wait does. */
    @Test
    void beforeJoin_pending_nobodyToWaitFor_staysPending() {
        EventLoop.run(() -> {
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> 1).await();
                    currentTask().cancel("test");
                    group.join();
                    steps.at(1);
                }
                steps.at(2);
                yieldNow();
                steps.at(99);
            });
            assertThatThrownBy(owner::await).hasMessage("test");
            steps.done(3);
        });
    }

    @Test
    @InOrder
    void inJoin_afterTheLastHasEnded_beforeTheOwnerRuns() {
        EventLoop.run(() -> {
            var owners = new ArrayList<Task<?>>();
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> 1).whenDone(task -> owners.get(0).cancel("test"));
                    group.join();
                    steps.at(99);
                }
            });
            owners.add(owner);
            assertThatThrownBy(owner::await).hasMessage("test");
            assertThat(owner.isCancelled()).isTrue();
        });
    }

    /** A second cancel does not disturb the tasks in their cleaning up. */
    @Test
    @InOrder
    void inJoin_twice_theTasksAreCancelledOnce() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<?>>();
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    tasks.add(group.fork(() -> cleanUpFor(5)));
                    group.join();
                }
            });
            turns(2);
            owner.cancel("first");
            turns(2);
            owner.cancel("second");
            assertThatThrownBy(owner::await).hasMessage("second");
            assertThat(tasks.get(0).cancelling()).isEqualTo(1);
            assertThat(owner.cancelling()).isEqualTo(2);
        });
    }

    /** test_taskgroup_15, and test_error_and_cancel: the failure goes first, the cancel is not lost. */
    @Test
    void inJoin_andATaskFails_theFailureGoesFirst_theCancelStaysPending() {
        EventLoop.run(() -> {
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> failOnCancel(new IllegalStateException("planned")));
                    assertThatThrownBy(group::join).hasMessage("planned");
                }
                assertThat(currentTask().cancelling()).isEqualTo(1);
                steps.at(1);
                yieldNow();
                steps.at(99);
            });
            Steps.settle();
            owner.cancel("test");
            assertThatThrownBy(owner::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("test");
            assertThat(owner.isCancelled()).isTrue();
            steps.done(2);
        });
    }

    /** Cancelled from inside and from outside at once. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inJoin_andTheGroupIsCancelledToo_theOwnersCancelIsThrown(boolean groupFirst) {
        EventLoop.run(() -> {
            var groups = new ArrayList<TaskGroup>();
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    groups.add(group);
                    group.fork(() -> cleanUpFor(2));
                    group.join();
                    steps.at(99);
                }
            });
            Steps.settle();
            if (groupFirst) {
                groups.get(0).cancel();
            }
            owner.cancel("test");
            groups.get(0).cancel();
            assertThatThrownBy(owner::await).hasMessage("test");
            assertThat(owner.isCancelled()).isTrue();
            steps.done(1);
        });
    }

    @Test
    @InOrder
    void inJoin_aTaskHasFailedBefore_andTheOthersCleanUp_theCancelStaysPending() {
        EventLoop.run(() -> {
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> cleanUpFor(5));
                    group.fork(() -> {
                        yieldNow();
                        throw new IllegalStateException("planned");
                    });
                    assertThatThrownBy(group::join).hasMessage("planned");
                }
                steps.at(1);
                yieldNow();
                steps.at(99);
            });
            turns(4);
            owner.cancel("test");
            assertThatThrownBy(owner::await).hasMessage("test");
            assertThat(owner.isCancelled()).isTrue();
            steps.done(2);
        });
    }

    @Test
    @InOrder
    void inClose_waitsAllTheSame_andTheCancelStaysPending() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<?>>();
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    tasks.add(group.fork(() -> cleanUpFor(5)));
                    yieldNow();
                    group.cancel();
                }
                assertThat(tasks).allMatch(Future::isCancelled);
                steps.at(1);
                yieldNow();
                steps.at(99);
            });
            turns(4);
            owner.cancel("test");
            assertThatThrownBy(owner::await).hasMessage("test");
            assertThat(owner.isCancelled()).isTrue();
            steps.done(2);
        });
    }

    @Test
    @InOrder
    void inJoin_takenBack_isForgotten() {
        EventLoop.run(() -> {
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> cleanUpFor(5));
                    group.join();
                }
                yieldNow();
                return "went on";
            });
            turns(2);
            owner.cancel();
            turns(2);
            owner.uncancel();
            assertThat(owner.await()).isEqualTo("went on");
        });
    }

    /** test_taskgroup_16: through a task that awaits the owner. */
    @Test
    void passedOn_byATaskThatAwaitsTheOwner() {
        EventLoop.run(() -> {
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> cleanUpFor(2));
                    group.join();
                }
            });
            var outer = createTask(() -> owner.await());
            Steps.settle();
            outer.cancel("test");
            assertThatThrownBy(outer::await).isInstanceOf(CancelledException.class);
            assertThat(outer.isCancelled()).isTrue();
            assertThat(owner.isCancelled()).isTrue();
        });
    }

    @Test
    void ofNothingElse_theOwnersLevelIsPreserved() {
        EventLoop.run(() -> {
            var owner = createTask(() -> {
                currentTask().cancel();
                assertThatThrownBy(Async::yieldNow).isInstanceOf(CancelledException.class);
                try (var group = TaskGroup.open()) {
                    group.fork(() -> {
                        throw new IllegalStateException("planned");
                    });
                    assertThatThrownBy(group::join).hasMessage("planned");
                }
                assertThat(currentTask().cancelling()).isEqualTo(1);
                try (var group = TaskGroup.open()) {
                    group.fork(Async::yieldNow);
                    group.join(); // a cancel that was thrown before is over
                }
                yieldNow();
                return "went on";
            });
            assertThat(owner.await()).isEqualTo("went on");
        });
    }

    // ---------------------------------------------------------------- rings

    /** A member that awaits its owner is cancelled where it waits: the owner waits for it in turn. */
    @ParameterizedTest
    @EnumSource
    void memberThatAwaitsItsOwner_cancelOfTheOwnerEndsBoth(Await await) {
        EventLoop.run(() -> {
            var owner = ring(await, () -> new AsyncEvent().await());
            Steps.settle();
            owner.cancel("test");
            assertThatThrownBy(owner::await).hasMessage("test");
            assertThat(owner.isCancelled()).isTrue();
            assertThat(owner.cancelling()).isEqualTo(1);
            assertThat(EventLoop.current().allTasks()).hasSize(1);
        });
    }

    @ParameterizedTest
    @InOrder
    @EnumSource
    void memberThatAwaitsItsOwner_failureOfASibling_doesNotCancelTheOwner(Await await) {
        EventLoop.run(() -> {
            var owner = ring(await, () -> {
                turns(3);
                throw new IllegalStateException("planned");
            });
            assertThatThrownBy(owner::await).hasMessage("planned");
            assertThat(owner.cancelling()).isZero();
            assertThat(EventLoop.current().allTasks()).hasSize(1);
        });
    }

    @ParameterizedTest
    @EnumSource
    void memberThatAwaitsItsOwner_theMainTaskIsDone_allEnd(Await await) {
        EventLoop.run(() -> {
            var owner = ring(await, () -> new AsyncEvent().await());
            turns(4);
            assertThat(owner.isDone()).isFalse();
        });
    }

    /** The owner does not wait in its group yet, but will. */
    @ParameterizedTest
    @EnumSource
    void memberThatAwaitsItsOwner_cancelOfTheGroup_doesNotCancelTheOwner(Await await) {
        EventLoop.run(() -> {
            var owners = new ArrayList<Task<?>>();
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> await.on(owners.get(0)));
                    yieldNow();
                    group.cancel();
                }
            });
            owners.add(owner);
            owner.await();
            assertThat(owner.cancelling()).isZero();
        });
    }

    @ParameterizedTest
    @EnumSource
    void memberThatAwaitsItsOwner_theMainTaskIsDone_beforeTheOwnerWaits_allEnd(Await await) {
        EventLoop.run(() -> {
            var owners = new ArrayList<Task<?>>();
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> await.on(owners.get(0)));
                    new AsyncEvent().await();
                }
            });
            owners.add(owner);
            turns(3);
            assertThat(owner.isDone()).isFalse();
        });
    }

    /** The owner waits for another group first, and that one is not cancelled. */
    @ParameterizedTest
    @EnumSource
    void memberThatAwaitsItsOwner_cancelOfTheGroup_theOwnerJoinsAnInnerOne(Await await) {
        EventLoop.run(() -> {
            var gate = new AsyncEvent();
            var groups = new ArrayList<TaskGroup>();
            var members = new ArrayList<Task<?>>();
            var owners = new ArrayList<Task<?>>();
            var owner = createTask(() -> {
                try (var outer = TaskGroup.open();
                        var inner = TaskGroup.open()) {
                    groups.add(outer);
                    members.add(outer.fork(() -> await.on(owners.get(0))));
                    members.add(inner.fork(() -> gate.await()));
                    inner.join();
                }
            });
            owners.add(owner);
            Steps.settle();
            groups.get(0).cancel();
            Steps.settle();
            assertThat(members.get(0).isCancelled()).isTrue();
            gate.set();
            owner.await();
            assertThat(owner.cancelling()).isZero();
            assertThat(members.get(1).isCancelled()).isFalse();
        });
    }

    @Test
    void memberThatGathersItsOwnerAndOthers_theOthersAreCancelledToo() {
        EventLoop.run(() -> {
            var future = new Future<Void>();
            var helper = createTask(() -> cleanUpFor(2));
            var owners = new ArrayList<Task<?>>();
            var owner = createTask(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> Async.gather(List.of(future, owners.get(0), helper)));
                    group.join();
                }
            });
            owners.add(owner);
            Steps.settle();
            owner.cancel("test");
            assertThatThrownBy(owner::await).hasMessage("test");
            assertThat(future.isCancelled()).isTrue();
            assertThatThrownBy(helper::await).isInstanceOf(CancelledException.class);
        });
    }

    /** The ways in which a cancel of the task that waits is passed on. */
    private enum Await {
        DIRECTLY {
            @Override
            void on(Future<?> future) {
                future.await();
            }
        },
        THROUGH_GATHER {
            @Override
            void on(Future<?> future) {
                Async.gather(List.of(future));
            }
        };

        abstract void on(Future<?> future);
    }

    private static Task<Void> ring(Await await, VoidTaskBody<?> sibling) {
        var owners = new ArrayList<Task<?>>();
        var owner = createTask(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> await.on(owners.get(0)));
                group.fork(() -> {
                    try (var inner = TaskGroup.open()) {
                        var between = createTask(() -> await.on(owners.get(0)));
                        inner.fork(() -> await.on(between));
                        inner.join();
                    }
                });
                group.fork(sibling);
                group.join();
            }
        });
        owners.add(owner);
        return owner;
    }

    /** Each awaits the one before: the cancel of the group reaches each of them once, and costs no walk down the chain. */
    @ParameterizedTest
    @EnumSource
    void membersThatAwaitEachOther_areCancelledOnce(Await await) {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<?>>();
            try (var group = TaskGroup.open()) {
                tasks.add(group.fork(() -> new AsyncEvent().await()));
                for (int i = 0; i < 50; i++) {
                    var before = tasks.get(i);
                    tasks.add(group.fork(() -> await.on(before)));
                }
                turns(2);
                group.cancel();
            }
            assertThat(tasks).allMatch(task -> task.cancelling() == 1).allMatch(Future::isCancelled);
        });
    }

    /** One that refuses its cancel does not keep the others. */
    @ParameterizedTest
    @EnumSource
    void memberThatAwaitsAnother_doesNotWaitForWhatThatAnswers(Await await) {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var gate = new AsyncEvent();
                var stubborn = group.fork(() -> {
                    assertThatThrownBy(() -> new AsyncEvent().await()).isInstanceOf(CancelledException.class);
                    gate.await();
                });
                var waiter = group.fork(() -> await.on(stubborn));
                Steps.settle();
                group.cancel();
                Steps.settle();
                assertThat(waiter.isCancelled()).isTrue();
                assertThat(stubborn.isDone()).isFalse();
                gate.set();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void memberThatAwaitsATaskOfItsOwn_passesTheCancelOn(Await await) {
        EventLoop.run(() -> {
            var helper = createTask(() -> cleanUpFor(2));
            try (var group = TaskGroup.open()) {
                group.fork(() -> await.on(helper));
                Steps.settle();
                group.cancel();
            }
            assertThat(helper.isCancelled()).isTrue();
        });
    }

    // ---------------------------------------------------------------- groups within groups

    /** test_taskgroup_14: of the inner one. */
    @Test
    void nested_theInnerFails_theOuterIsCancelledWithTheBody() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<?>>();
            assertThatThrownBy(() -> {
                        try (var outer = TaskGroup.open()) {
                            tasks.add(outer.fork(() -> cleanUpFor(3)));
                            yieldNow();
                            try (var inner = TaskGroup.open()) {
                                inner.fork(() -> {
                                    throw new IOException("planned");
                                });
                                inner.join();
                            }
                        }
                    })
                    .hasMessageContaining("planned");
            assertThat(tasks).allMatch(Future::isCancelled);
            assertNothingLeft();
        });
    }

    /** test_taskgroup_13: of the outer one; the owner hears of it where it joins that one. */
    @Test
    void nested_theOuterFails_theInnerGoesOn() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> {
                        try (var outer = TaskGroup.open()) {
                            outer.fork(() -> {
                                throw new IOException("planned");
                            });
                            try (var inner = TaskGroup.open()) {
                                inner.fork(() -> {
                                    turns(5);
                                    steps.at(1);
                                });
                                inner.join();
                            }
                            outer.join();
                        }
                    })
                    .hasMessageContaining("planned");
            assertNothingLeft();
            steps.done(2);
        });
    }

    /** test_nested_groups_both_cancelled. */
    @Test
    void nested_bothFail_eachThrowsItsOwn() {
        EventLoop.run(() -> {
            try (var outer = TaskGroup.open()) {
                try (var inner = TaskGroup.open()) {
                    inner.fork(() -> {
                        throw new IllegalStateException("inner");
                    });
                    outer.fork(() -> {
                        throw new IllegalStateException("outer");
                    });
                    assertThatThrownBy(inner::join).hasMessage("inner");
                }
                assertThat(currentTask().cancelling()).isZero();
                assertThatThrownBy(outer::join).hasMessage("outer");
            }
            assertNothingLeft();
        });
    }

    /** test_taskgroup_11 and 12, gh-116720: the owner's cancel passes both. */
    @Test
    void nested_theOwnerIsCancelledInTheInner_theCancelPassesBoth() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<?>>();
            var owner = createTask(() -> {
                try (var outer = TaskGroup.open()) {
                    tasks.add(outer.fork(() -> cleanUpFor(2)));
                    try (var inner = TaskGroup.open()) {
                        tasks.add(inner.fork(() -> cleanUpFor(2)));
                        inner.join();
                        steps.at(99);
                    }
                }
            });
            Steps.settle();
            owner.cancel("test");
            assertThatThrownBy(owner::await).hasMessage("test");
            assertThat(owner.isCancelled()).isTrue();
            assertThat(tasks).hasSize(2).allMatch(Future::isCancelled);
        });
    }

    /** gh-116720: the inner group fails at the same time, and its failure is dealt with; the cancel is still there. */
    @Test
    void nested_theInnerFailureIsCaught_theOuterStillSeesTheCancel() {
        EventLoop.run(() -> {
            var owner = createTask(() -> {
                try (var outer = TaskGroup.open()) {
                    outer.fork(() -> cleanUpFor(2));
                    try (var inner = TaskGroup.open()) {
                        inner.fork(() -> failOnCancel(new IllegalStateException("planned")));
                        assertThatThrownBy(inner::join).hasMessage("planned");
                    }
                    steps.at(1);
                    outer.join();
                    steps.at(99);
                }
            });
            Steps.settle();
            owner.cancel("test");
            assertThatThrownBy(owner::await).hasMessage("test");
            assertThat(owner.isCancelled()).isTrue();
            steps.done(2);
        });
    }

    @Test
    void nested_inAMember_theCancelOfTheOuterGroupReachesTheInner() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<?>>();
            try (var outer = TaskGroup.open()) {
                tasks.add(outer.fork(() -> {
                    try (var inner = TaskGroup.open()) {
                        tasks.add(inner.fork(() -> cleanUpFor(2)));
                        inner.join();
                        steps.at(99);
                    }
                }));
                Steps.settle();
                outer.cancel();
                outer.join();
            }
            assertThat(tasks).hasSize(2).allMatch(Future::isCancelled);
            assertNothingLeft();
        });
    }

    /** Deeper than any stack, where a task costs no thread. */
    @Test
    @Once
    void nested_deeply_cancelReachesTheInnermost() {
        int depth = Threads.configured() == Threads.PLATFORM ? 200 : 20_000;
        EventLoop.run(() -> {
            var innermost = new ArrayList<Task<?>>();
            var outermost = createTask(() -> nest(depth, innermost));
            while (innermost.isEmpty()) {
                yieldNow();
            }
            yieldNow();
            outermost.cancel("test");
            assertThat(innermost.get(0).cancelling()).isEqualTo(1); // at once, at whatever depth
            assertThatThrownBy(outermost::await).hasMessage("test");
            assertThat(EventLoop.current().allTasks()).hasSize(1);
        });
    }

    private static void nest(int depth, List<Task<?>> innermost) {
        try (var group = TaskGroup.open()) {
            if (depth == 0) {
                innermost.add(group.fork(() -> new AsyncEvent().await()));
            } else {
                group.fork(() -> nest(depth - 1, innermost));
            }
            group.join();
        }
    }

    // ---------------------------------------------------------------- groups that are left open

    @Test
    void outerClosedFirst_closesTheInnerToo_andThrows() {
        EventLoop.run(() -> {
            var outer = TaskGroup.open();
            var inner = TaskGroup.open();
            var task = inner.fork(() -> cleanUpFor(2));
            yieldNow();
            assertThatThrownBy(outer::close)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("task group closed before one that was opened after it: " + outer + ", " + inner);
            assertThat(task.isCancelled()).isTrue();
            assertThat(inner.toString()).contains("[closed, ");
            inner.close();
            outer.close();
            assertNothingLeft();
        });
    }

    @Test
    void ownerEnds_withGroupsOpen_waitsForTheirTasks_andFails() {
        EventLoop.run(() -> {
            var tasks = new ArrayList<Task<?>>();
            var owner = createTask("owner", () -> {
                tasks.add(TaskGroup.open().fork(() -> cleanUpFor(2)));
                tasks.add(TaskGroup.open().fork(() -> cleanUpFor(3)));
                yieldNow();
                return "result";
            });
            assertThatThrownBy(owner::await)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageMatching("task 'owner' ended without closing TaskGroup@\\w+ "
                            + "\\[open, tasks=1, failed=0] \\(use try-with-resources\\)");
            assertThat(tasks).hasSize(2).allMatch(Future::isCancelled);
            assertNothingLeft();
        });
    }

    @Test
    void ownerFails_withAGroupOpen_theFailureCounts() {
        EventLoop.run(() -> {
            var owner = createTask("owner", () -> {
                TaskGroup.open().fork(() -> 1);
                throw new IOException("planned");
            });
            assertThatThrownBy(owner::await)
                    .hasMessageContaining("planned")
                    .satisfies(e -> assertThat(e.getCause().getSuppressed())
                            .singleElement()
                            .isInstanceOf(IllegalStateException.class));
        });
    }

    @Test
    void ownerIsCancelled_withAGroupOpen_isStillTold() {
        EventLoop.run(() -> {
            var owner = createTask("owner", () -> {
                TaskGroup.open().fork(() -> 1);
                new AsyncEvent().await();
            });
            Steps.settle();
            owner.cancel();
            assertThatThrownBy(owner::await)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .satisfies(
                            e -> assertThat(e.getSuppressed()).singleElement().isInstanceOf(CancelledException.class));
        });
    }

    // ---------------------------------------------------------------- time limits

    @Test
    void inATimeout_timeIsUp_cancelsTheTasks() {
        EventLoop.run(() -> {
            var limit = Deadline.after(LONG);
            var tasks = new ArrayList<Task<?>>();
            assertThatThrownBy(() -> limit.run(() -> {
                        try (var group = TaskGroup.open()) {
                            tasks.add(group.fork(() -> cleanUpFor(2)));
                            timeIsUpInTheNextTurn(limit);
                            group.join();
                        }
                    }))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertThat(tasks).hasSize(1).allMatch(Future::isCancelled);
            assertNothingLeft();
        });
    }

    /** test_timeout_taskgroup: the failures win over the time that is up, and nothing of it stays behind. */
    @Test
    @InOrder
    void inATimeout_timeIsUp_andATaskFails_theFailureIsThrown() {
        EventLoop.run(() -> {
            var limit = Deadline.after(LONG);
            assertThatThrownBy(() -> limit.run(() -> {
                        try (var group = TaskGroup.open()) {
                            group.fork(() -> failOnCancel(new ArithmeticException("first")));
                            group.fork(() -> failOnCancel(new ArithmeticException("second")));
                            timeIsUpInTheNextTurn(limit); // once both of these wait
                            group.join();
                        }
                    }))
                    .isExactlyInstanceOf(ArithmeticException.class)
                    .hasMessage("first")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
            assertNothingLeft();
        });
    }

    @Test
    @InOrder
    void inATimeout_timeIsUp_inClose_theResultCounts() throws Exception {
        EventLoop.run(() -> {
            var limit = Deadline.after(LONG);
            var result = limit.run(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> cleanUpWhileTimeRunsOut(limit));
                    yieldNow();
                    group.cancel();
                }
                return "x";
            });
            assertThat(result).isEqualTo("x");
            assertThat(limit.hasExpired()).isTrue();
            assertNothingLeft();
        });
    }

    /** gh-155433: a group that is cancelled from inside swallows no limit around it. */
    @Test
    @InOrder
    void inATimeout_timeIsUp_whileACancelledGroupCleansUp_isATimeout() {
        EventLoop.run(() -> {
            var limit = Deadline.after(LONG);
            assertThatThrownBy(() -> limit.run(() -> {
                        try (var group = TaskGroup.open()) {
                            group.fork(() -> cleanUpWhileTimeRunsOut(limit));
                            yieldNow();
                            group.cancel();
                            group.join();
                            steps.at(99);
                        }
                    }))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertNothingLeft();
        });
    }

    @Test
    void inATimeout_theOwnerIsCancelledToo_isNoTimeout() {
        EventLoop.run(() -> {
            var limit = Deadline.after(LONG);
            var owner = createTask(() -> limit.run(() -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> cleanUpWhileTimeRunsOut(limit));
                    group.join();
                }
            }));
            Steps.settle();
            owner.cancel("foreign");
            assertThatThrownBy(owner::await).isInstanceOf(CancelledException.class);
            assertThat(limit.hasExpired()).isTrue();
            assertThat(owner.isCancelled()).isTrue();
            assertThat(owner.cancelling()).isEqualTo(1);
        });
    }

    @Test
    void inAMember_aTimeoutIsAFailure() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var sibling = group.fork(() -> new AsyncEvent().await());
                group.fork(() -> timeout(Duration.ZERO, () -> new AsyncEvent().await()));
                assertThatThrownBy(group::join).hasCauseExactlyInstanceOf(TimeoutException.class);
                assertThat(sibling.isCancelled()).isTrue();
            }
            assertNothingLeft();
        });
    }

    @Test
    void inAMember_cancelledByTheGroup_isNoTimeout() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var member = group.fork(() -> timeout(LONG, () -> new AsyncEvent().await()));
                yieldNow();
                group.cancel();
                group.join();
                assertThat(member.isCancelled()).isTrue();
            }
            assertNothingLeft();
        });
    }

    // ---------------------------------------------------------------- off the loop

    @Test
    void memberOffTheLoop_isInterrupted_andWaitedFor() {
        EventLoop.run(() -> {
            var out = new CountDownLatch(1);
            try (var group = TaskGroup.open()) {
                var member = group.fork(() -> Async.blocking(() -> {
                    out.countDown();
                    Thread.sleep(60_000);
                }));
                Async.blocking(() -> Bystander.await(out));
                group.cancel();
                group.join();
                assertThat(member.isCancelled()).isTrue();
            }
            assertNothingLeft();
        });
    }

    @Test
    void ownerOffTheLoop_hearsOfTheFailureAfterwards() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var ended = new CountDownLatch(1);
                group.fork(() -> {
                    throw new IllegalStateException("planned");
                });
                group.fork(() -> 1).whenDone(task -> ended.countDown());
                Async.blocking(() -> Bystander.await(ended));
                assertThatThrownBy(group::join).hasMessage("planned");
            }
            assertNothingLeft();
        });
    }

    // ---------------------------------------------------------------- loops that end

    @Test
    void mainIsDone_groupsElsewhereCleanUp() {
        var tasks = new ArrayList<Task<?>>();
        EventLoop.run(() -> {
            createTask(() -> {
                try (var group = TaskGroup.open()) {
                    tasks.add(group.fork(() -> {
                        try {
                            new AsyncEvent().await();
                        } finally {
                            turns(3);
                            steps.at(1);
                        }
                    }));
                    group.join();
                } finally {
                    steps.at(2);
                }
            });
            Steps.settle();
        });
        assertThat(tasks.toString()).contains("cancelled");
        steps.done(3);
    }

    @Test
    @InOrder
    void loopCloses_whileTheOwnerJoins_everyoneUnwinds() {
        var group = new ArrayList<TaskGroup>();
        reporting(loop -> {
            loop.runUntilComplete(() -> {
                createTask(() -> {
                    try (var opened = TaskGroup.open()) {
                        group.add(opened);
                        opened.fork(() -> {
                            try {
                                new AsyncEvent().await();
                            } finally {
                                steps.at(2);
                            }
                        });
                        opened.join();
                        steps.at(99);
                    } catch (CancelledException e) {
                        steps.at(1);
                        assertThat(e).hasMessageEndingWith("is closing");
                        throw e;
                    }
                });
                turns(2);
            });
        });
        assertThat(group.toString()).contains("[closed, tasks=0, failed=0]");
        assertThat(reports).isEmpty();
        steps.done(3);
    }

    /** The owner cannot wait, so nobody hears of what its tasks throw now; the handler does. */
    @Test
    void loopCloses_failuresAreReported() {
        reporting(loop -> {
            loop.runUntilComplete(() -> {
                createTask(() -> {
                    try (var group = TaskGroup.open()) {
                        group.fork(() -> failOnCancel(new IllegalStateException("planned")));
                        group.join();
                    }
                });
                Steps.settle();
            });
        });
        assertThat(reports).containsExactly("planned");
    }

    @Test
    @Once
    void loopCloses_ownerThatDoesNotGiveUp_isAbandoned() {
        reporting(loop -> {
            loop.runUntilComplete(() -> {
                createTask("stubborn", () -> {
                    while (true) {
                        try (var group = TaskGroup.open()) {
                            group.fork(() -> new AsyncEvent().await());
                            group.join();
                        } catch (RuntimeException e) {
                            try {
                                yieldNow();
                            } catch (CancelledException again) {
                                assertThat(again.source()).isNotNull();
                            }
                        }
                    }
                });
                turns(3);
            });
        });
        assertThat(reports).singleElement().asString().contains("is closing");
    }

    @Test
    void loopCloses_whileAGroupIsOpen_forkIsRefused() {
        reporting(loop -> {
            loop.runUntilComplete(() -> {
                createTask(() -> {
                    try (var group = TaskGroup.open()) {
                        try {
                            new AsyncEvent().await();
                        } finally {
                            assertThatThrownBy(() -> group.fork(() -> 1)).hasMessageEndingWith("is closing");
                            steps.at(1);
                        }
                    }
                });
                Steps.settle();
            });
        });
        steps.done(2);
    }

    // ---------------------------------------------------------------- helpers

    private interface OnLoop {
        void run(EventLoop loop);
    }

    private void reporting(OnLoop body) {
        try (EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reports.add(e.getMessage()))
                .build()) {
            body.run(loop);
        }
    }

    private static void turns(int count) {
        for (int i = 0; i < count; i++) {
            yieldNow();
        }
    }

    /** It could never end: the owner waits for it. */
    @Test
    @InOrder
    void memberThatAwaitsTheOwner_andHasRefusedTheCancelOfTheGroup_endsWithOneOfItsOwn() {
        EventLoop.run(() -> {
            List<Task<Object>> members = new ArrayList<>();
            Task<String> owner = createTask(() -> {
                Task<?> self = currentTask();
                try (TaskGroup group = TaskGroup.open()) {
                    members.add(group.fork(() -> {
                        try {
                            new AsyncEvent().await();
                        } catch (CancelledException e) {
                            currentTask().uncancel();
                        }
                        return self.await();
                    }));
                    yieldNow();
                    group.cancel();
                }
                return "closed";
            });
            turns(4);
            assertThat(owner.isDone()).isFalse();
            members.get(0).cancel();
            turns(3);
            assertThat(owner.isDone()).isTrue();
            assertThat(members.get(0).isCancelled()).isTrue();
            assertThat(owner.result()).isEqualTo("closed");
        });
    }

    /** Waits for ever, and when it is cancelled, takes some turns to end. */
    private static void cleanUpFor(int turns) {
        try {
            new AsyncEvent().await();
        } finally {
            turns(turns);
        }
    }

    /** Waits for ever, and when it is cancelled, the time of the limit is up before it has ended. */
    private static void cleanUpWhileTimeRunsOut(Deadline limit) {
        try {
            new AsyncEvent().await();
        } finally {
            limit.moveTo(Duration.ZERO);
            yieldNow();
        }
    }

    private static void timeIsUpInTheNextTurn(Deadline limit) {
        createTask(() -> limit.moveTo(Duration.ZERO));
    }

    private static void failOnCancel(RuntimeException failure) {
        try {
            new AsyncEvent().await();
        } catch (CancelledException e) {
            throw failure;
        }
    }

    /** No cancel of the owner is open, none is waiting to be thrown, and no task is left. */
    private static void assertNothingLeft() {
        assertThat(currentTask().cancelling()).isZero();
        yieldNow();
        assertThat(EventLoop.current().allTasks()).hasSize(1);
    }
}
