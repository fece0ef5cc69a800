// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.core.Lock;
import dev.signalbox.core.Queue;
import dev.signalbox.core.RLock;
import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.internal.Threads;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a dump tells, from wherever it is asked for. */
@Timeout(60)
final class DumpTest {
    private static final String TIME = " for \\d+ (ms|s)";

    private final EventLoop loop = EventLoop.builder().name("L").build();

    @AfterEach
    void close() {
        loop.close();
    }

    /** Runs the bodies, named a, b and so on, until they wait, and returns the dump that is made on the loop then. */
    @SafeVarargs
    private String dumpOf(VoidTaskBody<Exception>... bodies) {
        return loop.runUntilComplete(() -> {
            for (int i = 0; i < bodies.length; i++) {
                Async.createTask(String.valueOf((char) ('a' + i)), bodies[i]);
                Steps.settle();
            }
            return loop.dump();
        });
    }

    /** From off the loop, one that it answered: on a busy machine that may take longer than a dump waits. */
    private String answeredDump() {
        String[] dump = new String[1];
        Bystander.awaitUntil("an answer", () -> {
            dump[0] = loop.dump();
            return !dump[0].contains("did not answer within");
        });
        return dump[0];
    }

    private static String line(String dump, String start) {
        return dump.lines()
                .filter(line -> line.strip().startsWith(start))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line with " + start + " in:\n" + dump));
    }

    // ---------------------------------------------------------------- from where

    @Test
    void onTheLoop_itShowsTheCallerRunning() {
        String dump = dumpOf(() -> new Future<>().await());
        assertThat(line(dump, "loop")).isEqualTo("loop 'L', running: 2 tasks, 0 ready, 0 timers");
        assertThat(line(dump, "'main'")).isEqualTo("'main' runs");
        assertThat(line(dump, "'a'")).matches("'a' waits for Future@\\w+ \\[pending]" + TIME);
        assertThat(dump)
                .contains("    at dev.signalbox.loop.DumpTest.")
                .doesNotContain("at java.", "loop.Task.", "Engine");
    }

    @Test
    void inCore_itShowsTheFramesOfTheUserAlone() {
        Queue<Integer> queue = new Queue<>();
        String dump = loop.runUntilComplete(() -> {
            Task<?> taking = Async.createTask("a", () -> queue.take());
            do {
                Async.yieldNow();
            } while (!taking.isParkedInCore());
            return loop.dump();
        });
        assertThat(dump).contains("DumpTest.").doesNotContain("core.Queue", "CoreWaits", "loop.Task");
    }

    @Test
    void inACallback_itShowsEverybodyWaiting() {
        String[] dump = new String[1];
        loop.runUntilComplete(() -> Steps.inCallback(() -> dump[0] = loop.dump()));
        assertThat(line(dump[0], "'main'")).matches("'main' waits for Future@\\w+ \\[pending]" + TIME);
    }

    @Test
    void fromAnotherThread_theLoopAnswers() {
        String dump = loop.runUntilComplete(() -> {
            Async.createTask("a", () -> new Future<>().await());
            Steps.settle();
            return Async.blocking(this::answeredDump);
        });
        assertThat(line(dump, "loop")).isEqualTo("loop 'L', running: 2 tasks, 0 ready, 0 timers");
        assertThat(line(dump, "'a'")).contains("waits for Future@");
        assertThat(line(dump, "'main'")).matches("'main' waits off the loop for code in Async.blocking" + TIME);
    }

    @Test
    @Once
    void aBusyLoop_isReadAllTheSame_andTheDumpSaysSo() {
        String dump = loop.runUntilComplete(() -> {
            Async.createTask("a", () -> new Future<>().await());
            Async.yieldNow();
            return holdUpTheLoop(); // as a body that blocks where it should not
        });
        assertThat(line(dump, "loop"))
                .isEqualTo("loop 'L', running: 2 tasks, 0 ready, 0 timers, not consistent: "
                        + "the loop did not answer within 100 ms");
        assertThat(dump.lines().skip(1).findFirst()).hasValue("running: 'main'");
        assertThat(dump.lines().limit(6)).anyMatch(frame -> frame.contains("DumpTest.holdUpTheLoop"));
        assertThat(line(dump, "'a'")).contains("waits for Future@");
        assertThat(line(dump, "'main'")).isEqualTo("'main' runs");
    }

