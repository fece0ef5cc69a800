// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signalbox.loop.internal.Op;
import dev.signalbox.loop.internal.Threads;
import dev.signalbox.loop.testing.TestLoop;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Most tests look themselves, at times that they make up, at a loop which nobody else watches; those at the end are about the thread that
 * looks.
 */
@Once
@Timeout(60)
final class WatchdogTest {
    private static final boolean PLATFORM = Threads.configured() == Threads.PLATFORM;
    private static final boolean VIRTUAL = Threads.configured() == Threads.VIRTUAL;
    private static final long SLOW = TimeUnit.SECONDS.toNanos(1);
    private static final String THREAD = "signalbox watchdog";

    private final List<String> reports = new CopyOnWriteArrayList<>();
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicReference<Thread> blocked = new AtomicReference<>();
    private final Steps steps = new Steps();
    private final EventLoop loop = EventLoop.builder()
            .name("watched")
            .exceptionHandler((what, e) -> handled.add(what + ": " + e))
            .start();
    private final Watchdog watchdog = new Watchdog(loop, SLOW, reports::add);
    private long now = Long.MAX_VALUE - SLOW; // as a clock may stand; it wraps on the way

    @AfterEach
    void close() {
        end.countDown();
        Thread thread = blocked.get();
        if (thread != null) {
            thread.interrupt();
        }
        Bystander.start(loop::close).join();
    }

    /** Looks four times in a second of the made-up clock. */
    private void lookFor(int seconds) {
        for (int i = 0; i < 4 * seconds; i++) {
            now += SLOW / 4;
            watchdog.look(now);
        }
    }

    /** The first look that finds something, and the looks of a second: so that it is due. */
    private String reportOf() {
        watchdog.look(now);
        lookFor(1);
        assertThat(reports).hasSize(1);
        return reports.get(0);
    }

    private void createTask(String name, VoidTaskBody<?> body) {
        loop.execute(() -> loop.createTask(name, body));
    }

    /** Creates a task that blocks for good, and waits until it does. */
    private void block(String name, VoidTaskBody<?> body) {
        createTask(name, () -> {
            blocked.set(Thread.currentThread());
            body.run();
        });
        Bystander.awaitUntil("begun", () -> blocked.get() != null);
        Bystander.awaitUntil("blocked", () -> isBlocked(Objects.requireNonNull(blocked.get())));
    }

    /** Where it stands, and not on the way, loading a class for instance. */
    private static boolean isBlocked(Thread thread) {
        Thread.State state = thread.getState();
        StackTraceElement[] stack = thread.getStackTrace();
        return state != Thread.State.RUNNABLE
                && state == thread.getState()
                && List.of(stack).stream()
                        .noneMatch(frame -> frame.getMethodName().equals("loadClass"));
    }

