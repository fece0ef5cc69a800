// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.loop.internal.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An interrupt of the thread in run is a cancel of the main task; one of a task's thread waits for that task, and disturbs nobody. */
@Once
@Timeout(60)
final class InterruptTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch begun = new CountDownLatch(1);

    @AfterEach
    void thisThread_isNotInterrupted() {
        assertThat(Thread.interrupted()).isFalse();
    }

    // ---------------------------------------------------------------- the thread in run

    @Test
    void runner_interrupted_cancelsMain_andKeepsItsStatus() {
        AtomicBoolean status = new AtomicBoolean();
        Bystander<Void> runner = Bystander.start(() -> {
            try {
                EventLoop.run(() -> {
                    begun.countDown();
                    Async.sleep(LONG);
                });
            } finally {
                status.set(Thread.interrupted());
            }
        });
        Bystander.await(begun);
        runner.thread().interrupt();

        assertThatThrownBy(runner::join).isInstanceOf(CancelledException.class).hasMessage("interrupted");
        assertThat(status).isTrue();
    }

    @Test
    void runner_interruptedWhileMainComputes_isNotLost() {
        for (int i = 0; i < 20; i++) {
            CountDownLatch computing = new CountDownLatch(1);
            AtomicBoolean interruptSent = new AtomicBoolean();
            Bystander<Void> runner = Bystander.start(() -> EventLoop.run(() -> {
                computing.countDown();
                Bystander.awaitUntil("interrupt sent", interruptSent::get);
                Async.sleep(LONG);
            }));
            Bystander.await(computing);
            runner.thread().interrupt();
            interruptSent.set(true);
            assertThatThrownBy(runner::join).isInstanceOf(CancelledException.class);
        }
    }

    @Test
    void runner_interruptedBefore_cancelsMain() {
        AtomicBoolean status = new AtomicBoolean();
        Bystander<Void> runner = Bystander.start(() -> {
            Thread.currentThread().interrupt();
            try {
                EventLoop.run(() -> Async.sleep(LONG));
            } finally {
                status.set(Thread.interrupted());
            }
        });
        assertThatThrownBy(runner::join).isInstanceOf(CancelledException.class);
        assertThat(status).isTrue();
    }

    @Test
    void runner_interrupted_mainMayRefuse() {
        AtomicBoolean status = new AtomicBoolean();
        Bystander<String> runner = Bystander.call("runner", () -> {
            String result = EventLoop.run(() -> {
                begun.countDown();
                try {
                    Async.sleep(LONG);
                } catch (CancelledException e) {
                    Async.currentTask().uncancel();
                }
                Async.yieldNow();
                return "refused";
            });
            status.set(Thread.interrupted());
            return result;
        });
        Bystander.await(begun);
        runner.thread().interrupt();
        assertThat(runner.join()).isEqualTo("refused");
        assertThat(status).isTrue();
    }

    /** One interrupt is one Ctrl-C: it cancels main, and the tasks that are left may clean up as after any other end of main. */
    @Test
    void runner_interruptedOnce_tasksThatAreLeftCleanUpWithAwaits() {
        Bystander<Void> runner = Bystander.start(() -> {
            try {
                EventLoop.run(() -> {
                    Async.createTask(() -> {
                        try {
                            Async.sleep(LONG);
                        } finally {
                            Async.sleep(Duration.ofMillis(1));
                            Async.yieldNow();
                            log.add("cleaned up");
                        }
                    });
                    Async.yieldNow();
                    begun.countDown();
                    Async.sleep(LONG);
                });
            } finally {
                log.add("status " + Thread.interrupted());
            }
        });
        Bystander.await(begun);
        runner.thread().interrupt();
        assertThatThrownBy(runner::join).isInstanceOf(CancelledException.class);
        assertThat(log).containsExactly("cleaned up", "status true");
    }

    @Test
    void runner_interruptedTwice_doesNotWaitForCleanUps() {
        CountDownLatch cleaningUp = new CountDownLatch(1);
        Bystander<Void> runner = Bystander.start(() -> {
            try {
                EventLoop.run(() -> {
                    Async.createTask(() -> {
                        try {
                            Async.sleep(LONG);
                        } finally {
                            cleaningUp.countDown();
                            Async.sleep(LONG);
                        }
                    });
                    Async.yieldNow();
                    begun.countDown();
                    Async.sleep(LONG);
                });
            } finally {
                log.add("status " + Thread.interrupted());
            }
        });
        Bystander.await(begun);
        runner.thread().interrupt();
        Bystander.await(cleaningUp);
        runner.thread().interrupt();
        assertThatThrownBy(runner::join).isInstanceOf(CancelledException.class).hasMessage("interrupted");
        assertThat(log).containsExactly("status true");
    }

    @Test
    void runner_interrupted_withAFutureAsTheMainThing_cancelsIt() {
        try (EventLoop loop = EventLoop.create()) {
            Future<String> future = new Future<>();
            loop.callSoonThreadSafe(begun::countDown);
            Bystander<String> runner = Bystander.call("runner", () -> loop.runUntilComplete(future));
            Bystander.await(begun);
            runner.thread().interrupt();
            assertThatThrownBy(runner::join)
                    .isInstanceOfSatisfying(
                            CancelledException.class,
                            e -> assertThat(e.source()).isSameAs(future))
                    .hasMessage("interrupted");
        }
    }

    // ---------------------------------------------------------------- the threads of tasks

    /** Interrupts the thread of a suspended task, and waits until it waits again and stays so: it must not spin. */
    private static void interruptSuspended(Thread thread) {
        Bystander.awaitUntil("suspended", () -> isSuspended(thread));
        thread.interrupt();
        int[] sightings = {0};
        Bystander.awaitUntil("suspended again after an interrupt", () -> {
            sightings[0] = isSuspended(thread) ? sightings[0] + 1 : 0;
            return sightings[0] == 100;
        });
    }

    private static boolean isSuspended(Thread thread) {
        if (Threads.configured() == Threads.OWN) { // put aside, it counts as one that can run, and keeps its status
            return Stream.of(thread.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("letGo"));
        }
        Thread.State state = thread.getState();
        return (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING) && !thread.isInterrupted();
    }

    @Test
    void suspendedTask_interrupted_staysSuspended_andFindsItsStatusSet() {
        EventLoop.run(() -> {
            Future<String> future = new Future<>();
            Future<Thread> thread = new Future<>();
            Task<Boolean> task = Async.createTask(() -> {
                thread.complete(Thread.currentThread());
                future.await();
                return Thread.interrupted();
            });
            Thread target = thread.await();
            Async.blocking(() -> interruptSuspended(target));
            assertThat(task.isDone()).isFalse();
            future.complete("at last");
            assertThat(task.await()).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
    }

    /** The last task that suspended has the whole loop waiting on its stack. */
    @Test
    void idleLoop_interruptedOnTheStackOfItsTask_goesOnWaiting() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<String> stage = new CompletableFuture<>();
        Bystander<Boolean> runner = Bystander.call(
                "runner",
                () -> EventLoop.run(() -> {
                    thread.complete(Thread.currentThread());
                    Async.await(stage);
                    return Thread.interrupted();
                }));
        Thread target = thread.join();
        interruptSuspended(target);
        interruptSuspended(target);
        assertThat(runner.isDone()).isFalse();
        stage.complete("at last");
        assertThat(runner.join()).isTrue();
    }

    @Test
    void idleLoop_withATimer_interruptedOnTheStackOfItsTask_goesOnWaiting() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        try (EventLoop loop = EventLoop.create()) {
            Bystander<Boolean> runner = Bystander.call(
                    "runner",
                    () -> loop.runUntilComplete(() -> {
                        Task<?> main = Async.currentTask();
                        loop.callLater(LONG, main::cancel);
                        thread.complete(Thread.currentThread());
                        new Future<>().await(LONG);
                        return true;
                    }));
            interruptSuspended(thread.join());
            assertThat(runner.isDone()).isFalse();
            loop.close();
            assertThatThrownBy(runner::join).isInstanceOf(CancelledException.class);
        }
    }

    @Test
    void runningTask_interrupted_keepsItsStatusOverAwaits() {
        EventLoop.run(() -> {
            Thread.currentThread().interrupt();
            Async.yieldNow();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            Async.createTask(() -> log.add("other: " + Thread.currentThread().isInterrupted()));
            Async.sleep(Duration.ofMillis(1));
            assertThat(Thread.interrupted()).isTrue();
            Async.sleep(Duration.ofMillis(1));
            assertThat(Thread.interrupted()).isFalse();
        });
        assertThat(log).containsExactly("other: false");
    }

    @Test
    void task_leavesNoInterruptStatus_toWhoeverRunsNextOnItsThread() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            for (int i = 0; i < 10; i++) {
                Async.createTask(() -> Thread.currentThread().interrupt());
                Async.createTask(() -> log.add("task " + Thread.currentThread().isInterrupted()));
                loop.callSoon(() -> Thread.currentThread().interrupt());
                loop.callSoon(() -> log.add("callback " + Thread.currentThread().isInterrupted()));
                Async.createTask(() -> {
                    Thread.currentThread().interrupt();
                    Async.yieldNow();
                });
            }
            for (int i = 0; i < 4; i++) {
                Async.yieldNow();
            }
            Async.createTask(() -> log.add("task " + Thread.currentThread().isInterrupted()))
                    .await();
        });
        assertThat(log).hasSize(21).allMatch(entry -> entry.endsWith(" false"));
    }

    /** Whoever is interrupted while idle was meant by nobody. */
    @Test
    void idleWorker_interrupted_theNextTaskDoesNotSeeIt() {
        EventLoop.run(() -> {
            Thread worker = Async.createTask(Thread::currentThread).await();
            Async.blocking(() -> interruptSuspended(worker));
            for (int i = 0; i < 5; i++) {
                boolean seen = Async.createTask(() -> {
                            Async.yieldNow();
                            return Thread.currentThread().isInterrupted();
                        })
                        .await();
                assertThat(seen).isFalse();
            }
        });
    }

    @Test
    void blocking_interruptedFromElsewhere_endsCancelled() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Bystander<Void> runner = Bystander.start(() -> EventLoop.run(() -> {
            assertThatThrownBy(() -> Async.blocking(() -> {
                        thread.complete(Thread.currentThread());
                        Thread.sleep(LONG.toMillis());
                    }))
                    .isInstanceOf(CancelledException.class)
                    .hasCauseInstanceOf(InterruptedException.class)
                    .hasMessage("interrupted");
        }));
        Thread target = thread.join();
        Bystander.awaitBlocked(target);
        target.interrupt();
        runner.join();
    }
}