    private String holdUpTheLoop() {
        return Bystander.call("asker", loop::dump).join();
    }

    @Test
    @Once
    void aBusyLoop_doesNotMakeTheDumpForWhichNobodyWaitsAnyMore() {
        AtomicInteger looks = new AtomicInteger();
        loop.runUntilComplete(() -> {
            Async.createTask(
                    "a",
                    () -> awaitWhatIs(() -> {
                        looks.incrementAndGet();
                        return List.of();
                    }));
            Async.yieldNow();
            assertThat(holdUpTheLoop()).contains("did not answer");
            int before = looks.get();
            assertThat(before).isPositive();
            Async.yieldNow(); // the request is taken in here
            assertThat(looks).hasValue(before);
        });
    }

    /** Waits for good, for what the supplier says whenever somebody looks. */
    private static void awaitWhatIs(Supplier<Collection<?>> subjects) {
        Task<?> task = Async.currentTask();
        task.suspend(
                new Wait(task) {
                    @Override
                    Collection<?> subjects() {
                        return subjects.get();
                    }
                },
                Task.FOREVER);
    }

    @Test
    void errorOnTheLoop_isNoAnswer_andTheLoopGoesOn() {
        String dump = loop.runUntilComplete(() -> {
            Async.createTask(
                    "a",
                    () -> awaitWhatIs(() -> {
                        if (loop.isOwner()) {
                            throw new StackOverflowError("simulated, in a dump");
                        }
                        return List.of();
                    }));
            Steps.settle();
            return Async.blocking(this::answeredDump);
        });
        assertThat(line(dump, "loop"))
                .endsWith("not consistent: the loop could not answer "
                        + "(java.lang.StackOverflowError: simulated, in a dump)");
        assertThat(line(dump, "'a'")).startsWith("'a' has slept");
    }

    @Test
    void whatCannotBeRead_isSaid_andTheOthersAreShown() {
        String dump = dumpOf(() -> awaitWhatIs(Changing::new), () -> Async.sleep(Duration.ofHours(1)));
        assertThat(line(dump, "'a'")).isEqualTo("'a' changed while it was read");
        assertThat(line(dump, "'b'")).startsWith("'b' has slept");
    }

    private static final class Changing extends AbstractCollection<Object> {
        @Override
        public Iterator<Object> iterator() {
            throw new ConcurrentModificationException();
        }

        @Override
        public int size() {
            throw new ConcurrentModificationException();
        }
    }

    @Test
    void anInterruptedThread_whoseLoopIsBusy_waitsForTheAnswerAllTheSame() {
        boolean kept = loop.runUntilComplete(() -> Bystander.call("asker", () -> {
                    Thread.currentThread().interrupt();
                    assertThat(loop.dump()).contains("did not answer within");
                    return Thread.currentThread().isInterrupted();
                })
                .join());
        assertThat(kept).isTrue();
    }

    @Test
    void anInterruptedThread_getsItsDump_andStaysInterrupted() {
        boolean kept = loop.runUntilComplete(() -> Async.blocking(() -> Bystander.call("asker", () -> {
                    Thread.currentThread().interrupt();
                    assertThat(answeredDump()).doesNotContain("not consistent");
                    return Thread.currentThread().isInterrupted();
                })
                .join()));
        assertThat(kept).isTrue();
    }

    @Test
    void anIdleLoop_isReadByTheCaller() {
        dumpOf(() -> new Future<>().await());
        String dump = loop.dump();
        assertThat(line(dump, "loop")).isEqualTo("loop 'L', idle: 1 task, 0 ready, 0 timers");
        assertThat(line(dump, "'a'")).contains("waits for Future@");
    }

    @Test
    void aClosedLoop_isOneLine() {
        loop.close();
        assertThat(loop.dump()).isEqualTo("loop 'L' (closed)");
    }

    @Test
    @Once
    void whileTasksComeAndGo_nothingIsThrown() {
        String dump = loop.runUntilComplete(() -> {
            Bystander<String> asker = Bystander.call("asker", () -> {
                String last = "";
                for (int i = 0; i < 200; i++) {
                    last = loop.dump();
                }
                return last;
            });
            while (!asker.isDone()) {
                try (TaskGroup group = TaskGroup.open()) {
                    for (int i = 0; i < 50; i++) {
                        group.fork(() -> Async.yieldNow());
                    }
                    group.join();
                }
            }
            return asker.join();
        });
        assertThat(dump).startsWith("loop 'L', running: ");
    }

