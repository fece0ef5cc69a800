// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Barrier;
import dev.signalbox.core.Condition;
import dev.signalbox.core.Event;
import dev.signalbox.core.Lock;
import dev.signalbox.core.Queue;
import dev.signalbox.core.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing a loop: nobody waits for ever on it, nothing runs on it afterwards, and every task ends on its own stack. */
@Timeout(60)
final class EventLoopCloseTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
    private final EventLoop loop = EventLoop.builder()
            .name("home")
            .exceptionHandler((what, e) -> handled.add(what + ": " + e))
            .build();

    /** Closes it if the test did not, and finds a close that hangs. */
    @AfterEach
    void close() {
        closeInTime();
        assertThat(loop.isClosed()).isTrue();
        assertThat(loop.isRunning()).isFalse();
    }

    private void closeInTime() {
        Bystander.start(loop::close).join();
    }

    /** Runs the loop until all that it has been told to create here wait for something. */
    private void runBriefly(VoidTaskBody<RuntimeException> setUp) {
        loop.runUntilComplete(() -> {
            setUp.run();
            Steps.settle();
        });
    }

    /** For tasks of which one is always ready. */
    private void runForTwoTurns(VoidTaskBody<RuntimeException> setUp) {
        loop.runUntilComplete(() -> {
            setUp.run();
            Async.yieldNow();
            Async.yieldNow();
        });
    }

    // ---------------------------------------------------------------- who closes, when

    @Test
    void close_neverRun() {
        loop.callSoonThreadSafe(() -> log.add("callback"));
        CompletableFuture<String> submitted = loop.submit(() -> "submitted");

        loop.close();

        assertThat(loop.isClosed()).isTrue();
        assertThat(log).isEmpty();
        assertThatThrownBy(submitted::join).hasRootCauseMessage("event loop 'home' is closing");
    }

    @Test
    void close_twice() {
        runBriefly(() -> Async.createTask(() -> Async.sleep(LONG)));
        loop.close();
        loop.close();
        assertThat(loop.isClosed()).isTrue();
    }

    @Test
    void close_fromAnotherThread_cancelsTheMainTask() {
        Bystander<Void> runner = Bystander.start(() -> loop.runUntilComplete(() -> {
            try {
                Async.sleep(LONG);
            } catch (CancelledException e) {
                log.add(e.getMessage());
                throw e;
            }
        }));
        Bystander.awaitUntil("running", loop::isRunning);

        loop.close();

        assertThatThrownBy(runner::join)
                .isInstanceOf(CancelledException.class)
                .hasMessage("event loop 'home' is closing");
        assertThat(loop.isClosed()).isTrue();
    }

    @Test
    void close_fromAnotherThread_endsRunForever() {
        Bystander<Void> runner = Bystander.start(loop::runForever);
        Bystander.awaitUntil("running", loop::isRunning);
        loop.close();
        runner.join();
    }

    @Test
    void close_fromAnotherThread_whileAFutureIsTheMainThing() {
        Bystander<String> runner = Bystander.call("runner", () -> loop.runUntilComplete(new Future<String>()));
        Bystander.awaitUntil("running", loop::isRunning);

        loop.close();

        assertThatThrownBy(runner::join)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("event loop 'home' is closed");
    }

    @Test
    @Once
    void close_byMany_eachReturnsWhenTheLoopIsClosed() {
        for (int round = 0; round < 50; round++) {
            EventLoop closed = EventLoop.create();
            Bystander<Void> runner =
                    Bystander.start(() -> assertThatThrownBy(() -> closed.runUntilComplete(() -> Async.sleep(LONG)))
                            .isInstanceOfAny(CancelledException.class, IllegalStateException.class));
            List<Bystander<Void>> closers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                closers.add(Bystander.start(() -> {
                    closed.close();
                    assertThat(closed.isClosed()).isTrue();
                }));
            }
            closers.forEach(Bystander::join);
            runner.join();
        }
    }

    @Test
    void close_byItsOwnTask_isRefused() {
        loop.runUntilComplete(() -> assertRefused("task"));
        String next = loop.runUntilComplete(() -> "still works");
        assertThat(next).isEqualTo("still works");
        assertThat(log).containsExactly("task");
    }

    @Test
    void close_byItsOwnCallback_isRefused() {
        runBriefly(() -> loop.callSoon(() -> assertRefused("callback")));
        assertThat(log).containsExactly("callback");
    }

    @Test
    void close_byItsOwnBlockingBody_isRefused() {
        loop.runUntilComplete(() -> Async.blocking(() -> assertRefused("blocking")));
        assertThat(log).containsExactly("blocking");
    }

    @Test
    void close_byATaskThatUnwinds_isRefused() {
        runBriefly(() -> Async.createTask(() -> {
            try {
                Async.sleep(LONG);
            } finally {
                assertRefused("unwinding");
            }
        }));
        closeInTime();
        assertThat(log).containsExactly("unwinding");
    }

    /** The nested loop ends when its task does, the blocking body when the nested loop does, and close when the body does. */
    @Test
    void close_byALoopThatItsOwnBlockingBodyRuns_isRefused() {
        EventLoop inner = EventLoop.builder().name("inner").build();
        EventLoop innermost = EventLoop.create();
        loop.runUntilComplete(() -> Async.blocking(() -> inner.runUntilComplete(() -> {
            assertRefusedWithinInner("task");
            inner.callSoon(() -> assertRefusedWithinInner("callback"));
            Steps.settle();
            Async.blocking(() -> assertRefusedWithinInner("blocking"));
            Async.blocking(() -> innermost.runUntilComplete(() -> assertRefusedWithinInner("innermost")));
        })));
        assertThat(log).containsExactly("task", "callback", "blocking", "innermost");

        inner.runUntilComplete(innermost::close);
        EventLoop.run(inner::close);
        EventLoop.run(loop::close); // what they were run in has ended
        assertThat(loop.isClosed()).isTrue();
    }

    private void assertRefusedWithinInner(String who) {
        assertThatThrownBy(loop::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "EventLoop.close cannot be called within a loop ('inner') that a task of its own ('home') runs");
        log.add(who);
    }

    private void assertRefused(String who) {
        assertThatThrownBy(loop::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("EventLoop.close cannot be called by a task or callback of its own ('home')");
        assertThat(loop.isClosed()).isFalse();
        log.add(who);
    }

    /** What depends on a result may run on the thread that closes the loop, and call close once more. */
    @Test
    void close_byADependentOfAFutureThatCloseFails_isLeftAlone() {
        CompletableFuture<Void> dependent = loop.submit(() -> "never runs").handle((value, failure) -> {
            loop.close();
            log.add("closed within close");
            return null;
        });
        closeInTime();
        dependent.join();
        assertThat(log).containsExactly("closed within close");
    }

    @Test
    void close_inATaskOfAnotherLoop_isAllowed() {
        runBriefly(() -> Async.createTask(() -> Async.sleep(LONG)));
        EventLoop.run(loop::close);
        assertThat(loop.isClosed()).isTrue();
    }

    // ---------------------------------------------------------------- tasks

    @Test
    void close_unwindsTasks_oneAtATime_eachOnItsOwnThread() {
        AtomicInteger unwinding = new AtomicInteger();
        int count = 20;
        runBriefly(() -> {
            for (int i = 0; i < count; i++) {
                int id = i;
                Async.createTask(() -> {
                    Thread mine = Thread.currentThread();
                    try {
                        Async.sleep(LONG);
                    } finally {
                        assertThat(unwinding.incrementAndGet()).isEqualTo(1);
                        assertThat(Thread.currentThread()).isSameAs(mine);
                        assertThat(EventLoop.current()).isSameAs(loop);
                        Thread.yield();
                        log.add("task " + id);
                        unwinding.decrementAndGet();
                    }
                });
                Steps.settle();
            }
        });
        closeInTime();
        assertThat(log).hasSize(count).doesNotHaveDuplicates();
        assertThat(handled).isEmpty();
    }

    @Test
    void close_eachAwaitWhileItCloses_throwsAtOnce() {
        AsyncSemaphore none = new AsyncSemaphore(0);
        runBriefly(() -> Async.createTask(() -> {
            try {
                none.acquire();
            } finally {
                Async.currentTask().uncancel();
                assertRefusedToWait(() -> Async.sleep(LONG));
                assertRefusedToWait(Async::yieldNow);
                assertRefusedToWait(none::acquire);
                assertRefusedToWait(() -> new Future<String>().await());
                assertRefusedToWait(() -> Async.await(new CompletableFuture<String>()));
                assertRefusedToWait(() -> Async.blocking(() -> log.add("must not run")));
                assertRefusedToWait(() -> new Semaphore(0).acquire());
                assertThatThrownBy(() -> Async.createTask(() -> log.add("must not run")))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("event loop 'home' is closing");
                assertThatThrownBy(() -> loop.callSoon(() -> log.add("must not run")))
                        .hasMessage("event loop 'home' is closing");
                log.add("done");
            }
        }));
        closeInTime();
        assertThat(handled).isEmpty();
        assertThat(log).containsExactly("done");
    }

    private static void assertRefusedToWait(Bystander.Body body) {
        assertThatThrownBy(body::run).isInstanceOf(CancelledException.class).hasMessage("event loop 'home' is closing");
    }

    @Test
    void close_unstartedTasks_neverRun() {
        List<Task<?>> tasks = new ArrayList<>();
        loop.runUntilComplete(() -> {
            for (int i = 0; i < 3; i++) {
                tasks.add(Async.createTask(() -> log.add("ran")));
            }
        });
        closeInTime();
        assertThat(log).isEmpty();
        assertThat(tasks).allSatisfy(task -> assertThat(task.toString()).endsWith("cancelled]"));
    }

    /** Every kind of wait there is, each in a task of its own. What no cancel can end would keep a close for ever, and is not here. */
    private Map<String, VoidTaskBody<Exception>> waits() {
        Map<String, VoidTaskBody<Exception>> waits = new LinkedHashMap<>();
        AsyncSemaphore none = new AsyncSemaphore(0);
        AsyncBoundedSemaphore taken = new AsyncBoundedSemaphore(1);
        AsyncLock locked = new AsyncLock();
        AsyncEvent unset = new AsyncEvent();
        Future<String> pending = new Future<>();
        waits.put("Async.sleep", () -> Async.sleep(LONG));
        waits.put("Async.yieldNow", () -> {
            while (true) {
                Async.yieldNow();
            }
        });
        waits.put("Async.await", () -> Async.await(new CompletableFuture<>()));
        waits.put("Async.timeout", () -> Async.timeout(LONG, () -> new Future<>().await()));
        waits.put("Async.gather", () -> Async.gather(pending, new Future<>()));
        waits.put("Async.blocking", () -> Async.blocking(() -> Thread.sleep(LONG.toMillis())));
        waits.put("Async.blocking, a loop", () -> Async.blocking(() -> EventLoop.run(() -> Async.sleep(LONG))));
        waits.put("Future.await", pending::await);
        waits.put("Future.await, timed", () -> pending.await(LONG));
        waits.put("AsyncSemaphore", none::acquire);
        waits.put("AsyncSemaphore, timed", () -> none.acquire(LONG));
        waits.put("AsyncBoundedSemaphore", () -> {
            try (var first = taken.acquire();
                    var second = taken.acquire()) {
                log.add("must not run");
            }
        });
        waits.put("AsyncLock", () -> {
            try (var first = locked.acquire();
                    var second = locked.acquire()) {
                log.add("must not run");
            }
        });
        waits.put("AsyncEvent", unset::await);
        waits.put("AsyncEvent, timed", () -> log.add("must not run: " + unset.await(LONG)));
        waits.put("Semaphore", () -> new Semaphore(0).acquire());
        waits.put("Semaphore, timed", () -> new Semaphore(0).acquire(LONG));
        waits.put("Lock", () -> {
            Lock lock = new Lock();
            lock.lock();
            lock.acquire();
        });
        waits.put("Condition", () -> {
            Condition condition = new Condition();
            try (var held = condition.acquire()) {
                condition.awaitUntil(() -> false);
            }
        });
        waits.put("Event", () -> new Event().await());
        waits.put("Barrier", () -> new Barrier(2).await());
        waits.put("Queue.take", () -> new Queue<String>().take());
        waits.put("Queue.put", () -> {
            Queue<String> queue = new Queue<>(1);
            queue.put("first");
            queue.put("second");
        });
        waits.put("Queue.join", () -> {
            Queue<String> queue = new Queue<>();
            queue.put("first");
            queue.join();
        });
        return waits;
    }

    @Test
    @InOrder
    void close_everyKindOfWait_endsWithCancelledException_once() {
        Map<String, VoidTaskBody<Exception>> waits = waits();
        List<Task<?>> tasks = new ArrayList<>();
        runForTwoTurns(() -> waits.forEach((name, wait) -> tasks.add(Async.createTask(name, () -> {
            try {
                wait.run();
                log.add(name + " returned");
            } catch (CancelledException e) {
                log.add(name);
                throw e;
            }
        }))));
        closeInTime();
        assertThat(log).containsExactlyInAnyOrderElementsOf(waits.keySet());
        assertThat(tasks).allSatisfy(task -> assertThat(task.toString()).endsWith("cancelled]"));
        assertThat(handled).isEmpty();
    }

    @Test
    @InOrder
    void close_tasksInEveryState() {
        AsyncLock lock = new AsyncLock();
        List<Task<?>> tasks = new ArrayList<>();
        loop.runUntilComplete(() -> {
            tasks.add(Async.createTask("in a sleep", () -> Async.sleep(LONG)));
            tasks.add(Async.createTask("for ever in a future", () -> new Future<>().await()));
            tasks.add(Async.createTask("holder", () -> {
                try (var held = lock.acquire()) {
                    Async.sleep(LONG);
                }
            }));
            tasks.add(Async.createTask("waiter", () -> {
                try (var held = lock.acquire()) {
                    log.add("must not run");
                }
            }));
            tasks.add(Async.createTask("cancelled before", () -> Async.sleep(LONG)));
            tasks.add(Async.createTask("off the loop", () -> Async.blocking(() -> Thread.sleep(LONG.toMillis()))));
            tasks.add(Async.createTask("in a core wait", () -> new Semaphore(0).acquire()));
            tasks.add(Async.createTask("awaits a task", () -> tasks.get(0).await()));
            tasks.add(Async.createTask("gathers", () -> Async.gather(List.of(tasks.get(0), tasks.get(1)))));
            tasks.add(Async.createTask("in a timeout", () -> Async.timeout(LONG, () -> Async.sleep(LONG))));
            Async.yieldNow();
            tasks.get(4).cancel();
            tasks.add(Async.createTask("ready to go on", Async::yieldNow));
            tasks.add(Async.createTask("granted", () -> {
                lock.release();
                Async.sleep(LONG);
            }));
            Async.yieldNow();
            tasks.add(Async.createTask("never started", () -> log.add("must not run")));
        });
        closeInTime();
        assertThat(tasks).allSatisfy(task -> assertThat(task.toString()).doesNotContain("pending"));
        assertThat(loop.toString()).endsWith("tasks=0]");
        assertThat(log).isEmpty();
    }

    /** The holder's clean-up hands its permit to a task that the close has woken too: nobody must be woken twice. */
    @Test
    @Once
    void close_cleanUpsThatGrantTasksWhichUnwindToo() {
        for (int round = 0; round < 20; round++) {
            EventLoop contended = EventLoop.create();
            AsyncSemaphore semaphore = new AsyncSemaphore(2);
            AsyncLock lock = new AsyncLock();
            AsyncEvent event = new AsyncEvent();
            AtomicInteger ended = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            contended.runUntilComplete(() -> {
                for (int i = 0; i < 30; i++) {
                    int kind = i % 3;
                    Async.createTask(() -> {
                        threads.add(Thread.currentThread());
                        try {
                            switch (kind) {
                                case 0 -> {
                                    try (var permit = semaphore.acquire()) {
                                        Async.sleep(LONG);
                                    }
                                }
                                case 1 -> {
                                    try (var held = lock.acquire()) {
                                        Async.sleep(LONG);
                                    }
                                }
                                default -> {
                                    try {
                                        event.await();
                                    } finally {
                                        event.set();
                                    }
                                }
                            }
                        } finally {
                            ended.incrementAndGet();
                        }
                    });
                }
                // It comes back when the others are gone, so the loop has to live on after them.
                Async.createTask(() -> Async.blocking(() -> {
                    try {
                        Thread.sleep(LONG.toMillis());
                    } finally {
                        Bystander.awaitUntil("others ended", () -> ended.get() == 30);
                    }
                }));
                Async.yieldNow();
                Async.yieldNow();
            });
            Bystander.start(contended::close).join();
            assertThat(ended).hasValue(30);
            Bystander.awaitUntil("threads ended", () -> threads.stream().noneMatch(Thread::isAlive));
            assertThat(semaphore.toString()).endsWith("[permits=2, waiters=0]");
            assertThat(lock.toString()).endsWith("[unlocked, waiters=0]");
            assertThat(event.toString()).endsWith("[set, waiters=0]");
        }
    }

    @Test
    void close_taskThatCatchesTheCancelAndReturns_hasEnded() {
        runBriefly(() -> Async.createTask(() -> {
            try {
                Async.sleep(LONG);
            } catch (CancelledException e) {
                log.add("swallowed");
            }
        }));
        closeInTime();
        assertThat(log).containsExactly("swallowed");
    }

    @Test
    void close_taskThatFailsWhileItUnwinds_isReported() {
        runBriefly(() -> Async.createTask("clumsy", () -> {
            try {
                Async.sleep(LONG);
            } catch (CancelledException e) {
                throw new IllegalArgumentException("while unwinding");
            }
        }));
        closeInTime();
        assertThat(handled)
                .containsExactly("event loop 'home': exception that nobody asked for: task 'clumsy': "
                        + "java.lang.IllegalArgumentException: while unwinding");
    }

    @Test
    @InOrder
    void close_taskThatSwallowsEveryCancel_isAbandonedAndReported() {
        AtomicInteger swallowed = new AtomicInteger();
        runBriefly(() -> {
            Async.createTask("stubborn", () -> {
                while (true) {
                    try {
                        Async.sleep(LONG);
                    } catch (CancelledException e) {
                        swallowed.incrementAndGet();
                    }
                }
            });
            Async.createTask("well-behaved", () -> {
                try {
                    Async.sleep(LONG);
                } finally {
                    log.add("well-behaved");
                }
            });
        });
        closeInTime();
        assertThat(loop.isClosed()).isTrue();
        assertThat(swallowed).hasValueGreaterThan(100);
        assertThat(log).containsExactly("well-behaved");
        assertThat(handled).singleElement().asString().contains("abandoned: task 'stubborn' swallowed 1000 cancels");
        assertThat(loop.toString()).endsWith("tasks=0]");
    }

    /** However it waits: the refusals are counted for all kinds of waits together. */
    @Test
    @InOrder
    void close_tasksThatSwallowEveryCancel_inEveryKindOfWait_areAbandoned() {
        Map<String, VoidTaskBody<Exception>> waits = waits();
        Map<String, AtomicInteger> swallowed = new LinkedHashMap<>();
        runForTwoTurns(() -> waits.forEach((name, wait) -> {
            AtomicInteger count = new AtomicInteger();
            swallowed.put(name, count);
            Async.createTask(name, () -> {
                while (true) {
                    try {
                        wait.run();
                    } catch (CancelledException e) {
                        count.incrementAndGet();
                    }
                }
            });
        }));
        closeInTime();
        assertThat(handled).hasSize(waits.size()).allMatch(report -> report.contains("swallowed 1000 cancels"));
        assertThat(swallowed.values()).allSatisfy(count -> assertThat(count).hasValueBetween(1_000, 1_001));
        assertThat(loop.toString()).endsWith("tasks=0]");
    }

    // ---------------------------------------------------------------- off the loop

    @Test
    void close_tasksOffTheLoop_areInterruptedAndWaitedFor() {
        CountDownLatch out = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        loop.runUntilComplete(() -> {
            Async.createTask(() -> {
                Async.blocking(() -> {
                    out.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        Bystander.awaitStubbornly(mayReturn);
                    }
                });
                log.add("returned all the same");
            });
            while (out.getCount() > 0) {
                Async.yieldNow();
            }
        });
        Bystander<Void> closer = Bystander.start(loop::close);
        Bystander.await(interrupted);
        closer.awaitBlocked();
        assertThat(loop.isClosed()).isFalse();
        mayReturn.countDown();
        closer.join();
        assertThat(log).containsExactly("returned all the same");
    }

    /** That somebody calls stop does not make a close any shorter. */
    @Test
    void close_whileSomebodyStopsTheLoop_waitsAllTheSame() {
        CountDownLatch out = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        loop.runUntilComplete(() -> {
            Async.createTask(() -> {
                try {
                    Async.blocking(() -> {
                        out.countDown();
                        try {
                            new CountDownLatch(1).await();
                        } finally {
                            interrupted.countDown();
                            Bystander.awaitStubbornly(mayReturn);
                        }
                    });
                } finally {
                    log.add("unwound");
                }
            });
            while (out.getCount() > 0) {
                Async.yieldNow();
            }
        });
        Bystander<Void> closer = Bystander.start(loop::close);
        Bystander.await(interrupted);
        for (int i = 0; i < 100; i++) {
            loop.stop();
            Thread.yield();
        }
        closer.awaitBlocked();
        assertThat(loop.isClosed()).isFalse();
        mayReturn.countDown();
        closer.join();
        assertThat(log).containsExactly("unwound");
    }

    @Test
    void close_coreWait_isInterrupted_andItsPermitIsNotLost() throws Exception {
        Semaphore semaphore = new Semaphore(0);
        runBriefly(() -> Async.createTask(() -> {
            try {
                semaphore.acquire();
                log.add("must not run");
            } catch (CancelledException e) {
                log.add("cancelled");
                throw e;
            }
        }));
        closeInTime();
        assertThat(log).containsExactly("cancelled");
        semaphore.release();
        assertThat(semaphore.tryAcquire()).isTrue();
    }

    // ---------------------------------------------------------------- what others hold

    @Test
    void close_whatOtherThreadsWaitFor_fails() {
        CompletableFuture<Void> sleeping = loop.submit(() -> Async.sleep(LONG));
        CompletableFuture<String> view = loop.runUntilComplete(() -> {
            Future<String> future = new Future<>();
            return future.toCompletableFuture();
        });
        loop.runUntilComplete(Async::yieldNow);
        CompletableFuture<String> unsent = loop.submit(() -> "never runs");
        Bystander<String> waiting = Bystander.call("waiting", view::get);
        waiting.awaitBlocked();

        closeInTime();

        assertThatThrownBy(waiting::join)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("event loop 'home' is closing");
        assertThat(sleeping).isCompletedExceptionally();
        assertThatThrownBy(sleeping::join).isInstanceOf(java.util.concurrent.CancellationException.class);
        assertThatThrownBy(unsent::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("event loop 'home' is closing");
    }

    @Test
    void close_dropsCallbacksAndTimers() {
        loop.runUntilComplete(() -> {
            loop.callLater(Duration.ZERO, () -> log.add("timer"));
            loop.callLater(LONG, () -> log.add("late timer"));
            loop.callSoon(() -> log.add("callback"));
        });
        loop.callSoonThreadSafe(() -> log.add("thread-safe callback"));
        loop.execute(() -> log.add("executed"));
        closeInTime();
        assertThat(log).isEmpty();
        assertThat(handled).isEmpty();
    }

    @Test
    void close_callbacksOfTasksThatUnwind_areDropped() {
        runBriefly(() -> {
            Future<String> future = new Future<>();
            future.whenDone(f -> log.add("callback"));
            Async.createTask(() -> {
                try {
                    Async.sleep(LONG);
                } finally {
                    future.complete("while closing");
                }
            });
        });
        closeInTime();
        assertThat(log).isEmpty();
    }

    @Test
    void close_failuresNobodyAskedFor_areReported() {
        loop.runUntilComplete(() -> {
            Async.createTask("forgotten", () -> {
                throw new IllegalArgumentException("nobody asks");
            });
            Steps.settle();
        });
        assertThat(handled).isEmpty();
        closeInTime();
        assertThat(handled)
                .containsExactly("event loop 'home': exception that nobody asked for: task 'forgotten': "
                        + "java.lang.IllegalArgumentException: nobody asks");
    }

    @Test
    void close_exceptionHandlerThatCallsClose_isLeftAlone() {
        EventLoop[] self = new EventLoop[1];
        self[0] = EventLoop.builder()
                .exceptionHandler((what, e) -> {
                    self[0].close();
                    log.add("handled");
                })
                .build();
        self[0].runUntilComplete(() -> {
            Async.createTask(() -> {
                throw new IllegalArgumentException("nobody asks");
            });
            Steps.settle();
        });
        Bystander.start(self[0]::close).join();
        assertThat(log).containsExactly("handled");
    }

    // ---------------------------------------------------------------- afterwards

    @Test
    void closed_refusesEverything() {
        Future<Handle> handle = new Future<>();
        loop.runUntilComplete(() -> handle.complete(loop.callLater(LONG, () -> {})));
        Handle late = loop.runUntilComplete(handle);
        loop.close();

        assertClosed(() -> loop.callSoon(() -> {}));
        assertClosed(() -> loop.callLater(Duration.ZERO, () -> {}));
        assertClosed(() -> loop.callAt(0, () -> {}));
        assertClosed(() -> loop.callSoonThreadSafe(() -> {}));
        assertClosed(() -> loop.submit(() -> "x"));
        assertClosed(() -> loop.submit(() -> {}));
        assertClosed(() -> loop.createTask(() -> "x"));
        assertClosed(() -> loop.createTask("name", () -> {}));
        assertClosed(loop::nanoTime);
        assertClosed(loop::allTasks);
        assertClosed(() -> loop.runUntilComplete(() -> "x"));
        assertClosed(loop::runForever);
        assertClosed(late::cancel);
        assertThatThrownBy(() -> loop.execute(() -> {}))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage("event loop 'home' is closed");
        loop.stop();
        assertThat(loop.isClosed()).isTrue();
    }

    private static void assertClosed(Bystander.Body body) {
        assertThatThrownBy(body::run)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("event loop 'home' is closed");
    }

    @Test
    void closed_lateWakeUpsOfTimersAndStages_areDropped() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        runBriefly(() -> Async.createTask(() -> Async.await(stage.whenComplete((v, e) -> {}))));
        closeInTime();
        stage.complete("too late");
        assertThat(handled).isEmpty();
    }

    /** Threads that send while another closes: each call either counts or is refused, and nothing hangs. */
    @Test
    @Once
    void close_whileOthersSend_refusesOrRuns() {
        for (int round = 0; round < 20; round++) {
            EventLoop target = EventLoop.create();
            Bystander<Void> runner = Bystander.start(target::runForever);
            List<Bystander<List<CompletableFuture<String>>>> senders = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                senders.add(Bystander.call("sender", () -> sendUntilRefused(target)));
            }
            Thread.yield();
            target.close();
            for (Bystander<List<CompletableFuture<String>>> sender : senders) {
                assertThat(sender.join())
                        .allSatisfy(future -> assertThat(future).isDone());
            }
            assertThatThrownBy(() -> {
                        runner.join();
                        target.runForever();
                    })
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    private static List<CompletableFuture<String>> sendUntilRefused(EventLoop target) {
        List<CompletableFuture<String>> sent = new ArrayList<>();
        try {
            while (true) {
                CompletableFuture<String> future = target.submit(() -> "ran");
                sent.add(future);
                if (sent.size() % 10 == 0) {
                    future.exceptionally(Throwable::getMessage).join(); // lets the loop keep up
                }
            }
        } catch (IllegalStateException e) {
            Bystander.awaitUntil("closed", target::isClosed);
            return sent;
        }
    }

    @Test
    @Once
    void close_taskThatTakesEveryCancelBack_isAbandonedToo() {
        runBriefly(() -> Async.createTask("stubborn", () -> {
            while (true) {
                try {
                    Async.sleep(LONG);
                } catch (CancelledException e) {
                    Async.currentTask().uncancel();
                }
            }
        }));
        closeInTime();
        assertThat(handled).singleElement().asString().contains("abandoned: task 'stubborn'");
    }
}
