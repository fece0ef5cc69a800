// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.core.LeakDetection;
import dev.signalbox.core.RLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rings are found where there are some, and only there. */
@Timeout(60)
final class WaitGraphTest {
    private final EventLoop loop = EventLoop.builder().name("L").build();
    private final List<Task<Object>> tasks = new ArrayList<>();

    @AfterEach
    void close() {
        loop.close();
    }

    /** Runs the bodies, named a, b and so on, until they wait, and looks for a ring. */
    @SafeVarargs
    private @Nullable String ringOf(TaskBody<Object, Exception>... bodies) {
        return loop.runUntilComplete(() -> {
            start(bodies);
            Steps.settle();
            return WaitGraph.ring(loop);
        });
    }

    @SafeVarargs
    private void start(TaskBody<Object, Exception>... bodies) {
        for (int i = 0; i < bodies.length; i++) {
            tasks.add(Async.createTask(String.valueOf((char) ('a' + i)), bodies[i]));
        }
    }

    private Object await(int index) {
        return tasks.get(index).await();
    }

    private static Object forever() {
        return new Future<>().await();
    }

    // ---------------------------------------------------------------- rings

    @Test
    void tasksThatAwaitEachOther() {
        assertThat(ringOf(() -> await(1), () -> await(2), () -> await(0)))
                .isEqualTo("'a' waits for Task 'b', 'b' waits for Task 'c', 'c' waits for Task 'a'");
    }

    @Test
    void theWayIntoARing_isNoPartOfIt() {
        assertThat(ringOf(() -> await(1), () -> await(2), () -> await(1)))
                .isEqualTo("'b' waits for Task 'c', 'c' waits for Task 'b'");
    }

    @Test
    @InOrder
    void aLock_betweenTwoTasks() {
        AsyncLock lock = new AsyncLock();
        assertThat(ringOf(() -> await(1), () -> await(2), () -> lock.acquire(), () -> forever()))
                .isNull();
        tasks.clear();
        AsyncLock second = new AsyncLock();
        assertThat(ringOf(() -> second.acquire() == null ? "" : await(1), () -> second.acquire()))
                .matches("'a' waits for Task 'b', 'b' waits for AsyncLock@\\w+ held by 'a'");
    }

    @Test
    @InOrder
    void twoLocks_takenInDifferentOrders() {
        AsyncLock first = new AsyncLock();
        AsyncLock second = new AsyncLock();
        assertThat(ringOf(
                        () -> {
                            first.acquire();
                            Async.yieldNow();
                            return second.acquire();
                        },
                        () -> {
                            second.acquire();
                            Async.yieldNow();
                            return first.acquire();
                        }))
                .matches("'a' waits for AsyncLock@\\w+ held by 'b', 'b' waits for AsyncLock@\\w+ held by 'a'");
    }

    @Test
    void aLock_takenTwice() {
        AsyncLock lock = new AsyncLock();
        assertThat(ringOf(() -> {
                    lock.acquire();
                    return lock.acquire();
                }))
                .matches("'a' waits for AsyncLock@\\w+ held by 'a'");
    }

    @Test
    void gathers_needAll() {
        assertThat(ringOf(() -> Async.gather(List.of(tasks.get(1), tasks.get(2))), () -> forever(), () -> await(0)))
                .isEqualTo("'a' waits for Task 'c', 'c' waits for Task 'a'");
    }

    @Test
    void ownersOfGroups_needAllMembers() {
        assertThat(ringOf(() -> {
                    try (TaskGroup group = TaskGroup.open()) {
                        group.fork("free", () -> forever());
                        group.fork("m", () -> await(0));
                        group.join();
                    }
                    return "";
                }))
                .isEqualTo("'a' waits for Task 'm', 'm' waits for Task 'a'");
    }

    @Test
    void aMember_thatRefusedTheCancelOfItsGroup_andAwaitsTheOwner() {
        assertThat(ringOf(WaitGraphTest::awaitOwnerAgain)).isEqualTo("'a' waits for Task 'm', 'm' waits for Task 'a'");
    }