    // ---------------------------------------------------------------- states

    @Test
    void aTask_thatHasNotStarted() {
        String dump = loop.runUntilComplete(() -> {
            Async.createTask("a", () -> {});
            return loop.dump();
        });
        assertThat(line(dump, "'a'")).isEqualTo("'a' has not started");
        assertThat(line(dump, "loop")).contains("1 ready");
    }

    @Test
    @InOrder
    void aTask_thatIsReady() {
        String dump = loop.runUntilComplete(() -> {
            Async.createTask("a", () -> Async.yieldNow());
            Async.createTask("b", () -> {});
            Async.yieldNow();
            return loop.dump();
        });
        assertThat(line(dump, "'a'")).isEqualTo("'a' is ready");
        assertThat(dump).doesNotContain("'b'");
    }

    @Test
    void aTask_thatWasGranted_isReady() {
        String dump = loop.runUntilComplete(() -> {
            Future<String> future = new Future<>();
            Async.createTask("a", () -> future.await());
            Steps.settle();
            future.complete("done");
            return loop.dump();
        });
        assertThat(line(dump, "'a'")).isEqualTo("'a' is ready");
    }

    @Test
    void aTask_thatIsBackFromOffTheLoop_isReady() {
        CountDownLatch out = new CountDownLatch(1);
        String dump = loop.runUntilComplete(() -> {
            Task<Void> task = Async.createTask("a", () -> Async.blocking(() -> Bystander.await(out)));
            Steps.settle();
            out.countDown();
            Bystander.awaitUntil("back", task::isBack);
            return loop.dump();
        });
        assertThat(line(dump, "'a'")).isEqualTo("'a' is ready");
    }

    @Test
    @Once
    void theTimeOfAWait_grows() {
        String dump = loop.runUntilComplete(() -> {
            Async.createTask("a", () -> new Future<>().await());
            Async.yieldNow();
            Async.sleep(Duration.ofMillis(1_100));
            return loop.dump();
        });
        assertThat(line(dump, "'a'")).matches(".* for [1-9]\\d* s");
    }

    // ---------------------------------------------------------------- what is waited for

    @Test
    void sleep() {
        String dump = dumpOf(() -> Async.sleep(Duration.ofHours(1)));
        assertThat(line(dump, "'a'")).matches("'a' has slept" + TIME);
        assertThat(line(dump, "loop")).endsWith("1 timer");
    }

    @Test
    void futuresOfWhichAllOrOneIsNeeded() {
        String dump = dumpOf(
                () -> Async.gather(List.of(new Future<>(), new Future<>(), new Future<>(), new Future<>())),
                () -> Async.awaitAny(List.of(new Future<>(), new Future<>())),
                () -> Async.awaitAll(List.of(new Future<>(), new Future<>())));
        String future = "Future@\\w+ \\[pending]";
        assertThat(line(dump, "'a'"))
                .matches("'a' waits for all of 4 futures, 4 pending: " + future + ", " + future + ", " + future
                        + " and 1 more" + TIME);
        assertThat(line(dump, "'b'")).contains("'b' waits for one of 2 futures, 2 pending: Future@");
        assertThat(line(dump, "'c'")).contains("'c' waits for all of 2 futures, 2 pending: Future@");
    }

    /** A stage of somebody else, who would be called by a dump that shows it. */
    private static final class Stage extends CompletableFuture<String> {
        @Override
        public String toString() {
            throw new AssertionError("code of others, called by a dump");
        }
    }

    @Test
    void aStage_isNamedByItsClass() {
        String dump = dumpOf(() -> Async.await(new Stage()));
        assertThat(line(dump, "'a'")).matches("'a' waits for Stage@\\w+" + TIME);
    }

