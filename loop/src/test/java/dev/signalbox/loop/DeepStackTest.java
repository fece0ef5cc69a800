// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Event;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Awaits on deep stacks work, and a stack that overflows is the failure of its task alone. */
@Timeout(ChildProcess.TIMEOUT)
@Once
final class DeepStackTest {
    /** The compiler must not make a loop of it. */
    private static int recurse(int depth, Runnable bottom) {
        if (depth == 0) {
            bottom.run();
            return 0;
        }
        return recurse(depth - 1, bottom) + 1;
    }

    @SuppressWarnings("InfiniteRecursion") // until the stack ends
    private static int count(int[] depth) {
        depth[0]++;
        return count(depth) + 1;
    }

    @Test
    void stackOverflowInABody_isTheFailureOfItsTask_andTheLoopGoesOn() {
        EventLoop.run(() -> {
            for (int i = 0; i < 5; i++) {
                Task<Integer> task = Async.createTask(() -> count(new int[1]));
                assertThatThrownBy(task::await).isInstanceOf(StackOverflowError.class);
                Async.yieldNow();
            }
            assertThat(Async.createTask(() -> "went on").await()).isEqualTo("went on");
        });
    }

    @Test
    void await_onADeepStack_works() {
        int depth = 2_000; // fits in any mode of the JVM, interpreted frames being the largest
        int result = EventLoop.run(() -> {
            Task<Integer> a = Async.createTask(() -> recurse(depth, Async::yieldNow));
            Task<Integer> b = Async.createTask(() -> recurse(depth, () -> Async.sleep(Duration.ofMillis(1))));
            return a.await() + b.await();
        });
        assertThat(result).isEqualTo(2 * depth);
    }

    /**
     * Where not even a wait has room its loop may fail, loudly, but nobody hangs. In a JVM of its own: an overflow in the initialisation
     * of a class leaves that class unusable, and it may be one of the JDK's.
     */
    @Test
    void await_atTheEndOfTheStack_neverHangs(@TempDir Path directory) throws Exception {
        assertThat(ChildProcess.run(directory, AtTheEnd.class, "-ea")).contains("loops that hung: 0");
    }

    /** Nor does anybody else, whom such a stack is to wake: the wake-up is made, or its loop fails. */
    @Test
    void wakeUp_fromTheEndOfTheStack_losesNobody(@TempDir Path directory) throws Exception {
        assertThat(ChildProcess.run(directory, WakesAtTheEnd.class, "-ea")).contains("loops that hung: 0");
    }

    /** Waits at the very end of a stack, and from there upwards frame by frame until there is room, and tells how many hung. */
    static final class AtTheEnd {
        private static final int ROUNDS = 10;
        private static final int TRIES = 1_000;

        private AtTheEnd() {}

        public static void main(String[] arguments) throws InterruptedException {
            System.out.println("loops that hung: " + hung());
        }

        private static int hung() throws InterruptedException {
            List<Runnable> waits = List.of(
                    Async::yieldNow,
                    () -> Async.sleep(Duration.ofNanos(1)),
                    () -> Async.createTask(() -> "runs while this one waits").await(),
                    AtTheEnd::awaitCondition,
                    AtTheEnd::awaitCore,
                    AtTheEnd::block,
                    AtTheEnd::forkAndJoin);
            return countHung(waits.stream()
                    .<Runnable>map(wait -> () -> runAndClose(wait))
                    .toList());
        }

        /** Runs each several times; stops counting at two that hang, since each takes its time. */
        static int countHung(List<Runnable> loops) throws InterruptedException {
            int hung = 0;
            for (int round = 0; round < ROUNDS; round++) {
                for (Runnable loop : loops) {
                    Thread runner = new Thread(loop);
                    runner.setDaemon(true);
                    runner.start();
                    runner.join(20_000);
                    hung += runner.isAlive() ? 1 : 0;
                    if (hung == 2) {
                        return hung;
                    }
                }
            }
            return hung;
        }

        private static void awaitCondition() {
            AsyncCondition condition = new AsyncCondition();
            try (var held = condition.acquire()) {
                if (condition.await(Duration.ofNanos(1))) {
                    throw new AssertionError("signalled by nobody");
                }
            }
        }

        /** A wait of core, for which the task steps off its loop. */
        private static void awaitCore() {
            try {
                if (new Event().await(Duration.ofNanos(1))) {
                    throw new AssertionError("set by nobody");
                }
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted by nobody", e);
            }
        }