    /** Owns a group of which a member means to outlive the cancel, by awaiting the one that waits for its end. */
    private static Object awaitOwnerAgain() {
        Task<?> owner = Async.currentTask();
        Future<String> begun = new Future<>();
        try (TaskGroup group = TaskGroup.open()) {
            group.fork("m", () -> {
                begun.complete("it waits from here on");
                try {
                    return forever();
                } catch (CancelledException e) {
                    Async.currentTask().uncancel();
                    return owner.await();
                }
            });
            begun.await();
            group.cancel();
        }
        return "";
    }

    @Test
    void aShield_doesNotHideWhatItFollows() {
        assertThat(ringOf(() -> Async.shield(tasks.get(1)).await(), () -> await(0)))
                .matches("'a' waits for Future@\\w+ held by 'b', 'b' waits for Task 'a'");
    }

    @Test
    @InOrder
    void aSubmittedBody_isKnownToWhomTheResultIsHanded() {
        String ring = loop.runUntilComplete(() -> {
            start(() -> {
                CompletableFuture<Object> result = loop.submit(() -> await(0));
                return Async.await(result);
            });
            for (int i = 0; i < 4; i++) {
                Async.yieldNow();
            }
            return WaitGraph.ring(loop);
        });
        assertThat(ring).matches("'a' waits for LoopFuture@\\w+ held by 'Task-3', 'Task-3' waits for Task 'a'");
    }

    @Test
    void whoWaitsForATurnInAGroup_needsOneThatHasIt() {
        assertThat(ringOf(() -> {
                    try (TaskGroup group = TaskGroup.open(1)) {
                        List<Task<Object>> second = new ArrayList<>();
                        group.fork("m", () -> second.get(0).await());
                        second.add(group.fork("n", () -> ""));
                        group.join();
                    }
                    return "";
                }))
                .matches("'m' waits for Task 'n', 'n' waits for TaskGroup@\\w+ held by 'm'");
    }

    @Test
    void oneOfSeveral_whenAllOfThemAreStuck() {
        assertThat(ringOf(() -> Async.awaitAny(List.of(tasks.get(1), tasks.get(2))), () -> await(0), () -> await(0)))
                .isEqualTo("'a' waits for Task 'b', 'b' waits for Task 'a'");
    }

    @Test
    @InOrder
    void aRing_isFoundWhileOthersAreBusy() {
        String ring = loop.runUntilComplete(() -> {
            start(() -> await(1), () -> await(0));
            Async.createTask("busy", () -> {
                while (true) {
                    Async.yieldNow();
                }
            });
            Async.yieldNow();
            return WaitGraph.ring(loop);
        });
        assertThat(ring).isEqualTo("'a' waits for Task 'b', 'b' waits for Task 'a'");
    }

    @Test
    @Once
    void aRingOfManyTasks_isNotNamedInFull() {
        String ring = loop.runUntilComplete(() -> {
            List<Task<?>> chain = new ArrayList<>();
            chain.add(Async.createTask(() -> chain.get(999).await()));
            for (int i = 1; i < 1_000; i++) {
                Task<?> awaited = chain.get(i - 1);
                chain.add(Async.createTask(() -> awaited.await()));
            }
            Steps.settle();
            return WaitGraph.ring(loop);
        });
        assertThat(ring).startsWith("'Task-2' waits for Task 'Task-1001', ").endsWith(", …");
    }

    // ---------------------------------------------------------------- no rings

    @Test
    void oneOfSeveral_ofWhichOneIsFree_isNoRing() {
        assertThat(ringOf(() -> Async.awaitAny(List.of(tasks.get(1), tasks.get(2))), () -> await(0), () -> forever()))
                .isNull();
        assertThat(ringOf(() -> Async.awaitAny(List.of(tasks.get(4), new Future<>())), () -> await(3)))
                .isNull();
    }