    @Test
    void thePrimitives() {
        AsyncEvent event = new AsyncEvent();
        AsyncSemaphore semaphore = new AsyncSemaphore(0);
        AsyncQueue<String> queue = new AsyncQueue<>(1);
        AsyncQueue<String> full = new AsyncQueue<>(1);
        AsyncBarrier barrier = new AsyncBarrier(2);
        AsyncCondition condition = new AsyncCondition();
        SubmissionPublisher<String> publisher = new SubmissionPublisher<>();
        Future<String> future = new Future<>();
        String dump = dumpOf(
                event::await,
                semaphore::acquire,
                queue::take,
                () -> {
                    full.put("1");
                    full.put("2");
                },
                () -> {
                    full.join();
                },
                barrier::await,
                () -> {
                    condition.acquire();
                    condition.await();
                },
                () -> {
                    try (var items = Async.iterate(publisher)) {
                        items.iterator().next();
                    }
                },
                () -> Async.asCompleted(List.of(future)).iterator().next());
        assertThat(line(dump, "'a'")).matches("'a' waits for AsyncEvent@\\w+ \\[unset, waiters=1]" + TIME);
        assertThat(line(dump, "'b'")).matches("'b' waits for AsyncSemaphore@\\w+ \\[permits=0, waiters=1]" + TIME);
        assertThat(line(dump, "'c'"))
                .matches("'c' waits for AsyncQueue@\\w+ \\[size=0, capacity=1, takers=1, .*]" + TIME);
        assertThat(line(dump, "'d'")).matches("'d' waits for AsyncQueue@\\w+ \\[.*putters=1, .*]" + TIME);
        assertThat(line(dump, "'e'")).matches("'e' waits for AsyncQueue@\\w+ \\[.*unfinished=1, .*]" + TIME);
        assertThat(line(dump, "'f'")).matches("'f' waits for AsyncBarrier@\\w+ \\[.*]" + TIME);
        assertThat(line(dump, "'g'")).matches("'g' waits for AsyncCondition@\\w+ \\[waiters=1, .*]" + TIME);
        assertThat(line(dump, "'h'")).matches("'h' waits for AsyncIterable@\\w+ \\[open, .*]" + TIME);
        assertThat(line(dump, "'i'")).matches("'i' waits for AsCompleted@\\w+ \\[left=0]" + TIME);
    }

    @Test
    void aLock_andWhoHasIt() {
        AsyncLock lock = new AsyncLock();
        String dump = dumpOf(
                () -> {
                    lock.acquire();
                    new Future<>().await();
                },
                lock::acquire);
        assertThat(line(dump, "'b'"))
                .matches("'b' waits for AsyncLock@\\w+ \\[locked, waiters=1], held by 'a'," + TIME);
    }

    @Test
    void aLock_thatWasHandedOver_orTakenByACallback_orNeverReleased() {
        AsyncLock handedOver = new AsyncLock();
        AsyncLock ofCallback = new AsyncLock();
        AsyncLock forgotten = new AsyncLock();
        String dump = loop.runUntilComplete(() -> {
            Steps.inCallback(() -> assertThat(ofCallback.tryAcquire()).isTrue());
            Async.createTask("forgetful", () -> forgotten.acquire()).await();
            Steps.settle();
            handedOver.acquire();
            Async.createTask("a", () -> {
                handedOver.acquire();
                new Future<>().await();
            });
            Steps.settle();
            Async.createTask("b", () -> handedOver.acquire());
            Steps.settle();
            Async.createTask("c", () -> ofCallback.acquire());
            Steps.settle();
            Async.createTask("d", () -> forgotten.acquire());
            Steps.settle();
            handedOver.release();
            Steps.settle();
            return loop.dump();
        });
        assertThat(line(dump, "'b'")).contains(", held by 'a', for");
        assertThat(line(dump, "'c'")).contains("AsyncLock").doesNotContain("held by");
        assertThat(line(dump, "'d'")).contains(", held by 'forgetful', which has ended, for");
    }

    @Test
    void aFreedLock_isHeldByNobody() {
        AsyncLock lock = new AsyncLock();
        loop.runUntilComplete(() -> {
            lock.acquire();
            assertThat(lock.holders()).hasSize(1);
            lock.release();
            assertThat(lock.holders()).isEmpty();
        });
    }

    @Test
    void aSignalledWaiter_waitsForTheLockOfItsCondition() {
        AsyncCondition condition = new AsyncCondition();
        String dump = dumpOf(
                () -> {
                    condition.acquire();
                    condition.await();
                },
                () -> {
                    condition.acquire();
                    condition.signal();
                    new Future<>().await();
                });
        assertThat(line(dump, "'a'")).contains("'a' waits for AsyncLock@").contains(", held by 'b', for");
    }