    private void spin(CountDownLatch begun) {
        begun.countDown();
        while (end.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    // ---------------------------------------------------------------- what is told

    @Test
    void taskThatComputes() {
        CountDownLatch begun = new CountDownLatch(1);
        createTask("busy", () -> spin(begun));
        Bystander.await(begun);

        String report = reportOf();

        assertThat(report)
                .startsWith("event loop 'watched': task 'busy' has held the loop for 1.0 s (running):\n    at ")
                .contains("WatchdogTest.spin(")
                .doesNotContain("internal.Engine", "Task.run", "java.lang.Thread.run", "VirtualThread");
    }

    @Test
    void callbackThatComputes() {
        CountDownLatch begun = new CountDownLatch(1);
        loop.execute(() -> spin(begun));
        Bystander.await(begun);

        assertThat(reportOf())
                .startsWith("event loop 'watched': a callback has held the loop for 1.0 s (running):\n    at ")
                .contains("WatchdogTest.spin(")
                .doesNotContain("internal.Engine", "Callback.run");
    }

    /** On whatever stack it is done, the task of that stack waits and has nothing to do with it. */
    @Test
    void bookkeeping_isNobodysFault() {
        CountDownLatch begun = new CountDownLatch(1);
        createTask("innocent", () -> Async.sleep(Duration.ofHours(1)));
        loop.engine.post(Op.of(() -> spin(begun)));
        Bystander.await(begun);

        assertThat(reportOf())
                .startsWith("event loop 'watched': its own bookkeeping has held the loop for 1.0 s (running):\n    at ")
                .contains("WatchdogTest.spin(")
                .doesNotContain("innocent", "Async.sleep");
    }

    @Test
    void taskThatSleepsOnItsThread() {
        block("sleepy", () -> Thread.sleep(3_600_000));

        assertThat(reportOf())
                .startsWith("event loop 'watched': task 'sleepy' has held the loop for 1.0 s (blocked: TIMED_WAITING; "
                        + "code that blocks belongs in Async.blocking):\n    at ")
                .contains("Thread.sleep");
    }

    @Test
    void taskThatTakesFromAQueueOfTheJdk() {
        LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
        block("taker", () -> queue.take());

        assertThat(reportOf())
                .contains(
                        "task 'taker' has held the loop for 1.0 s (blocked: WAITING on "
                                + "java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject@",
                        "; code that blocks belongs in Async.blocking):\n    at ",
                        "LinkedBlockingQueue.take")
                .doesNotContain("held by");
    }

    /** Its synchronizer looks like that of a lock, but nobody holds it. */
    @Test
    void taskThatAwaitsALatchOfTheJdk() {
        block("waiter", () -> new CountDownLatch(1).await());

        assertThat(reportOf())
                .contains("(blocked: WAITING on java.util.concurrent.CountDownLatch$Sync@")
                .doesNotContain("held by");
    }

    @Test
    void monitorThatAnotherThreadHolds() {
        Object monitor = new Object();
        CountDownLatch held = new CountDownLatch(1);
        Bystander<Void> holder = Bystander.call("holder", () -> {
            synchronized (monitor) {
                held.countDown();
                end.await();
                return null;
            }
        });
        Bystander.await(held);
        block("locked out", () -> {
            synchronized (monitor) {
                blocked.set(null);
            }
        });

        String report = reportOf();

        assertThat(report)
                .startsWith(
                        "event loop 'watched': task 'locked out' has held the loop for 1.0 s (blocked: BLOCKED on ");
        assertThat(report)
                .contains(
                        !PLATFORM
                                ? "BLOCKED on a monitor, held by whom is not known; code that blocks belongs in Async.blocking):"
                                : "BLOCKED on java.lang.Object@" + Integer.toHexString(System.identityHashCode(monitor))
                                        + ", held by thread 'holder'; code that blocks belongs in Async.blocking):");
        end.countDown();
        holder.join();
    }

    @Test
    void lockThatATaskHoldsOverAWait_namesBoth() {
        ReentrantLock lock = new ReentrantLock();
        createTask("first", () -> {
            lock.lock();
            try {
                Async.sleep(Duration.ofHours(1));
            } finally {
                lock.unlock();
            }
        });
        block("second", () -> lock.lockInterruptibly());

        String report = reportOf();

        assertThat(report)
                .startsWith("event loop 'watched': task 'second' has held the loop for 1.0 s (blocked: WAITING on "
                        + "java.util.concurrent.locks.ReentrantLock$NonfairSync@");
        assertThat(report)
                .contains(
                        !PLATFORM
                                ? ", held by whom is not known, perhaps by one that waits in the same class: task 'first'; code"
                                : ", held by task 'first' of this loop, which cannot go on before this one: a deadlock; to hold");
        assertThat(report)
                .containsPattern("ReentrantLock.lockInterruptibly(?s).*\ntask 'first' waits:\n"
                        + "    at \\S*Async.sleep\\(.*\n    at \\S*WatchdogTest\\.")
                .doesNotContain("internal.Engine");
    }

    /** Of those who read nobody knows who they are, and it is a lock all the same. */
    @Test
    void readLockThatATaskHoldsOverAWait_isSuspected() {
        ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        createTask("reader", () -> {
            lock.readLock().lock();
            try {
                Async.sleep(Duration.ofHours(1));
            } finally {
                lock.readLock().unlock();
            }
        });
        block("writer", () -> lock.writeLock().lockInterruptibly());

        assertThat(reportOf())
                .contains(
                        "task 'writer' has held the loop for 1.0 s (blocked: WAITING on "
                                + "java.util.concurrent.locks.ReentrantReadWriteLock$NonfairSync@",
                        ", held by whom is not known, perhaps by one that waits in the same class: task 'reader'; code",
                        "\ntask 'reader' waits:\n");
    }

    @Test
    void lockThatATaskHolds_whichIsOffTheLoop_isNoDeadlock() {
        assumeTrue(PLATFORM, "the JDK does not tell who holds it");
        ReentrantLock lock = new ReentrantLock();
        CountDownLatch held = new CountDownLatch(1);
        createTask(
                "first",
                () -> Async.blocking(() -> {
                    lock.lock();
                    try {
                        held.countDown();
                        end.await();
                    } finally {
                        lock.unlock();
                    }
                }));
        Bystander.await(held);
        block("second", () -> lock.lockInterruptibly());

        assertThat(reportOf())
                .contains(", held by task 'first' of this loop, which is off the loop; code that blocks belongs in")
                .containsPattern("\ntask 'first' waits:\n(?s).*CountDownLatch.await");
    }

    // ---------------------------------------------------------------- turns that are not taken

    /** One carrier is left, on which the task that gives the turn away goes on without the loop. */
    @Test
    void turnThatIsNotTaken_becauseAllCarriersAreBusy() {
        assumeTrue(VIRTUAL);
        CountDownLatch begun = new CountDownLatch(carriers());
        Future<Void> gate = loop.submit(() -> {
                    Future<Void> made = new Future<>();
                    loop.createTask("starved", () -> {
                        made.await();
                    });
                    return made;
                })
                .join();
        for (int i = 1; i < carriers(); i++) {
            startSpinning(begun);
        }
        Bystander.awaitUntil("carriers busy", () -> begun.getCount() == 1);
        loop.execute(() -> {
            loop.createTask("giver", () -> Async.blocking(() -> spin(begun)));
            gate.complete(null); // behind the giver in the same round
        });
        Bystander.await(begun);

        assertThat(reportOf())
                .isEqualTo(
                        "event loop 'watched': task 'starved' got its turn 1.0 s ago, and its thread has not run since "
                                + "(on virtual threads all carriers may be pinned or busy)");
        end.countDown();
        loop.submit(Async::yieldNow).join();
    }

    @Test
    void wakeUpThatIsNotFollowed_becauseAllCarriersAreBusy() {
        assumeTrue(VIRTUAL);
        createTask("innocent", () -> Async.sleep(Duration.ofHours(1)));
        loop.submit(Async::yieldNow).join();
        Bystander.awaitUntil("idle", () -> isIdle(loop));
        CountDownLatch begun = new CountDownLatch(carriers());
        for (int i = 0; i < carriers(); i++) {
            startSpinning(begun);
        }
        Bystander.await(begun);
        lookFor(3);
        assertThat(reports).isEmpty();
        loop.execute(() -> {});

        assertThat(reportOf())
                .isEqualTo("event loop 'watched': woken 1.0 s ago, and its thread has not run since "
                        + "(on virtual threads all carriers may be pinned or busy)");
        end.countDown();
        loop.submit(Async::yieldNow).join();
    }

    private void startSpinning(CountDownLatch begun) {
        Threads.VIRTUAL.factory("spinner").newThread(() -> spin(begun)).start();
    }

    private static int carriers() {
        return Integer.getInteger(
                "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
    }

    // ---------------------------------------------------------------- what is not told

    @Test
    void idleLoop_isNeverTold() {
        Bystander.awaitUntil("idle", () -> isIdle(loop));
        lookFor(10_000);
        assertThat(reports).isEmpty();
    }

    /** The stack on which the loop idles is that of the task. */
    @Test
    void loopThatIdlesOnTheStackOfATask_isNeverTold() {
        createTask("sleeper", () -> Async.sleep(Duration.ofHours(1)));
        loop.submit(Async::yieldNow).join();
        Bystander.awaitUntil("idle", () -> isIdle(loop));
        lookFor(10_000);
        assertThat(reports).isEmpty();
    }

    @Test
    void codeOffTheLoop_isNotTold() {
        createTask(
                "off",
                () -> Async.blocking(() -> EventLoop.run(() -> {
                    blocked.set(Thread.currentThread());
                    Thread.sleep(3_600_000);
                })));
        Bystander.awaitUntil("begun", () -> blocked.get() != null);
        Bystander.awaitUntil("idle", () -> isIdle(loop));
        lookFor(100);
        assertThat(reports).isEmpty();
    }

    @Test
    void taskInAWaitOfCore_isNotTold() throws InterruptedException {
        dev.signalbox.core.Semaphore semaphore = new dev.signalbox.core.Semaphore(1);
        semaphore.acquire();
        createTask("waiter", () -> semaphore.acquire());
        Bystander.awaitUntil("queued", () -> semaphore.toString().contains("waiters=1"));
        Bystander.awaitUntil("idle", () -> isIdle(loop));
        lookFor(100);
        assertThat(reports).isEmpty();
    }

    /** All looks fall into steps, each into another. */
    @Test
    void shortSteps_oneAfterTheOther_areNotTold() {
        createTask("stepping", () -> {
            while (end.getCount() > 0) {
                Async.yieldNow();
            }
        });
        for (int i = 0; i < 1_000; i++) {
            int turn = loop.engine.turn();
            watchdog.look(now += SLOW);
            Bystander.awaitUntil("next step", () -> loop.engine.turn() != turn);
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void loopThatDoesNotRun_isNotTold() {
        EventLoop stopped = EventLoop.create();
        stopped.runUntilComplete(() -> {
            Async.createTask(() -> Async.sleep(Duration.ofHours(1)));
            Async.yieldNow();
        });
        Watchdog other = new Watchdog(stopped, 1, reports::add);
        for (int i = 0; i < 100; i++) {
            other.look(now += SLOW);
        }
        assertThat(reports).isEmpty();
        stopped.close();
    }

    /** As when the whole process was stopped in between: it was seen too rarely to be sure. */
    @Test
    void stepThatWasSeenTwice_isNotTold() {
        CountDownLatch begun = new CountDownLatch(1);
        createTask("busy", () -> spin(begun));
        Bystander.await(begun);
        watchdog.look(now);
        watchdog.look(now += 100 * SLOW);
        assertThat(reports).isEmpty();
        watchdog.look(now += 1);
        assertThat(reports).singleElement().asString().contains("for 100.0 s");
        lookFor(27);
        assertThat(reports).as("before twice the time, four times and so on").hasSize(1);
        lookFor(1);
        assertThat(reports).last().asString().contains("for 128.0 s");
    }

    private static boolean isIdle(EventLoop loop) {
        var holder = loop.engine.seenHolder();
        return loop.engine.isAsleep() && holder != null && holder.isResting();
    }

    // ---------------------------------------------------------------- how often

    @Test
    void stepThatGoesOn_isToldAgain_afterTwiceTheTimeEachTime() {
        CountDownLatch begun = new CountDownLatch(1);
        createTask("busy", () -> spin(begun));
        Bystander.await(begun);
        watchdog.look(now);
        List<Integer> told = new ArrayList<>();
        for (int second = 1; second <= 20; second++) {
            lookFor(1);
            if (!reports.isEmpty()) {
                assertThat(reports).singleElement().asString().contains("for " + second + ".0 s");
                reports.clear();
                told.add(second);
            }
        }
        assertThat(told).containsExactly(1, 2, 4, 8, 16);
    }

    @Test
    void hugeSlowStep_neverComes() {
        CountDownLatch begun = new CountDownLatch(1);
        createTask("busy", () -> spin(begun));
        Bystander.await(begun);
        Watchdog patient = new Watchdog(loop, Long.MAX_VALUE, reports::add);
        for (int i = 0; i < 100; i++) {
            patient.look(now += SLOW);
        }
        assertThat(reports).isEmpty();
        assertThat(EventLoop.builder().watchdog(Duration.ofSeconds(Long.MAX_VALUE), reports::add))
                .isNotNull();
    }

    @Test
    void stepOfCenturies_isToldOnce() {
        CountDownLatch begun = new CountDownLatch(1);
        createTask("busy", () -> spin(begun));
        Bystander.await(begun);
        Watchdog patient = new Watchdog(loop, Long.MAX_VALUE / 2 + 1, reports::add);
        patient.look(0);
        patient.look(1);
        patient.look(Long.MAX_VALUE - 2);
        assertThat(reports).hasSize(1);
        patient.look(Long.MAX_VALUE - 1);
        assertThat(reports).hasSize(1);
    }

    @Test
    void looks_comeFourTimesInAStep_betweenAMillisecondAndASecond() {
        assertThat(periodOf(Duration.ofMillis(400))).hasMillis(100);
        assertThat(periodOf(Duration.ofNanos(1))).hasMillis(1);
        assertThat(periodOf(Duration.ofHours(1))).hasSeconds(1);
    }

    private Duration periodOf(Duration slowStep) {
        return Duration.ofNanos(new Watchdog(loop, slowStep.toNanos(), reports::add).period());
    }

    @Test
    void reportThatThrows_isForTheHandler_andTheNextOneComes() {
        CountDownLatch begun = new CountDownLatch(1);
        createTask("busy", () -> spin(begun));
        Bystander.await(begun);
        Watchdog failing = new Watchdog(loop, SLOW, report -> {
            reports.add(report);
            throw new StackOverflowError("simulated, in a report");
        });
        for (int i = 0; i <= 8; i++) {
            failing.look(now += SLOW / 4);
        }
        assertThat(reports).hasSize(2);
        assertThat(handled)
                .hasSize(2)
                .containsOnly("event loop 'watched': exception in the watchdog's report: "
                        + "java.lang.StackOverflowError: simulated, in a report");
    }

    // ---------------------------------------------------------------- arguments

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S"})
    void slowStep_notPositive(Duration slowStep) {
        assertThatThrownBy(() -> EventLoop.builder().watchdog(slowStep, reports::add))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("slowStep: " + slowStep + " (expected: > 0)");
    }

    @Test
    void arguments_null() {
        assertThatThrownBy(() -> EventLoop.builder().watchdog(null, reports::add))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("slowStep");
        assertThatThrownBy(() -> EventLoop.builder().watchdog(Duration.ofSeconds(1), null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("report");
    }

    // ---------------------------------------------------------------- the thread that looks

    private EventLoop.Builder watched() {
        return EventLoop.builder().name("real").watchdog(Duration.ofMillis(4), reports::add);
    }

    /** The step that calls this goes on until it was told. Others may be told beside it, wherever the machine is busy. */
    private void blockUntilTold(String step) {
        reports.clear();
        String start = "event loop 'real': " + step + " has held the loop for ";
        Bystander.awaitUntil("told of " + step, () -> reports.stream().anyMatch(report -> report.startsWith(start)));
    }

    private static Optional<Thread> thread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(THREAD))
                .findAny();
    }

    private static boolean isThreadAlive() {
        return thread().isPresent();
    }

    @Test
    void step_isToldWhileItGoesOn_inEveryKindOfRun() {
        try (EventLoop real = watched().build()) {
            real.runUntilComplete(() -> blockUntilTold("task 'main'"));
            real.execute(() -> blockUntilTold("a callback"));
            real.runOnce();
        }
        try (EventLoop real = watched().start()) {
            real.submit(() -> blockUntilTold("task 'Task-1'")).join();
        }
    }

    @Test
    void taskThatCleansUpWhileItsLoopCloses_isTold() {
        EventLoop real = watched().build();
        real.runUntilComplete(() -> {
            Async.createTask("cleaning", () -> {
                try {
                    Async.sleep(Duration.ofHours(1));
                } finally {
                    blockUntilTold("task 'cleaning'");
                    steps.at(1);
                }
            });
            Async.yieldNow();
        });
        real.close();
        steps.done(2);
    }

    @Test
    void loopInVirtualTime_isWatchedInRealTime() {
        try (EventLoop virtual = TestLoop.builder()
                .name("real")
                .watchdog(Duration.ofMillis(4), reports::add)
                .build()) {
            virtual.runUntilComplete(() -> {
                Async.sleep(Duration.ofHours(1));
                blockUntilTold("task 'main'");
            });
        }
    }

    @Test
    void thread_endsAfterTheLastRun_andComesAgain() {
        for (int i = 0; i < 2; i++) {
            EventLoop real = watched().build();
            real.runUntilComplete(() -> {
                blockUntilTold("task 'main'");
                assertThat(isThreadAlive()).isTrue();
            });
            Bystander.awaitUntil("ended", () -> !isThreadAlive()); // the loop is not closed: it just does not run
            real.close();
        }
    }

    /** It serves them all, and may outlive the application that was the first to need it. */
    @Test
    void thread_doesNotKeepTheContextClassLoaderOfTheFirst() {
        Bystander.awaitUntil("ended", () -> !isThreadAlive());
        Thread first = Thread.currentThread();
        ClassLoader before = first.getContextClassLoader();
        first.setContextClassLoader(new ClassLoader(before) {});
        try (EventLoop real = watched().build()) {
            real.runUntilComplete(() -> {
                blockUntilTold("task 'main'");
                assertThat(thread().map(Thread::getContextClassLoader)).contains(ClassLoader.getSystemClassLoader());
            });
        } finally {
            first.setContextClassLoader(before);
        }
    }

    @Test
    void closedLoop_isNotKept_byTheThreadThatWatchesAnother() {
        try (EventLoop other = watched().start()) {
            List<WeakReference<EventLoop>> closed = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                closed.add(runAndClose());
            }
            Bystander.awaitUntil("collected", () -> {
                System.gc();
                return closed.stream().allMatch(loop -> loop.get() == null);
            });
            other.submit(() -> blockUntilTold("task 'Task-1'")).join();
        }
    }

    private WeakReference<EventLoop> runAndClose() {
        try (EventLoop real = watched().build()) {
            real.runUntilComplete(() -> blockUntilTold("task 'main'"));
            return new WeakReference<>(real);
        }
    }

    /** Even the logging of its failure fails; the thread goes on and watches the others. */
    @Test
    void errorOutOfAReportAndTheHandler_doesNotEndTheWatching() {
        CountDownLatch failed = new CountDownLatch(1);
        try (EventLoop hopeless = EventLoop.builder()
                .watchdog(Duration.ofMillis(4), report -> {
                    failed.countDown();
                    Thread.currentThread().interrupt();
                    throw new Unprintable();
                })
                .exceptionHandler((what, e) -> {
                    throw new Unprintable();
                })
                .start()) {
            // Blocks, and does not compute, for the other loop may have the same processor.
            CompletableFuture<Void> hung = hopeless.submit(() -> end.await());
            Bystander.await(failed);
            try (EventLoop real = watched().start()) {
                real.submit(() -> blockUntilTold("task 'Task-1'")).join();
            } finally {
                end.countDown(); // or closing the first would wait for ever
            }
            hung.join();
        }
    }

    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw new OutOfMemoryError("simulated, while logging");
        }
    }

    @Test
    void reportThatClosesItsLoop_waitsForTheStep() {
        AtomicReference<EventLoop> real = new AtomicReference<>();
        CountDownLatch told = new CountDownLatch(1);
        real.set(EventLoop.builder()
                .watchdog(Duration.ofMillis(4), report -> {
                    told.countDown();
                    Objects.requireNonNull(real.get()).close();
                })
                .start());
        EventLoop closing = Objects.requireNonNull(real.get());
        closing.execute(() -> Bystander.await(told));
        Bystander.awaitUntil("closed", closing::isClosed);
    }
}
