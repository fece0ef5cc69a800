// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks that end together: what they return, how they fail, how the group is closed. */
@Timeout(60)
final class TaskGroupTest {
    private final Steps steps = new Steps();
    private final List<String> reports = new ArrayList<>();

    // ---------------------------------------------------------------- results

    @Test
    void join_waitsForAll_andTheirResultsAreThere() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var slow = group.fork(() -> {
                    yieldNow();
                    yieldNow();
                    return 42;
                });
                var fast = group.fork(() -> 11);
                group.join();
                assertThat(slow.resultNow()).isEqualTo(42);
                assertThat(fast.resultNow()).isEqualTo(11);
            }
            assertNothingLeft();
        });
    }

    @Test
    void fork_afterAWait_joinsTheGroupToo() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var first = group.fork(() -> 42);
                first.await();
                var second = group.fork(() -> 11);
                group.join();
                assertThat(second.resultNow()).isEqualTo(11);
            }
        });
    }

    @Test
    @InOrder
    void fork_startsInALaterTurn_inOrder() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> steps.at(2));
                group.fork("named", () -> steps.at(3));
                group.fork(() -> {
                    steps.at(4);
                    return null;
                });
                steps.at(1);
                group.join();
            }
            steps.done(5);
        });
    }

    @Test
    void fork_withAName() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                assertThat(group.fork("value", () -> 1).name()).isEqualTo("value");
                assertThat(group.fork("void", () -> steps.at(1)).name()).isEqualTo("void");
                group.join();
            }
        });
    }

    @Test
    void join_ofNobody_returnsAtOnce() {
        EventLoop.run(() -> {
            createTask(() -> steps.at(2));
            try (var group = TaskGroup.open()) {
                group.join();
            }
            try (var group = TaskGroup.open()) {
                assertThat(group.toString()).endsWith("[open, tasks=0, failed=0]");
            }
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void join_whenAllHaveEnded_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> 1).await();
                createTask(() -> steps.at(2));
                group.join();
                steps.at(1);
            }
            Steps.settle();
            steps.done(3);
        });
    }

    /** test_taskgroup_24: those of the group fork more while the owner waits. */
    @Test
    void fork_byAMember_whileTheOwnerJoins() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> {
                    yieldNow();
                    steps.at(1);
                    group.fork(() -> {
                        yieldNow();
                        steps.at(2);
                    });
                });
                group.join();
            }
            steps.done(3);
        });
    }

    /** test_taskgroup_25: a group that grows without end is stopped by a failure. */
    @Test
    void fork_byMembersWithoutEnd_endsWithTheFirstFailure() {
        EventLoop.run(() -> {
            var heads = new ArrayList<Integer>();
            assertThatThrownBy(() -> {
                        try (var group = TaskGroup.open()) {
                            group.fork(() -> hydra(group, heads));
                            group.fork(() -> {
                                while (heads.size() < 10) {
                                    yieldNow();
                                }
                                throw new ArithmeticException("planned");
                            });
                            group.join();
                        }
                    })
                    .isExactlyInstanceOf(ArithmeticException.class)
                    .hasNoSuppressedExceptions();
            assertThat(heads).hasSizeGreaterThanOrEqualTo(10);
            assertThat(EventLoop.current().allTasks()).hasSize(1);
        });
    }

    private static void hydra(TaskGroup group, List<Integer> heads) {
        heads.add(1);
        yieldNow();
        group.fork(() -> hydra(group, heads));
        group.fork(() -> hydra(group, heads));
    }

    @Test
    @InOrder
    void fork_byACallbackOrAnyTaskOfTheLoop() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                Steps.inCallback(() -> group.fork(() -> steps.at(1)));
                createTask(() -> group.fork(() -> steps.at(2))).await();
                group.join();
            }
            steps.done(3);
        });
    }

    // ---------------------------------------------------------------- failure

    @Test
    @InOrder
    void firstFailure_cancelsTheSiblings_andIsThrownWhenAllHaveEnded() {
        EventLoop.run(() -> {
            var failure = new IllegalArgumentException("planned");
            try (var group = TaskGroup.open()) {
                group.fork("failing", () -> {
                    yieldNow();
                    throw failure;
                });
                var sibling = group.fork(() -> {
                    try {
                        new AsyncEvent().await();
                    } finally {
                        yieldNow();
                        steps.at(1);
                    }
                });
                assertThatThrownBy(group::join).isSameAs(failure).hasNoSuppressedExceptions();
                steps.at(2);
                assertThat(sibling.isCancelled()).isTrue();
            }
            assertNothingLeft();
            steps.done(3);
        });
    }

    @Test
    @InOrder
    void firstFailure_siblingsThatHaveNotBegun_neverRun() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> {
                    throw new IllegalArgumentException("planned");
                });
                var sibling = group.fork(() -> steps.at(99));
                assertThatThrownBy(group::join).hasMessage("planned");
                assertThat(sibling.isCancelled()).isTrue();
            }
            steps.done(1);
        });
    }

    @Test
    void checkedFailure_comesInACompletionException_errorsAsTheyAre() {
        EventLoop.run(() -> {
            var checked = new IOException("planned");
            assertThatThrownBy(() -> joinOf(checked))
                    .isExactlyInstanceOf(CompletionException.class)
                    .hasCause(checked);
            var error = new StackOverflowError("planned");
            assertThatThrownBy(() -> joinOf(error)).isSameAs(error);
        });
    }

    private static void joinOf(Throwable failure) {
        try (var group = TaskGroup.open()) {
            group.fork(() -> {
                throw failure;
            });
            group.join();
        }
    }

    @Test
    @InOrder
    void furtherFailures_areSuppressedExceptionsOfTheFirst() {
        EventLoop.run(() -> {
            var first = new IOException("first");
            var second = new IllegalStateException("second");
            var third = new AssertionError("third");
            try (var group = TaskGroup.open()) {
                group.fork(() -> failOnCancel(second));
                group.fork(() -> failOnCancel(third));
                group.fork(() -> {
                    yieldNow();
                    throw first;
                });
                assertThatThrownBy(group::join).hasCause(first);
            }
            assertThat(first.getSuppressed()).containsExactly(second, third);
            assertNothingLeft();
        });
    }

    private static void failOnCancel(Throwable failure) throws Throwable {
        try {
            new AsyncEvent().await();
        } catch (CancelledException e) {
            throw failure;
        }
    }

    @Test
    @InOrder
    void sharedFailure_isKeptOnce_andDoesNotSuppressItself() {
        EventLoop.run(() -> {
            var shared = new IllegalStateException("shared");
            var other = new IllegalStateException("other");
            var known = new IllegalStateException("known");
            shared.addSuppressed(known);
            try (var group = TaskGroup.open()) {
                for (var failure : List.of(shared, other, known, other)) {
                    group.fork(() -> failOnCancel(failure));
                }
                group.fork(() -> {
                    yieldNow();
                    throw shared;
                });
                assertThatThrownBy(group::join).isSameAs(shared);
            }
            assertThat(shared.getSuppressed()).containsExactly(known, other);
        });
    }

    /** The JDK's own out-of-memory errors are such. */
    @Test
    @InOrder
    void firstFailure_thatCanSuppressNothing_theOthersAreReported() {
        reporting(() -> {
            try (var group = TaskGroup.open()) {
                group.fork("second", () -> failOnCancel(new IllegalStateException("second")));
                group.fork(() -> {
                    yieldNow();
                    throw new Unsuppressing();
                });
                assertThatThrownBy(group::join).isExactlyInstanceOf(Unsuppressing.class);
            }
        });
        assertThat(reports).containsExactly("second");
    }

    private static final class Unsuppressing extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unsuppressing() {
            super("planned", null, false, false);
        }
    }

    @Test
    void failures_thatJoinThrew_areNotReported() {
        reporting(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> failOnCancel(new IllegalStateException("second")));
                group.fork(() -> failOnCancel(new IllegalStateException("third")));
                group.fork(() -> {
                    yieldNow();
                    throw new IllegalStateException("first");
                });
                assertThatThrownBy(group::join).hasMessage("first");
            }
        });
        assertThat(reports).isEmpty();
    }

    @Test
    void owner_isNotCancelled_betweenForkAndJoin() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> {
                    throw new IllegalArgumentException("planned");
                });
                for (int i = 0; i < 5; i++) {
                    yieldNow();
                }
                assertThat(currentTask().cancelling()).isZero();
                steps.at(1);
                assertThatThrownBy(group::join).hasMessage("planned");
            }
            assertNothingLeft();
            steps.done(2);
        });
    }

    @Test
    @InOrder
    void awaitingATaskThatTheGroupCancelled_throwsTheFailureAsTheCause() {
        EventLoop.run(() -> {
            var failure = new IOException("planned");
            try (var group = TaskGroup.open()) {
                var begun = group.fork(() -> new AsyncEvent().await());
                group.fork("failing", () -> {
                    yieldNow();
                    throw failure;
                });
                assertThatThrownBy(begun::await).isInstanceOfSatisfying(CancelledException.class, e -> {
                    assertThat(e).hasCause(failure).hasMessage("cancelled by its task group: task 'failing' failed");
                    assertThat(e.source()).isSameAs(begun);
                });
                assertThatThrownBy(group::join).hasCause(failure);
            }
            try (var group = TaskGroup.open()) {
                group.fork(() -> {
                    throw failure;
                });
                var notBegun = group.fork(() -> 1);
                assertThatThrownBy(notBegun::await)
                        .isInstanceOf(CancelledException.class)
                        .hasCause(failure);
                assertThatThrownBy(group::join).hasCause(failure);
            }
            assertNothingLeft();
        });
    }

    @Test
    void cancelledForAnotherReason_hasNoFailureAsItsCause() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> failOnCancel(new IOException("planned")));
                var slow = group.fork(() -> {
                    try {
                        new AsyncEvent().await();
                    } finally {
                        yieldNow();
                    }
                });
                Steps.settle();
                group.cancel();
                assertThatThrownBy(slow::await)
                        .isInstanceOf(CancelledException.class)
                        .hasRootCauseInstanceOf(CancelledException.class);
                assertThatThrownBy(group::join).hasMessageContaining("planned");
            }
        });
    }

    @Test
    void failedTask_thatTheOwnerAwaits_throwsInBothPlaces() {
        EventLoop.run(() -> {
            var failure = new IllegalStateException("planned");
            try (var group = TaskGroup.open()) {
                var task = group.fork(() -> {
                    throw failure;
                });
                assertThatThrownBy(task::await).isSameAs(failure);
                assertThatThrownBy(group::join).isSameAs(failure);
            }
        });
    }

    /** A sibling that awaits the failing one is cancelled with the others; it does not fail a second time. */
    @Test
    void sibling_thatAwaitsTheFailingOne_isCancelled() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var failing = group.fork(() -> {
                    yieldNow();
                    throw new IOException("planned");
                });
                var waiting = group.fork(() -> failing.await());
                assertThatThrownBy(group::join)
                        .hasMessageContaining("planned")
                        .satisfies(e -> assertThat(e.getCause()).hasNoSuppressedExceptions());
                assertThat(waiting.isCancelled()).isTrue();
            }
        });
    }

    // ---------------------------------------------------------------- a task that is cancelled

    /** test_taskgroup_03. */
    @Test
    void taskCancelledByItself_doesNotCancelTheSiblings() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var cancelled = group.fork(() -> new AsyncEvent().await());
                yieldNow();
                cancelled.cancel();
                var other = group.fork(() -> {
                    yieldNow();
                    return 11;
                });
                group.join();
                assertThat(cancelled.isCancelled()).isTrue();
                assertThat(other.resultNow()).isEqualTo(11);
            }
            assertNothingLeft();
        });
    }

    @Test
    void taskThatThrowsItsOwnCancel_doesNotCancelTheSiblings() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> {
                    throw new CancelledException("enough");
                });
                group.fork(Async::yieldNow);
                group.join();
            }
        });
    }

    /** What a task awaits is not the task: letting that cancel escape is a failure. */
    @Test
    void taskThatLetsAForeignCancelEscape_hasFailed() {
        EventLoop.run(() -> {
            var future = new Future<Void>();
            try (var group = TaskGroup.open()) {
                group.fork(() -> future.await());
                var sibling = group.fork(() -> new AsyncEvent().await());
                yieldNow();
                future.cancel("foreign");
                assertThatThrownBy(group::join)
                        .isInstanceOfSatisfying(
                                CancelledException.class,
                                e -> assertThat(e.source()).isSameAs(future));
                assertThat(sibling.isCancelled()).isTrue();
            }
            assertNothingLeft();
        });
    }

    @Test
    @InOrder
    void taskThatRefusesTheCancel_isWaitedFor() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var stubborn = group.fork(() -> {
                    assertThatThrownBy(() -> new AsyncEvent().await()).isInstanceOf(CancelledException.class);
                    currentTask().uncancel();
                    yieldNow();
                    return "in spite";
                });
                group.fork(() -> {
                    yieldNow();
                    throw new IllegalStateException("planned");
                });
                assertThatThrownBy(group::join).hasMessage("planned");
                assertThat(stubborn.resultNow()).isEqualTo("in spite");
            }
        });
    }

    // ---------------------------------------------------------------- cancel()

    @Test
    void cancel_cancelsAll_andCloseNeedsNoJoin() {
        EventLoop.run(() -> {
            Task<?> begun;
            Task<?> notBegun;
            try (var group = TaskGroup.open()) {
                begun = group.fork(() -> {
                    try {
                        new AsyncEvent().await();
                    } finally {
                        yieldNow();
                        steps.at(1);
                    }
                });
                Steps.settle();
                notBegun = group.fork(() -> steps.at(99));
                group.cancel();
                group.cancel();
                assertThat(begun.cancelling()).isEqualTo(1);
            }
            steps.at(2);
            assertThat(begun.isCancelled()).isTrue();
            assertThat(notBegun.isCancelled()).isTrue();
            assertThatThrownBy(begun::await).hasMessage("cancelled by its task group: the group was cancelled");
            assertNothingLeft();
            steps.done(3);
        });
    }

    @Test
    void cancel_byAMember_endsTheJoin_withoutAnException() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var sibling = group.fork(() -> new AsyncEvent().await());
                var member = group.fork(() -> {
                    group.cancel();
                    yieldNow();
                    steps.at(99);
                });
                group.join();
                assertThat(sibling.isCancelled()).isTrue();
                assertThat(member.isCancelled()).isTrue();
            }
            assertNothingLeft();
            steps.done(1);
        });
    }

    @Test
    void cancel_inACallback_works() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> new AsyncEvent().await());
                EventLoop.current().callSoon(group::cancel);
                group.join();
            }
        });
    }

    @Test
    void cancel_thenATaskFails_joinThrowsThat() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> failOnCancel(new IllegalStateException("planned")));
                Steps.settle();
                group.cancel();
                assertThatThrownBy(group::join).hasMessage("planned");
            }
        });
    }

    @Test
    void cancel_thenATaskFails_andNobodyJoins_isReported() {
        reporting(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> failOnCancel(new IllegalStateException("planned")));
                Steps.settle();
                group.cancel();
            }
        });
        assertThat(reports).containsExactly("planned");
    }

    @Test
    void cancel_ofNobody_andAfterTheEnd_changesNothing() {
        EventLoop.run(() -> {
            var group = TaskGroup.open();
            var task = group.fork(() -> 1);
            group.join();
            group.cancel();
            assertThat(group.toString()).endsWith("[joined, tasks=0, failed=0]");
            group.close();
            group.cancel();
            assertThat(group.toString()).endsWith("[closed, tasks=0, failed=0]");
            assertThat(task.resultNow()).isEqualTo(1);
            try (var empty = TaskGroup.open()) {
                empty.cancel();
            }
        });
    }

    // ---------------------------------------------------------------- close()

    @Test
    void close_withoutJoin_throws_whenAllHaveEnded() {
        EventLoop.run(() -> {
            var group = TaskGroup.open();
            var left = group.fork(() -> {
                try {
                    new AsyncEvent().await();
                } finally {
                    yieldNow();
                    steps.at(1);
                }
            });
            group.fork(() -> 1);
            Steps.settle();
            assertThatThrownBy(group::close)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("task group closed without join(): 2 tasks forked")
                    .hasNoCause();
            steps.at(2);
            assertThat(left.isCancelled()).isTrue();
            group.close(); // no second time
            assertNothingLeft();
            steps.done(3);
        });
    }

    @Test
    @InOrder
    void close_withoutJoin_namesTheFailure_andKeepsAll() {
        reporting(() -> {
            var failure = new IOException("no user -1");
            var group = TaskGroup.open();
            group.fork(() -> failOnCancel(new IllegalStateException("second")));
            group.fork(() -> {
                yieldNow();
                throw failure;
            });
            yieldNow();
            yieldNow();
            assertThatThrownBy(group::close)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("task group closed without join(): "
                            + "2 tasks forked, 2 failed (java.io.IOException: no user -1)")
                    .hasCause(failure);
            assertThat(failure.getSuppressed()).hasSize(1);
        });
        assertThat(reports).isEmpty();
    }

    @Test
    void close_withoutJoin_oneTask() {
        EventLoop.run(() -> {
            var group = TaskGroup.open();
            group.fork(() -> 1).await();
            assertThatThrownBy(group::close).hasMessage("task group closed without join(): 1 task forked");
        });
    }

    /** test_taskgroup_09 and 10. */
    @Test
    void bodyThatThrows_cancelsTheTasks_andItsExceptionCounts() {
        EventLoop.run(() -> {
            var failure = new ArithmeticException("planned");
            var tasks = new ArrayList<Task<?>>();
            assertThatThrownBy(() -> {
                        try (var group = TaskGroup.open()) {
                            tasks.add(group.fork(() -> new AsyncEvent().await()));
                            yieldNow();
                            tasks.add(group.fork(() -> new AsyncEvent().await()));
                            throw failure;
                        }
                    })
                    .isSameAs(failure);
            assertThat(failure.getSuppressed())
                    .singleElement()
                    .isInstanceOfSatisfying(
                            IllegalStateException.class,
                            e -> assertThat(e).hasMessage("task group closed without join(): 2 tasks forked"));
            assertThat(tasks).allMatch(Future::isCancelled);
            assertNothingLeft();
        });
    }

    @Test
    void close_afterAFailedJoin_addsNothing() {
        EventLoop.run(() -> {
            var failure = new IllegalStateException("planned");
            assertThatThrownBy(() -> joinOf(failure)).isSameAs(failure).hasNoSuppressedExceptions();
        });
    }

    // ---------------------------------------------------------------- misuse

    @Test
    @InOrder
    void fork_afterAFailure_isRefused() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork("failing", () -> {
                    yieldNow();
                    throw new IllegalStateException("planned");
                });
                group.fork(() -> {
                    try {
                        new AsyncEvent().await();
                    } finally {
                        assertThatThrownBy(() -> group.fork(() -> steps.at(99)))
                                .isExactlyInstanceOf(IllegalStateException.class)
                                .hasMessage("task group is shutting down (task 'failing' failed): " + group)
                                .hasMessageEndingWith("[shutting down, tasks=1, failed=1]");
                        steps.at(1);
                    }
                });
                assertThatThrownBy(group::join).hasMessage("planned");
                assertThatThrownBy(() -> group.fork(() -> 1)).hasMessageContaining("is shutting down");
            }
            yieldNow();
            steps.done(2);
        });
    }

    @Test
    void fork_afterCancelJoinOrClose_isRefused() {
        EventLoop.run(() -> {
            var group = TaskGroup.open();
            group.cancel();
            assertThatThrownBy(() -> group.fork(() -> 1))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("task group is shutting down (the group was cancelled): ");
            group.close();
            assertThatThrownBy(() -> group.fork(() -> 1)).hasMessage("task group is closed: " + group);

            var joined = TaskGroup.open();
            joined.join();
            assertThatThrownBy(() -> joined.fork(() -> steps.at(99)))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("task group was joined and all its tasks have ended: " + joined);
            joined.close();
            assertThat(EventLoop.current().allTasks()).hasSize(1);
        });
    }

    /** Between the end of the last task and the turn of the owner nobody slips in. */
    @Test
    @InOrder
    void fork_afterTheLastHasEnded_beforeTheOwnerRuns_isRefused() {
        EventLoop.run(() -> {
            var group = TaskGroup.open();
            var last = group.fork(() -> {
                yieldNow();
            });
            last.whenDone(task -> {
                assertThatThrownBy(() -> group.fork(() -> steps.at(99)))
                        .isExactlyInstanceOf(IllegalStateException.class);
                steps.at(1);
            });
            group.join();
            group.close();
            steps.done(2);
        });
    }

    @Test
    void join_twice_orAfterClose_isRefused() {
        EventLoop.run(() -> {
            var group = TaskGroup.open();
            group.fork(() -> {
                throw new IllegalStateException("planned");
            });
            assertThatThrownBy(group::join).hasMessage("planned");
            assertThatThrownBy(group::join)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("task group is joined already: " + group);
            group.close();
            assertThatThrownBy(group::join)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("task group is closed already: " + group);
        });
    }

    @Test
    void joinAndClose_areForTheOwner() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var member = group.fork("member", () -> {
                    for (Runnable operation : List.<Runnable>of(group::join, group::close)) {
                        assertThatThrownBy(operation::run)
                                .isExactlyInstanceOf(IllegalStateException.class)
                                .hasMessageContaining(
                                        "() is for the task that opened the group, task 'main', not for task 'member': "
                                                + group);
                    }
                });
                member.await();
                Steps.inCallback(() -> {
                    assertThatThrownBy(group::join)
                            .hasMessage("TaskGroup.join() in a callback: only tasks can wait, use createTask");
                    assertThatThrownBy(group::close)
                            .hasMessage("TaskGroup.close() in a callback: only tasks can wait, use createTask");
                });
                group.join(); // nothing was changed
            }
        });
    }

    @Test
    void open_outsideATask_isRefused() {
        assertThatThrownBy(TaskGroup::open)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("no running event loop");
        EventLoop.run(() -> Steps.inCallback(() -> assertThatThrownBy(() -> TaskGroup.open())
                .hasMessage("TaskGroup.open() in a callback: only tasks can wait, use createTask")));
    }

    @Test
    void nulls_areNamed() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                assertThatThrownBy(() -> group.fork((TaskBody<Integer, RuntimeException>) null))
                        .hasMessage("body");
                assertThatThrownBy(() -> group.fork((VoidTaskBody<RuntimeException>) null))
                        .hasMessage("body");
                assertThatThrownBy(() -> group.fork(null, () -> 1)).hasMessage("name");
                assertThatThrownBy(() -> group.fork("x", (VoidTaskBody<RuntimeException>) null))
                        .hasMessage("body");
                assertThat(group.toString()).endsWith("[open, tasks=0, failed=0]");
            }
        });
    }

    // ---------------------------------------------------------------- many

    @Test
    @Once
    void hundredThousandTasks() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var tasks = new ArrayList<Task<Integer>>();
                for (int i = 0; i < 100_000; i++) {
                    int id = i;
                    tasks.add(group.fork(() -> id));
                }
                group.join();
                assertThat(tasks.get(99_999).resultNow()).isEqualTo(99_999);
            }
        });
    }

    @Test
    @Once
    void hundredThousandTasks_ofWhichTheFirstFails() {
        EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                group.fork(() -> {
                    throw new IllegalStateException("planned");
                });
                Task<?> last = currentTask();
                for (int i = 0; i < 100_000; i++) {
                    last = group.fork(() -> steps.at(99));
                }
                assertThatThrownBy(group::join).hasMessage("planned").hasNoSuppressedExceptions();
                assertThat(last.isCancelled()).isTrue();
            }
            assertNothingLeft();
            steps.done(1);
        });
    }

    // ---------------------------------------------------------------- helpers

    private void reporting(VoidTaskBody<RuntimeException> body) {
        try (EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reports.add(e.getMessage()))
                .build()) {
            loop.runUntilComplete(body);
        }
    }

    /** No cancel of the owner is open, none is waiting to be thrown, and no task is left. */
    private static void assertNothingLeft() {
        assertThat(currentTask().cancelling()).isZero();
        yieldNow();
        assertThat(EventLoop.current().allTasks()).hasSize(1);
    }
}