    @Test
    void corePrimitives_offTheLoop() {
        Semaphore semaphore = new Semaphore(0);
        RLock owned = new RLock();
        Lock lock = new Lock();
        Queue<Object> queue = new Queue<>(1);
        String dump = loop.runUntilComplete(() -> {
            Async.createTask("a", () -> semaphore.acquire());
            Steps.settle();
            Async.createTask("owner", () -> {
                owned.acquire();
                lock.acquire();
                new Future<>().await();
            });
            Steps.settle();
            Task<?> second = Async.createTask("b", () -> owned.acquire());
            Steps.settle();
            Async.createTask("c", () -> lock.acquire());
            Steps.settle();
            Async.createTask("d", () -> {
                queue.put(new Object() {
                    @Override
                    public String toString() {
                        throw new AssertionError("code of others, called by a dump");
                    }
                });
                queue.put("second");
            });
            Steps.settle();
            Bystander.awaitBlocked(second.stack().thread());
            return loop.dump();
        });
        assertThat(line(dump, "'a'"))
                .matches("'a' waits off the loop for Semaphore@\\w+ \\[permits=0, waiters=\\d]" + TIME);
        assertThat(line(dump, "'b'"))
                .contains("'b' waits off the loop for RLock@")
                .contains("], held by 'owner', for");
        assertThat(line(dump, "'c'"))
                .contains("'c' waits off the loop for Lock@")
                .doesNotContain("held by");
        assertThat(line(dump, "'d'")).matches("'d' waits off the loop for Queue@\\w+" + TIME);
    }

    @Test
    @InOrder
    void aLockOfAThread() {
        RLock owned = new RLock();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch locked = new CountDownLatch(1);
        Bystander<Void> owner = Bystander.call("holder", () -> {
            try (var held = owned.acquire()) {
                locked.countDown();
                Bystander.await(asked);
            }
            return null;
        });
        Bystander.await(locked);
        String dump = loop.runUntilComplete(() -> {
            Task<?> task = Async.createTask("a", () -> owned.acquire());
            Async.yieldNow();
            Bystander.awaitBlocked(task.stack().thread());
            String made = loop.dump();
            asked.countDown();
            task.await();
            return made;
        });
        assertThat(line(dump, "'a'")).contains(", held by thread 'holder', for");
        owner.join();
    }

    // ---------------------------------------------------------------- the tree

