// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Running a loop: what comes out of it, who may run it when, and what stays for the next run. */
@Timeout(60)
final class EventLoopRunTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private static final Duration LONG = Duration.ofHours(1);

    private final List<String> log = new ArrayList<>();

    // ---------------------------------------------------------------- what comes out

    @Test
    void run_givesWhatTheBodyReturns() {
        String result = EventLoop.run(() -> "result");
        String nothing = EventLoop.run(() -> {
            Async.yieldNow();
            return (String) null;
        });

        assertThat(result).isEqualTo("result");
        assertThat(nothing).isNull();
    }

    @Test
    @Once
    void run_throwsWhatTheBodyThrows_asItIs() {
        for (Throwable thrown : List.of(
                new IOException("checked"),
                new IllegalArgumentException("unchecked"),
                new AssertionError("error"),
                new StackOverflowError("a vm error"),
                new Throwable("bare"),
                new CompletionException(new IOException("wrapped by the body itself")))) {
            assertThatThrownBy(() -> EventLoop.run(() -> {
                        throw thrown;
                    }))
                    .isSameAs(thrown);
            assertThatThrownBy(() -> EventLoop.run(() -> {
                        Async.yieldNow();
                        throw thrown;
                    }))
                    .isSameAs(thrown);
        }
    }

    /** Compiles only as long as run throws exactly what its body does. */
    @Test
    void run_declaresTheTypeOfTheBodysException() {
        try {
            EventLoop.run(() -> {
                if (log.isEmpty()) {
                    throw new IOException("checked");
                }
            });
        } catch (IOException e) {
            log.add(e.getMessage());
        }
        assertThat(log).containsExactly("checked");
    }

    @Test
    void run_cancelledMain_throwsCancelledException() {
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    Async.currentTask().cancel("enough");
                    Async.yieldNow();
                }))
                .isInstanceOf(CancelledException.class)
                .hasMessage("enough");
    }

    @Test
    void run_interruptedExceptionOfTheBody_endsItCancelled() {
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    throw new InterruptedException("thrown by the body");
                }))
                .isInstanceOf(CancelledException.class);
    }

    @Test
    void run_nullBody() {
        assertThatThrownBy(() -> EventLoop.run((TaskBody<?, RuntimeException>) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("main");
        assertThatThrownBy(() -> EventLoop.run((VoidTaskBody<RuntimeException>) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("main");
    }

    @Test
    void runUntilComplete_nullBody() {
        try (EventLoop loop = EventLoop.create()) {
            assertThatThrownBy(() -> loop.runUntilComplete((TaskBody<?, RuntimeException>) null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("main");
            assertThatThrownBy(() -> loop.runUntilComplete((VoidTaskBody<RuntimeException>) null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("main");
        }
    }

    @Test
    @Once
    void run_whatItReturnsHappensAfterWhatTheLoopDid() {
        int[] plain = {0};
        for (int i = 1; i <= 200; i++) {
            EventLoop.run(() -> {
                Async.createTask(() -> plain[0]++).await();
            });
            assertThat(plain[0]).isEqualTo(i);
        }
    }

    // ---------------------------------------------------------------- who may run

    @Test
    void run_inATask_isRefused() {
        EventLoop outer = EventLoop.builder().name("prices").build();
        try (outer) {
            outer.runUntilComplete(() -> {
                assertThatThrownBy(() -> EventLoop.run(() -> "nested"))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("EventLoop.run cannot be called from a running event loop ('prices')");
                EventLoop other = EventLoop.create();
                assertThatThrownBy(() -> other.runUntilComplete(() -> "nested"))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("EventLoop.runUntilComplete cannot be called from a running event loop ('prices')");
                assertThatThrownBy(() -> other.runUntilComplete(new Future<>()))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("EventLoop.runUntilComplete cannot be called from a running event loop ('prices')");
                assertThatThrownBy(other::runForever)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("EventLoop.runForever cannot be called from a running event loop ('prices')");
                assertThat(other.isRunning()).isFalse();
                other.close();
            });
        }
    }

    @Test
    void run_inACallback_isRefused() {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (EventLoop loop = EventLoop.builder()
                .name("prices")
                .exceptionHandler((what, e) -> failure.set(e))
                .build()) {
            loop.runUntilComplete(() -> {
                loop.callSoon(() -> EventLoop.run(() -> "nested"));
                Steps.settle();
            });
        }
        assertThat(failure.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("EventLoop.run cannot be called from a running event loop ('prices')");
    }

    @Test
    void run_inBlocking_isALoopOfItsOwn_whileTheOuterGoesOn() {
        CountDownLatch outerWentOn = new CountDownLatch(1);
        String result = EventLoop.run(() -> {
            EventLoop outer = EventLoop.current();
            outer.callSoon(outerWentOn::countDown);
            String inner = Async.blocking(() -> EventLoop.run(() -> {
                assertThat(EventLoop.current()).isNotSameAs(outer);
                Async.blocking(() -> Bystander.await(outerWentOn));
                return "inner";
            }));
            assertThat(EventLoop.current()).isSameAs(outer);
            return inner;
        });
        assertThat(result).isEqualTo("inner");
    }

    @Test
    void current_withoutALoop() {
        assertThatThrownBy(EventLoop::current)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no running event loop");
    }

    @Test
    void current_inTasksAndCallbacks_butNotOffTheLoop() {
        try (EventLoop loop = EventLoop.create()) {
            loop.runUntilComplete(() -> {
                assertThat(EventLoop.current()).isSameAs(loop);
                Async.yieldNow();
                assertThat(EventLoop.current()).isSameAs(loop);
                Future<EventLoop> inCallback = new Future<>();
                loop.callSoon(() -> inCallback.complete(EventLoop.current()));
                assertThat(inCallback.await()).isSameAs(loop);
                Async.blocking(() -> assertThatThrownBy(EventLoop::current).hasMessage("no running event loop"));
                Bystander.start(() -> assertThatThrownBy(EventLoop::current).hasMessage("no running event loop"))
                        .join();
            });
            assertThatThrownBy(EventLoop::current).hasMessage("no running event loop");
        }
    }

    @Test
    void run_whileItRuns_isRefused() {
        EventLoop loop = EventLoop.builder().name("busy").build();
        Bystander<Void> runner = Bystander.start(loop::runForever);
        Bystander.awaitUntil("running", loop::isRunning);

        assertThatThrownBy(() -> loop.runUntilComplete(() -> "second"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("loop 'busy' is running already");
        assertThatThrownBy(loop::runForever).hasMessage("loop 'busy' is running already");
        assertThatThrownBy(() -> loop.runUntilComplete(new Future<>())).hasMessage("loop 'busy' is running already");
        assertThat(loop.isRunning()).isTrue();

        loop.close();
        runner.join();
    }

    @Test
    void run_closed_isRefused() {
        EventLoop loop = EventLoop.builder().name("gone").build();
        loop.close();

        assertThatThrownBy(() -> loop.runUntilComplete(() -> "too late"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("event loop 'gone' is closed");
        assertThatThrownBy(loop::runForever).hasMessage("event loop 'gone' is closed");
        assertThatThrownBy(() -> loop.runUntilComplete(new Future<>())).hasMessage("event loop 'gone' is closed");
    }

    // ---------------------------------------------------------------- what is left over

    @Test
    @InOrder
    void run_cancelsWhatIsLeft_andLetsItCleanUpWithAwaits() {
        EventLoop.run(() -> {
            for (int i = 0; i < 3; i++) {
                int id = i;
                Async.createTask(() -> {
                    try {
                        Async.sleep(LONG);
                    } catch (CancelledException e) {
                        log.add(id + ": " + e.getMessage());
                        Async.sleep(Duration.ofMillis(1));
                        Async.yieldNow();
                        log.add(id + ": cleaned up");
                        throw e;
                    }
                });
            }
            Async.yieldNow();
        });
        assertThat(log.subList(0, 3))
                .containsExactly("0: the main task is done", "1: the main task is done", "2: the main task is done");
        assertThat(log.subList(3, 6)).containsExactlyInAnyOrder("0: cleaned up", "1: cleaned up", "2: cleaned up");
        assertThat(log).hasSize(6);
    }

    @Test
    void run_cleaningUp_mayCreateTasksAndWaitForThem() {
        EventLoop.run(() -> {
            Async.createTask(() -> {
                try {
                    Async.sleep(LONG);
                } finally {
                    log.add(Async.createTask(() -> "created while cleaning up").await());
                }
            });
            Steps.settle();
        });
        assertThat(log).containsExactly("created while cleaning up");
    }

    @Test
    void run_leftOver_neverStarted_neverRuns() {
        AtomicReference<Task<?>> left = new AtomicReference<>();
        EventLoop.run(() -> {
            left.set(Async.createTask(() -> log.add("ran")));
        });
        assertThat(log).isEmpty();
        assertThat(left.get().toString()).endsWith(", cancelled]");
    }

    @Test
    void run_leftOver_thatRefusesTheCancel_isWaitedFor() {
        EventLoop.run(() -> {
            Async.createTask(() -> {
                try {
                    Async.sleep(LONG);
                } catch (CancelledException e) {
                    Async.currentTask().uncancel();
                }
                for (int i = 0; i < 10; i++) {
                    Async.yieldNow();
                }
                log.add("finished");
            });
            Steps.settle();
        });
        assertThat(log).containsExactly("finished");
    }

    @Test
    @InOrder
    void run_mainFails_leftOversCleanUpAllTheSame() {
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    Async.createTask(() -> {
                        try {
                            Async.sleep(LONG);
                        } finally {
                            Async.yieldNow();
                            log.add("cleaned up");
                        }
                    });
                    Async.yieldNow();
                    throw new IOException("main failed");
                }))
                .isInstanceOf(IOException.class);
        assertThat(log).containsExactly("cleaned up");
    }

    // ---------------------------------------------------------------- several runs

    @Test
    @InOrder
    void runUntilComplete_tasksGoOnInTheNextRun() {
        AtomicInteger steps = new AtomicInteger();
        try (EventLoop loop = EventLoop.create()) {
            Task<Void> background = loop.runUntilComplete(() -> Async.createTask(() -> {
                while (steps.incrementAndGet() < 100) {
                    Async.yieldNow();
                }
            }));
            int before = steps.get();
            assertThat(before).isLessThan(100);
            int seen = loop.runUntilComplete(() -> {
                Async.yieldNow();
                Async.yieldNow();
                return steps.get();
            });
            assertThat(seen).isGreaterThan(before).isLessThan(100);
            loop.runUntilComplete(background);
            assertThat(steps.get()).isEqualTo(100);
        }
    }

    @Test
    @InOrder
    void runUntilComplete_onDifferentThreads() {
        try (EventLoop loop = EventLoop.create()) {
            Future<String> future = loop.runUntilComplete(() -> {
                Future<String> f = new Future<>();
                Async.createTask(() -> log.add(f.await()));
                return f;
            });
            Bystander.start(() -> loop.runUntilComplete(() -> {
                        future.complete("second run");
                        Async.yieldNow();
                    }))
                    .join();
            assertThat(log).containsExactly("second run");
        }
    }

    @Test
    @InOrder
    void runUntilComplete_timersAndCallbacksStayForTheNextRun() {
        try (EventLoop loop = EventLoop.create()) {
            loop.callSoonThreadSafe(() -> log.add("sent before any run"));
            loop.runUntilComplete(() -> {
                loop.callLater(Duration.ofMillis(1), () -> log.add("later"));
            });
            loop.callSoonThreadSafe(() -> log.add("sent between runs"));
            loop.runUntilComplete(() -> Async.sleep(Duration.ofMillis(20)));
        }
        assertThat(log).containsExactly("sent before any run", "sent between runs", "later");
    }

    @Test
    void runUntilComplete_mainFails_theLoopCanRunAgain() {
        try (EventLoop loop = EventLoop.create()) {
            assertThatThrownBy(() -> loop.runUntilComplete(() -> {
                        throw new IOException("first");
                    }))
                    .isInstanceOf(IOException.class);
            String second = loop.runUntilComplete(() -> "second");
            assertThat(second).isEqualTo("second");
        }
    }

    // ---------------------------------------------------------------- a future as the main thing

    @Test
    void runUntilComplete_future_givesItsResult() {
        try (EventLoop loop = EventLoop.create()) {
            Future<String> future = new Future<>();
            loop.callSoonThreadSafe(() -> future.complete("done"));
            assertThat(loop.runUntilComplete(future)).isEqualTo("done");
            assertThat(loop.runUntilComplete(future)).isEqualTo("done");
        }
    }

    @Test
    void runUntilComplete_future_throwsAsAwaitDoes() {
        IOException checked = new IOException("checked");
        IllegalArgumentException unchecked = new IllegalArgumentException("unchecked");
        try (EventLoop loop = EventLoop.create()) {
            Future<String> first = new Future<>();
            Future<String> second = new Future<>();
            Future<String> third = new Future<>();
            loop.callSoonThreadSafe(() -> first.fail(checked));
            loop.callSoonThreadSafe(() -> second.fail(unchecked));
            loop.callSoonThreadSafe(() -> third.cancel("called off"));

            assertThatThrownBy(() -> loop.runUntilComplete(first))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isSameAs(checked);
            assertThatThrownBy(() -> loop.runUntilComplete(second)).isSameAs(unchecked);
            assertThatThrownBy(() -> loop.runUntilComplete(third))
                    .isInstanceOfSatisfying(
                            CancelledException.class,
                            e -> assertThat(e.source()).isSameAs(third))
                    .hasMessage("called off");
        }
    }

    @Test
    void runUntilComplete_futureOfAnotherLoop_isRefused_andTheLoopCanStillRun() {
        try (EventLoop home = EventLoop.builder().name("home").build();
                EventLoop away = EventLoop.builder().name("away").build()) {
            Future<String> future = home.runUntilComplete(() -> new Future<String>());
            assertThatThrownBy(() -> away.runUntilComplete(future))
                    .isInstanceOf(WrongLoopException.class)
                    .hasMessageContaining(future + " is bound to a different event loop: bound to loop 'home'")
                    .hasMessageContaining("EventLoop.runUntilComplete()")
                    .hasMessageContaining("loop 'away'");
            String next = away.runUntilComplete(() -> "still runs");
            assertThat(next).isEqualTo("still runs");
        }
    }

    // ---------------------------------------------------------------- stopping

    @Test
    void stop_beforeTheBodyIsDone_throws_andTheBodyGoesOnInTheNextRun() {
        try (EventLoop loop = EventLoop.builder().name("stopped").build()) {
            Future<Task<?>> main = new Future<>();
            assertThatThrownBy(() -> loop.runUntilComplete(() -> {
                        main.complete(Async.currentTask());
                        loop.stop();
                        Async.yieldNow();
                        Async.yieldNow();
                        Async.yieldNow();
                        log.add("main");
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching("loop 'stopped' was stopped before Task@\\w+ \\['main', pending\\] was done");
            assertThat(log).isEmpty();
            assertThat(loop.isRunning()).isFalse();
            loop.runUntilComplete(loop.runUntilComplete(main));
            assertThat(log).containsExactly("main");
        }
    }

    /** The first run was stopped before its main task was done; that this task ends in a later run is no reason to end that run. */
    @Test
    void stop_mainOfAStoppedRun_doesNotEndALaterRun() {
        try (EventLoop loop = EventLoop.create()) {
            assertThatThrownBy(() -> loop.runUntilComplete(() -> {
                        loop.stop();
                        Async.yieldNow();
                        Async.yieldNow();
                        log.add("first");
                    }))
                    .hasMessageContaining("was stopped before");
            String second = loop.runUntilComplete(() -> {
                while (log.isEmpty()) {
                    Async.yieldNow();
                }
                for (int i = 0; i < 10; i++) {
                    Async.yieldNow();
                }
                return "second";
            });
            assertThat(second).isEqualTo("second");
        }
    }

    @Test
    @InOrder
    void stop_inARound_letsTheRoundEnd() {
        try (EventLoop loop = EventLoop.create()) {
            loop.callSoonThreadSafe(() -> {
                loop.callSoon(() -> {
                    log.add("a");
                    loop.stop();
                    loop.callSoon(() -> log.add("next run"));
                });
                loop.callSoon(() -> log.add("b"));
            });
            loop.runForever();
            assertThat(log).startsWith("a", "b");
            loop.stop();
            loop.runForever();
            assertThat(log).containsExactly("a", "b", "next run");
        }
    }

    @Test
    void stop_beforeARun_endsItAfterOneRound() {
        try (EventLoop loop = EventLoop.create()) {
            loop.stop();
            loop.callSoonThreadSafe(() -> log.add("one round"));
            loop.runForever();
            assertThat(log).containsExactly("one round");
        }
    }

    /** A run that was refused is none. */
    @Test
    void stop_beforeARefusedRun_endsTheOneAfterIt() {
        try (EventLoop loop = EventLoop.create();
                EventLoop other = EventLoop.create()) {
            Future<String> foreign = other.runUntilComplete(() -> new Future<String>());
            loop.stop();
            assertThatThrownBy(() -> loop.runUntilComplete(foreign)).isInstanceOf(WrongLoopException.class);
            loop.callSoonThreadSafe(() -> log.add("one round"));
            loop.runForever();
            assertThat(log).containsExactly("one round");
        }
    }

    @Test
    @Once
    void stop_fromAnotherThread_endsRunForever() {
        try (EventLoop loop = EventLoop.create()) {
            for (int i = 0; i < 100; i++) {
                Bystander<Void> runner = Bystander.start(loop::runForever);
                if (i % 2 == 0) {
                    Bystander.awaitUntil("running", loop::isRunning);
                }
                loop.stop();
                runner.join();
                assertThat(loop.isRunning()).isFalse();
            }
        }
    }

    @Test
    void runForever_interrupted_stops_withTheStatusSet() {
        try (EventLoop loop = EventLoop.create()) {
            AtomicBoolean status = new AtomicBoolean();
            Bystander<Void> runner = Bystander.start(() -> {
                loop.runForever();
                status.set(Thread.interrupted());
            });
            Bystander.awaitUntil("running", loop::isRunning);
            runner.thread().interrupt();
            runner.join();
            assertThat(status).isTrue();
            assertThat(loop.isClosed()).isFalse();
        }
    }

    @Test
    void isRunning_andName_areToldByToString() {
        EventLoop loop = EventLoop.builder().name("prices").build();
        assertThat(loop.toString()).matches("EventLoop@\\w+ \\[name=prices, idle, tasks=0\\]");
        loop.runUntilComplete(() -> {
            assertThat(loop.isRunning()).isTrue();
            assertThat(loop.toString()).endsWith("[name=prices, running, tasks=1]");
        });
        loop.close();
        assertThat(loop.toString()).endsWith("[name=prices, closed, tasks=0]");
    }

    // ---------------------------------------------------------------- order

    @Test
    @InOrder
    void ready_firstInFirstOut_callbacksAndTasksAlike() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String id = "item-" + i;
                expected.add(id);
                switch (i % 3) {
                    case 0 -> loop.callSoon(() -> log.add(id));
                    case 1 -> loop.createTask(() -> log.add(id));
                    default ->
                        loop.createTask(id, () -> {
                            log.add(id);
                            Async.yieldNow();
                        });
                }
            }
            Async.yieldNow();
            assertThat(log).isEqualTo(expected);
        });
    }

    @Test
    @InOrder
    void ready_suspendedTasksAndCallbacks_inTheOrderInWhichTheyBecameReady() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            Future<Void> first = new Future<>();
            Future<Void> second = new Future<>();
            Async.createTask(() -> {
                second.await();
                log.add("second");
            });
            Async.createTask(() -> {
                first.await();
                log.add("first");
            });
            Async.yieldNow();

            loop.callSoon(() -> log.add("callback 1"));
            first.complete(null);
            loop.callSoon(() -> log.add("callback 2"));
            second.complete(null);
            loop.createTask(() -> log.add("task"));
            loop.callSoon(() -> log.add("callback 3"));
            Async.yieldNow();
        });
        assertThat(log).containsExactly("callback 1", "first", "callback 2", "second", "task", "callback 3");
    }

    @Test
    @InOrder
    void round_whatBecomesReadyInIt_runsInTheNext() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            for (String id : List.of("a", "b")) {
                loop.callSoon(() -> {
                    log.add(id + "1");
                    loop.callSoon(() -> {
                        log.add(id + "2");
                        loop.callSoon(() -> log.add(id + "3"));
                    });
                });
            }
            for (int i = 0; i < 4; i++) {
                Async.yieldNow();
            }
        });
        assertThat(log).containsExactly("a1", "b1", "a2", "b2", "a3", "b3");
    }

    @Test
    @InOrder
    void round_manySuspendedTasks_takeTurns() {
        EventLoop.run(() -> {
            List<Task<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int id = i;
                tasks.add(Async.createTask(() -> {
                    for (int turn = 0; turn < 20; turn++) {
                        log.add(turn + "." + id);
                        Async.yieldNow();
                    }
                }));
            }
            for (Task<Void> task : tasks) {
                task.await();
            }
        });
        List<String> expected = new ArrayList<>();
        for (int turn = 0; turn < 20; turn++) {
            for (int id = 0; id < 20; id++) {
                expected.add(turn + "." + id);
            }
        }
        assertThat(log).isEqualTo(expected);
    }

    /** Somebody who is ready in every round must keep neither timers nor other threads from their turn. */
    @Test
    void round_timersAndOtherThreads_getTheirTurnWhileReadyWorkNeverEnds() {
        AtomicBoolean fromTimer = new AtomicBoolean();
        AtomicBoolean fromThread = new AtomicBoolean();
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            endlessly(loop);
            Async.createTask(() -> {
                while (true) {
                    Async.yieldNow();
                }
            });
            loop.callLater(Duration.ofMillis(5), () -> fromTimer.set(true));
            Bystander<Void> sender = Bystander.start(() -> loop.execute(() -> fromThread.set(true)));
            while (!(fromTimer.get() && fromThread.get())) {
                Async.yieldNow();
            }
            sender.join();
        });
    }

    private static void endlessly(EventLoop loop) {
        loop.callSoon(() -> endlessly(loop));
    }

    // ---------------------------------------------------------------- time

    @Test
    @InOrder
    void timers_fireInTheOrderOfTheirDeadlines() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            long base = loop.nanoTime() + 1_000_000;
            int[] offsets = {50, 10, 40, 0, 30, 20, 10, 0, 50};
            for (int i = 0; i < offsets.length; i++) {
                String id = offsets[i] + "/" + i;
                loop.callAt(base + offsets[i], () -> log.add(id));
            }
            Async.sleep(Duration.ofMillis(20));
        });
        assertThat(log).containsExactly("0/3", "0/7", "10/1", "10/6", "20/5", "30/4", "40/2", "50/0", "50/8");
    }

    @Test
    @InOrder
    void timers_equalDeadlines_inTheOrderOfTheirMaking() {
        List<Integer> fired = new ArrayList<>();
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            long deadline = loop.nanoTime() + 1_000_000;
            for (int i = 0; i < 1_000; i++) {
                int id = i;
                loop.callAt(deadline, () -> fired.add(id));
            }
            Async.sleep(Duration.ofMillis(20));
        });
        assertThat(fired).hasSize(1_000).isSorted();
    }

    @Test
    void callLater_zeroOrNegative_runsInTheNextRound() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            loop.callLater(Duration.ZERO, () -> log.add("zero"));
            loop.callLater(Duration.ofNanos(-1), () -> log.add("negative"));
            loop.callLater(Duration.ofSeconds(Long.MIN_VALUE), () -> log.add("very negative"));
            loop.callSoon(() -> log.add("soon"));
            assertThat(log).isEmpty();
            Steps.settle();
        });
        assertThat(log).containsExactlyInAnyOrder("soon", "zero", "negative", "very negative");
    }

    @Test
    @InOrder
    void callAt_passed_runsInTheNextRound_theEarliestFirst() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            long now = loop.nanoTime();
            loop.callAt(now, () -> log.add("now"));
            loop.callAt(now - 1, () -> log.add("just before"));
            loop.callAt(now - 1_000_000_000_000L, () -> log.add("long ago"));
            assertThat(log).isEmpty();
            Async.yieldNow();
            Async.yieldNow();
        });
        assertThat(log).containsExactly("long ago", "just before", "now");
    }

    /** Deadlines are compared by their difference, which must not overflow: nothing may hide behind a timer of the far future. */
    @Test
    @InOrder
    void callAt_farFutureAndFarPast_doNotDisturbEachOther() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            long now = loop.nanoTime();
            loop.callAt(now + Long.MAX_VALUE, () -> log.add("never"));
            loop.callLater(Duration.ofSeconds(Long.MAX_VALUE), () -> log.add("never"));
            loop.callLater(Duration.ofNanos(Long.MAX_VALUE), () -> log.add("never"));
            loop.callAt(now - Long.MAX_VALUE / 2, () -> log.add("ages ago"));
            loop.callAt(now - Long.MAX_VALUE + HOUR, () -> log.add("long before that")); // the clock goes on meanwhile
            loop.callAt(now - 1, () -> log.add("just before"));
            loop.callLater(Duration.ofMillis(1), () -> log.add("soon"));
            Async.sleep(Duration.ofMillis(20));
        });
        assertThat(log).endsWith("just before", "soon");
        assertThat(log.subList(0, 2)).containsExactlyInAnyOrder("long before that", "ages ago");
        assertThat(log).hasSize(4);
    }

    /** The second stop comes in the round in which the first one ends the run. */
    @Test
    void stop_thatComesLate_doesNotEndTheNextRun() {
        try (EventLoop loop = EventLoop.create()) {
            loop.callSoonThreadSafe(() -> {
                loop.stop();
                loop.callSoon(loop::stop);
            });
            loop.runForever();
            String next = loop.runUntilComplete(() -> {
                for (int i = 0; i < 5; i++) {
                    Async.yieldNow();
                }
                return "done";
            });
            assertThat(next).isEqualTo("done");
        }
    }
}