    @Test
    void aWaitWithATimeLimit_isInNoRing() {
        assertThat(ringOf(() -> tasks.get(1).await(Duration.ofHours(1)), () -> await(0)))
                .isNull();
    }

    @Test
    void aScopeWithATimeLimit_isInNoRing() {
        assertThat(ringOf(() -> Async.timeout(Duration.ofHours(1), () -> await(1)), () -> await(0)))
                .isNull();
    }

    @Test
    @InOrder
    void onePermitOfSeveral_whoseHolderIsFree_isNoRing() {
        try (EventLoop watched =
                EventLoop.builder().leakDetection(LeakDetection.FULL).build()) {
            String ring = watched.runUntilComplete(() -> {
                AsyncSemaphore semaphore = new AsyncSemaphore(2);
                start(
                        () -> {
                            semaphore.acquire();
                            return await(2);
                        },
                        () -> {
                            semaphore.acquire();
                            return forever();
                        },
                        () -> semaphore.acquire());
                Async.yieldNow();
                Async.yieldNow();
                assertThat(semaphore.holders()).hasSize(2);
                return WaitGraph.ring(watched);
            });
            assertThat(ring).isNull();
        }
    }

    @Test
    void tasksThatSleepOrAreReady_areInNoRing() {
        assertThat(ringOf(() -> await(1), () -> {
                    Async.sleep(Duration.ofHours(1));
                    return await(0);
                }))
                .isNull();
    }

    // ---------------------------------------------------------------- over loops and threads

    /** Two tasks, each with a lock of core, and each wants that of the other; returns the ring that the first loop sees. */
    @Test
    void tasksOfTwoLoops_thatWantEachOthersLocks() {
        RLock first = new RLock();
        RLock second = new RLock();
        CountDownLatch both = new CountDownLatch(2);
        try (EventLoop other = EventLoop.builder().name("O").start()) {
            var theirs = other.submit(() -> take(second, first, both));
            String ring = loop.runUntilComplete(() -> {
                Task<Object> mine = Async.createTask("mine", () -> Async.blocking(() -> take(first, second, both)));
                Async.blocking(() -> Bystander.awaitUntil("ring", () -> ringSeen(loop)));
                String seen = WaitGraph.ring(loop);
                mine.cancel();
                Async.awaitAll(List.of(mine));
                return seen;
            });
            assertThat(ring)
                    .matches("'mine' waits for a lock held by 'Task-1' of loop 'O', "
                            + "'Task-1' of loop 'O' waits for RLock@\\w+ held by 'mine'");
            assertThat(theirs).succeedsWithin(Duration.ofSeconds(30));
        }
    }