    @Test
    void awaitedTasks_standBelowThoseThatAwaitThem_andOnce() {
        String dump = loop.runUntilComplete(() -> {
            Task<Object> inner = Async.createTask("inner", () -> new Future<>().await());
            Async.createTask("a", () -> inner.await());
            Async.createTask("b", () -> Async.gather(List.of(inner)));
            Steps.settle();
            return loop.dump();
        });
        assertThat(dump.lines().filter(line -> !line.contains(" at ")))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("loop 'L'"),
                        main -> assertThat(main).startsWith("'main' runs"),
                        a -> assertThat(a).matches("'a' waits for Task 'inner' \\[pending]" + TIME),
                        inner -> assertThat(inner).startsWith("  'inner' waits for Future@"),
                        b -> assertThat(b).matches("'b' waits for Task 'inner' \\[pending]" + TIME),
                        again -> assertThat(again).isEqualTo("  'inner', see above"));
    }

    @Test
    void members_standBelowTheOwnersOfTheirGroups() {
        String dump = dumpOf(() -> {
            try (TaskGroup group = TaskGroup.open(1)) {
                group.fork("m", () -> {
                    try (TaskGroup inner = TaskGroup.open()) {
                        inner.fork("i", () -> new Future<>().await());
                        inner.join();
                    }
                });
                group.fork("held", () -> {});
                group.join();
            }
        });
        assertThat(line(dump, "'a'")).matches("'a' waits for TaskGroup@\\w+ \\[joined, tasks=2, .*]" + TIME);
        assertThat(dump.lines()).anyMatch(line -> line.startsWith("  'm' waits for TaskGroup@"));
        assertThat(dump.lines())
                .anyMatch(line -> line.matches("  'held' has not started, and waits for TaskGroup@.*" + TIME));
    }

    @Test
    void members_ofTheOuterGroup_comeFirst() {
        String dump = dumpOf(() -> {
            try (TaskGroup outer = TaskGroup.open()) {
                outer.fork("o", () -> new Future<>().await());
                try (TaskGroup inner = TaskGroup.open()) {
                    inner.fork("i", () -> new Future<>().await());
                    inner.join();
                }
                outer.join();
            }
        });
        assertThat(dump.indexOf("'o' waits")).isBetween(0, dump.indexOf("'i' waits"));
    }

    @Test
    void awaitedTasks_thatAreDone_areNotShown() {
        String dump = dumpOf(() -> Async.gather(
                Async.createTask("done", () -> {}), Async.createTask("pending", () -> new Future<>().await())));
        assertThat(line(dump, "'a'")).contains("all of 2 futures, 1 pending: Task 'pending'");
        assertThat(dump).contains("\n  'pending' waits").doesNotContain("'done'");
    }

    @Test
    void tasksInARing_arePrintedOnce() {
        List<Task<Object>> ring = new ArrayList<>();
        String inRing = loop.runUntilComplete(() -> {
            ring.add(Async.createTask("x", () -> ring.get(1).await()));
            ring.add(Async.createTask("y", () -> ring.get(0).await()));
            Steps.settle();
            return loop.dump();
        });
        assertThat(inRing.lines().filter(line -> !line.contains(" at ")).skip(2))
                .satisfiesExactly(
                        x -> assertThat(x).startsWith("'x' waits for Task 'y' [pending] for"),
                        y -> assertThat(y).startsWith("  'y' waits for Task 'x' [pending] for"),
                        again -> assertThat(again).isEqualTo("    'x', see above"));
    }

    @Test
    @Once
    void ofManyTasks_theRestIsCounted() {
        String dump = dumpOf(() -> {
            try (TaskGroup group = TaskGroup.open(1)) {
                for (int i = 0; i < 5_000; i++) {
                    group.fork(() -> new Future<>().await());
                }
                group.join();
            }
        });
        assertThat(dump.lines().filter(line -> !line.contains(" at "))).hasSize(1 + 1_000 + 1);
        assertThat(dump.strip()).endsWith("… and 4002 more");
    }

    @Test
    @Once
    void aDeepChain_isNotIndentedWithoutEnd() {
        int length = 1_500;
        String dump = loop.runUntilComplete(() -> {
            Task<?> last = Async.createTask(() -> new Future<>().await());
            for (int i = 0; i < length; i++) {
                Task<?> awaited = last;
                last = Async.createTask(() -> awaited.await());
            }
            Steps.settle();
            return loop.dump();
        });
        assertThat(dump.lines()).anyMatch(line -> line.startsWith(" ".repeat(40) + "[998] 'Task-"));
        assertThat(dump.strip()).endsWith("… and " + (length + 2 - 1_000) + " more");
    }

    @Test
    @Once
    void aVeryDeepChain_endsNoStack() {
        int length = Threads.configured() == Threads.PLATFORM ? 2_000 : 100_000;
        String[] ring = new String[1];
        String dump = loop.runUntilComplete(() -> {
            Task<?> last = Async.createTask("last", () -> new Future<>().await());
            for (int i = 0; i < length; i++) {
                Task<?> awaited = last;
                last = Async.createTask(() -> awaited.await());
            }
            Async.yieldNow();
            ring[0] = WaitGraph.ring(loop);
            return Async.blocking(loop::dump);
        });
        assertThat(dump.strip()).endsWith("… and " + (length + 2 - 1_000) + " more");
        assertThat(ring[0]).isNull();
    }

    @Test
    void theFrames_areThoseOfTheUser() {
        String dump = dumpOf(DumpTest::waitInHere);
        assertThat(dump.lines()
                        .dropWhile(line -> !line.startsWith("'a'"))
                        .skip(1)
                        .findFirst())
                .hasValueSatisfying(frame ->
                        assertThat(frame).startsWith("    at ").contains("DumpTest.waitInHere(DumpTest.java:"));
    }

    private static void waitInHere() {
        new Future<>().await();
    }

    @Test
    @Once
    void aCallbackThatBlocks_isShownWithItsStack() {
        String[] dump = new String[1];
        loop.runUntilComplete(() -> Steps.inCallback(() -> {
            Bystander<String> asker = Bystander.call("asker", loop::dump);
            while (!asker.isDone()) {
                LockSupport.parkNanos(1_000_000);
            }
            dump[0] = asker.join();
        }));
        assertThat(dump[0].lines().skip(1).findFirst()).hasValue("running: a callback, or the loop itself");
        assertThat(dump[0].lines().skip(2).findFirst())
                .hasValueSatisfying(frame -> assertThat(frame).contains("DumpTest"));
    }
}
