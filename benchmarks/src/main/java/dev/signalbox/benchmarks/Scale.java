// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.loop.Async;
import dev.signalbox.loop.AsyncCondition;
import dev.signalbox.loop.AsyncEvent;
import dev.signalbox.loop.AsyncQueue;
import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.Task;
import dev.signalbox.loop.VoidTaskBody;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * How costs grow with the number of tasks, loops and waiters: one measurement a JVM, printed as {@code name,value} lines. {@code scale.py}
 * runs it for all sizes.
 *
 * <pre>
 *   Scale tasks N      nanoseconds a task: made and suspended, then cancelled or finished; and a bare thread of the same kind
 *   Scale memory N     bytes of heap a suspended task takes, and a bare parked thread of the same kind
 *   Scale waiters N    nanoseconds a waiter on one primitive, half of them cancelled from the middle
 *   Scale loops N      nanoseconds a switch when the same work is shared by N loops, each on a thread of its own
 * </pre>
 */
public final class Scale {
    private static final Duration LONG = Duration.ofDays(1);
    private static final int FEWEST_TASKS_A_MEASUREMENT = 1_000_000;
    private static final int MEMORY_ROUNDS = 5;

    private Scale() {}

    /** Runs one measurement. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2) {
            throw new IllegalArgumentException(
                    "arguments: " + args.length + " (expected: what to measure, and a number)");
        }
        int number = Integer.parseInt(args[1]);
        switch (args[0]) {
            case "tasks" -> tasks(number);
            case "memory" -> memory(number);
            case "waiters" -> waiters(number);
            case "loops" -> loops(number);
            default ->
                throw new IllegalArgumentException("what: " + args[0] + " (expected: tasks, memory, waiters or loops)");
        }
    }

    private static void print(String name, double value) {
        System.out.printf("%s,%.1f%n", name, value);
    }

    // ---------------------------------------------------------------- rounds

    /** The least that each step of many rounds took: other work on the machine can only add. */
    private static final class Steps {
        private final Map<String, Double> least = new TreeMap<>();
        private final int operations;
        private long last;

        Steps(int operations) {
            this.operations = operations;
        }

        void begin() {
            last = System.nanoTime();
        }

        void done(String step) {
            long now = System.nanoTime();
            least.merge(step, (now - last) / (double) operations, Math::min);
            last = now;
        }

        void print() {
            least.forEach(Scale::print);
        }
    }

    /** What is measured once, with so many tasks. */
    @FunctionalInterface
    private interface Round {
        void run(int tasks, Steps steps);
    }

    /** Small rounds first: a task that was suspended in the interpreter stays slow. Then as many as it takes, four at least. */
    private static void measure(int tasks, Round round) {
        EventLoop.run(() -> {
            Steps warmUp = new Steps(1);
            for (int i = 0; i < 200; i++) {
                round.run(500, warmUp);
            }
            Steps steps = new Steps(tasks);
            for (int done = 0; done < Math.max(FEWEST_TASKS_A_MEASUREMENT, 4 * tasks); done += tasks) {
                round.run(tasks, steps);
            }
            steps.print();
        });
    }