        private static void block() {
            Async.blocking(() -> {});
        }

        private static void forkAndJoin() {
            try (TaskGroup group = TaskGroup.open()) {
                group.fork(Async::yieldNow);
                group.join();
            }
        }

        private static void runAndClose(Runnable wait) {
            try (EventLoop loop = EventLoop.create()) {
                loop.runUntilComplete(() -> {
                    Task<Void> other = Async.createTask(() -> {
                        for (int i = 0; i < 5; i++) {
                            Async.yieldNow();
                        }
                    });
                    Task<Integer> deep = Async.createTask(() -> upwards(wait, new int[] {TRIES}));
                    try {
                        deep.await();
                    } finally {
                        other.await();
                    }
                });
            } catch (Throwable e) {
                // Loud enough: here only those count that never get this far.
            }
        }

        /** Does something at the very end of the stack, and from there upwards until there is room. */
        static void upwards(Runnable code) {
            int unused = upwards(code, new int[] {TRIES});
        }

        @SuppressWarnings("InfiniteRecursion") // until the stack ends
        private static int upwards(Runnable wait, int[] tries) {
            try {
                return upwards(wait, tries) + 1;
            } catch (StackOverflowError e) {
                if (tries[0] == 0) {
                    throw e;
                }
                tries[0]--;
                wait.run();
                tries[0] = 0; // there was room: enough
                return 0;
            }
        }
    }

    /** Wakes tasks from the end of a stack, and tells how many loops hung. */
    static final class WakesAtTheEnd {
        private WakesAtTheEnd() {}

        public static void main(String[] arguments) throws InterruptedException {
            List<Runnable> loops = List.of(
                    () -> run(WakesAtTheEnd::setEvent),
                    () -> run(WakesAtTheEnd::releaseSemaphore),
                    () -> run(WakesAtTheEnd::releaseLock),
                    () -> run(WakesAtTheEnd::signalCondition),
                    () -> run(WakesAtTheEnd::completeFuture),
                    () -> run(WakesAtTheEnd::cancelTask),
                    () -> run(() -> AtTheEnd.upwards(() -> Async.createTask(() -> {}))),
                    () -> run(WakesAtTheEnd::fork),
                    () -> run(WakesAtTheEnd::execute));
            System.out.println("loops that hung: " + AtTheEnd.countHung(loops));
        }

        private static void run(VoidTaskBody<?> main) {
            try {
                EventLoop.run(main::run);
            } catch (Throwable e) {
                // Loud enough.
            }
        }

        /** Lets a task wait, wakes it, and waits for its end. */
        private static void wake(VoidTaskBody<?> waits, Runnable wakes) {
            Task<Void> waiter = Async.createTask(waits);
            Async.yieldNow();
            Task<Void> deep = Async.createTask(() -> AtTheEnd.upwards(wakes));
            Async.awaitAll(List.of(deep, waiter));
        }

        private static void setEvent() {
            AsyncEvent event = new AsyncEvent();
            wake(event::await, event::set);
        }

        private static void releaseSemaphore() {
            AsyncSemaphore semaphore = new AsyncSemaphore(0);
            wake(semaphore::acquire, semaphore::release);
        }

        private static void releaseLock() {
            AsyncLock lock = new AsyncLock();
            assertThat(lock.tryAcquire()).isTrue();
            wake(lock::acquire, lock::release);
        }

        private static void signalCondition() {
            AsyncCondition condition = new AsyncCondition();
            wake(
                    () -> {
                        try (var held = condition.acquire()) {
                            condition.await();
                        }
                    },
                    () -> {
                        try (var held = condition.acquire()) {
                            condition.signal();
                        }
                    });
        }

        private static void completeFuture() {
            Future<String> future = new Future<>();
            wake(future::await, () -> future.complete("done"));
        }

        private static void cancelTask() {
            Task<Void> sleeper = Async.createTask(() -> Async.sleep(Duration.ofDays(1)));
            wake(sleeper::await, sleeper::cancel);
        }

        private static void fork() {
            try (TaskGroup group = TaskGroup.open()) {
                AtTheEnd.upwards(() -> group.fork(() -> {}));
                group.join();
            }
        }

        /** From another thread, while the loop sleeps. */
        private static void execute() {
            EventLoop loop = EventLoop.current();
            Async.blocking(() -> {
                Thread deep = new Thread(() -> AtTheEnd.upwards(() -> loop.execute(() -> {})));
                deep.start();
                deep.join();
            });
        }
    }
}