    private static boolean ringSeen(EventLoop loop) {
        try {
            return loop.dump().lines().anyMatch(line -> line.contains("'mine'") && line.contains("held by"))
                    && loop.submit(() -> WaitGraph.ring(loop)).get() != null;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Object take(RLock mine, RLock theirs, CountDownLatch both) throws InterruptedException {
        mine.acquire();
        try {
            both.countDown();
            Bystander.await(both);
            theirs.acquire();
            theirs.release();
            return "";
        } finally {
            mine.release();
        }
    }

    @Test
    @InOrder
    void aThread_thatWantsALockOfATask() {
        RLock ofTask = new RLock();
        RLock ofThread = new RLock();
        CountDownLatch both = new CountDownLatch(2);
        Bystander<Object> thread = Bystander.call("T", () -> take(ofThread, ofTask, both));
        String ring = loop.runUntilComplete(() -> {
            Task<Object> mine = Async.createTask("mine", () -> {
                ofTask.acquire();
                both.countDown();
                Bystander.await(both);
                try {
                    ofThread.acquire();
                    return "";
                } finally {
                    ofTask.release();
                }
            });
            Steps.settle();
            Bystander.awaitBlocked(mine.stack().thread());
            Bystander.awaitUntil("ring", () -> WaitGraph.ring(loop) != null);
            String seen = WaitGraph.ring(loop);
            mine.cancel();
            Async.awaitAll(List.of(mine));
            return seen;
        });
        assertThat(ring)
                .matches("'mine' waits for RLock@\\w+ held by thread 'T', thread 'T' waits for a lock held by 'mine'");
        thread.join();
    }

    @Test
    void aThread_thatWantsALockOfATaskForSomeTime_isInNoRing() {
        RLock ofTask = new RLock();
        RLock ofThread = new RLock();
        CountDownLatch both = new CountDownLatch(2);
        Bystander<Object> thread = Bystander.call("T", () -> {
            try (var held = ofThread.acquire()) {
                both.countDown();
                Bystander.await(both);
                ofTask.acquire(Duration.ofHours(1)).close();
                return "";
            }
        });
        String ring = loop.runUntilComplete(() -> {
            Task<Object> mine = Async.createTask("mine", () -> {
                try (var held = ofTask.acquire()) {
                    both.countDown();
                    Bystander.await(both);
                    thread.awaitBlocked();
                    ofThread.acquire().close();
                    return "";
                }
            });
            Steps.settle();
            Bystander.awaitUntil("mine waits", () -> ofThread.toString().contains("waiters=1"));
            String seen = WaitGraph.ring(loop);
            mine.cancel();
            Async.awaitAll(List.of(mine));
            return seen;
        });
        assertThat(ring).isNull();
        thread.join();
    }

    // ---------------------------------------------------------------- stalls

    @Test
    void aStall_saysWhoWaits_namesTheRing_andEndsWithTheDump() {
        String message = loop.runUntilComplete(() -> {
            start(() -> await(1), () -> await(0));
            Steps.settle();
            return WaitGraph.stall(loop);
        });
        assertThat(message.lines().findFirst())
                .hasValueSatisfying(first -> assertThat(first)
                        .matches("loop 'L' is stalled: 'main' runs; 'a' waits for Task 'b' \\[pending] for \\d+ ms; "
                                + "'b' waits for Task 'a' \\[pending] for \\d+ ms; no timer, no outside source"));
        assertThat(message.lines().skip(1).findFirst())
                .hasValue("deadlock: 'a' waits for Task 'b', 'b' waits for Task 'a'");
        assertThat(message)
                .contains("\nloop 'L', running: 3 tasks")
                .contains("    at dev.signalbox.loop.WaitGraphTest");
    }

    @Test
    void aStall_withoutARing() {
        String message = loop.runUntilComplete(() -> {
            AsyncQueue<Object> queue = new AsyncQueue<>();
            start(() -> await(1), () -> queue.take());
            Steps.settle();
            return WaitGraph.stall(loop);
        });
        assertThat(message)
                .contains("'b' waits for AsyncQueue@")
                .contains("; no timer, no outside source\nloop 'L', running")
                .doesNotContain("deadlock");
    }

    @Test
    void aStall_saysWhatMayStillCome() {
        CountDownLatch end = new CountDownLatch(1);
        String message = loop.runUntilComplete(() -> {
            loop.callLater(Duration.ofHours(1), () -> {});
            start(() -> Async.blocking(() -> {
                Bystander.await(end);
                return "";
            }));
            Steps.settle();
            return WaitGraph.stall(loop);
        });
        end.countDown();
        assertThat(message.lines().findFirst().orElseThrow()).endsWith("; 1 timer, something is out");
    }

    @Test
    @Once
    void aStall_ofManyTasks_namesTheFirst() {
        String message = loop.runUntilComplete(() -> {
            for (int i = 0; i < 20; i++) {
                Async.createTask(() -> forever());
            }
            Async.yieldNow();
            return WaitGraph.stall(loop);
        });
        assertThat(message.lines().findFirst())
                .hasValueSatisfying(
                        first -> assertThat(first).endsWith("; 11 more tasks; no timer, no outside source"));
    }
}