    private static List<Task<Void>> start(int count, VoidTaskBody<?> body) {
        List<Task<Void>> tasks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tasks.add(Async.createTask(body));
        }
        Async.yieldNow(); // each has had its turn, and waits
        return tasks;
    }

    // ---------------------------------------------------------------- tasks

    private static void tasks(int count) throws InterruptedException {
        measure(count, Scale::cancelAll);
        measure(count, Scale::finishAll);
        ThreadFactory factory = BareThreads.factory();
        for (int i = 0; i < 200; i++) {
            parkAll(500, factory, new Steps(1));
        }
        Steps steps = new Steps(count);
        for (int done = 0; done < Math.max(FEWEST_TASKS_A_MEASUREMENT, 4 * count); done += count) {
            parkAll(count, factory, steps);
        }
        steps.print();
    }

    /** What of it is the JVM's. */
    private static void parkAll(int count, ThreadFactory factory, Steps steps) throws InterruptedException {
        steps.begin();
        List<Thread> threads = parked(count, factory);
        steps.done("bare thread suspended");
        finish(threads);
        steps.done("bare thread finished");
    }

    private static void finish(List<Thread> parked) throws InterruptedException {
        for (Thread thread : parked) {
            LockSupport.unpark(thread);
        }
        for (Thread thread : parked) {
            thread.join();
        }
    }

    /** So many threads, once they wait. */
    private static List<Thread> parked(int count, ThreadFactory factory) throws InterruptedException {
        CountDownLatch parked = new CountDownLatch(count);
        List<Thread> threads = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Thread thread = factory.newThread(() -> {
                parked.countDown();
                LockSupport.park(parked);
            });
            thread.start();
            threads.add(thread);
        }
        parked.await();
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        return threads;
    }

    private static void cancelAll(int count, Steps steps) {
        steps.begin();
        List<Task<Void>> tasks = start(count, () -> Async.sleep(LONG));
        steps.done("suspended with a timer");
        tasks.forEach(Task::cancel);
        Async.awaitAll(tasks);
        steps.done("cancelled");
    }

    private static void finishAll(int count, Steps steps) {
        AsyncEvent event = new AsyncEvent();
        steps.begin();
        List<Task<Void>> tasks = start(count, event::await);
        steps.done("suspended");
        event.set();
        Async.awaitAll(tasks);
        steps.done("finished");
    }

    // ---------------------------------------------------------------- memory

    /** The least of some rounds: a task that was suspended in the interpreter takes more, so the same code warms up. */
    private static void memory(int count) throws InterruptedException {
        EventLoop.run(() -> {
            for (int i = 0; i < 1_000; i++) {
                suspend(500, () -> 0, new Bytes());
            }
            Bytes bytes = new Bytes();
            for (int i = 0; i < MEMORY_ROUNDS; i++) {
                suspend(count, Scale::usedBytes, bytes);
            }
            print("sleeping task", bytes.sleeping / (double) count);
            print("waiting task", bytes.waiting / (double) count);
        });
        ThreadFactory factory = BareThreads.factory();
        for (int i = 0; i < 20; i++) {
            bareThreads(500, factory, () -> 0);
        }
        long bare = Long.MAX_VALUE;
        for (int i = 0; i < MEMORY_ROUNDS; i++) {
            bare = Math.min(bare, bareThreads(count, factory, Scale::usedBytes));
        }
        print("bare thread", bare / (double) count);
    }

    /** The least that so many tasks took. */
    private static final class Bytes {
        long sleeping = Long.MAX_VALUE;
        long waiting = Long.MAX_VALUE;
    }

    private static void suspend(int count, LongSupplier used, Bytes bytes) {
        List<Task<Void>> tasks = new ArrayList<>(count);
        long before = used.getAsLong();
        tasks.addAll(start(count, () -> Async.sleep(LONG)));
        bytes.sleeping = Math.min(bytes.sleeping, used.getAsLong() - before);
        tasks.forEach(Task::cancel);
        Async.awaitAll(tasks);
        tasks.clear();

        AsyncEvent event = new AsyncEvent();
        before = used.getAsLong();
        tasks.addAll(start(count, event::await));
        bytes.waiting = Math.min(bytes.waiting, used.getAsLong() - before);
        event.set();
        Async.awaitAll(tasks);
    }

    private static long bareThreads(int count, ThreadFactory factory, LongSupplier used) throws InterruptedException {
        long before = used.getAsLong();
        List<Thread> threads = parked(count, factory);
        long bytes = used.getAsLong() - before;
        finish(threads);
        return bytes;
    }

    /** What is left after a collection of the whole heap. */
    static long usedBytes() {
        System.gc();
        System.gc(); // what the first one cleared or queued
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    // ---------------------------------------------------------------- waiters

    private static void waiters(int count) {
        measure(count, (tasks, steps) -> {
            AsyncSemaphore semaphore = new AsyncSemaphore(0);
            await(tasks, steps, "AsyncSemaphore", semaphore::acquire, () -> semaphore.release(tasks));
        });
        measure(count, (tasks, steps) -> {
            AsyncQueue<Integer> queue = new AsyncQueue<>();
            await(tasks, steps, "AsyncQueue", queue::take, () -> {
                for (int i = 0; i < tasks; i++) {
                    queue.put(i);
                }
            });
        });
        measure(count, (tasks, steps) -> {
            AsyncEvent event = new AsyncEvent();
            await(tasks, steps, "AsyncEvent", event::await, event::set);
        });
        measure(count, (tasks, steps) -> {
            AsyncCondition condition = new AsyncCondition();
            VoidTaskBody<RuntimeException> body = () -> {
                try (var held = condition.acquire()) {
                    condition.await();
                }
            };
            await(tasks, steps, "AsyncCondition", body, () -> {
                try (var held = condition.acquire()) {
                    condition.signalAll();
                }
            });
        });
    }

    /** The half in the middle of the waiters is cancelled, from the middle outwards; then the rest is served. */
    private static void await(int count, Steps steps, String primitive, VoidTaskBody<?> body, Runnable serve) {
        List<Task<Void>> tasks = start(count, body);
        steps.begin();
        for (int i = 0; i < count / 4; i++) {
            tasks.get(count / 2 + i).cancel();
            tasks.get(count / 2 - 1 - i).cancel();
        }
        serve.run();
        Async.awaitAll(tasks);
        steps.done(primitive);
    }

    // ---------------------------------------------------------------- loops

    private static void loops(int loops) throws InterruptedException {
        int tasks = 100;
        int yields = 50;
        int batches = 400;
        Steps steps = new Steps(tasks * yields * batches);
        for (int round = 0; round < 10; round++) {
            List<Thread> threads = new ArrayList<>(loops);
            for (int i = 0; i < loops; i++) {
                threads.add(new Thread(() -> EventLoop.run(() -> {
                    for (int batch = 0; batch < batches / loops; batch++) {
                        Async.awaitAll(start(tasks, () -> yieldNow(yields)));
                    }
                })));
            }
            steps.begin();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            steps.done("switch");
        }
        steps.print();
    }

    private static void yieldNow(int times) {
        for (int i = 0; i < times; i++) {
            Async.yieldNow();
        }
    }
}
