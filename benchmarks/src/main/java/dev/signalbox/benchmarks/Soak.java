// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.loop.Async;
import dev.signalbox.loop.AsyncQueue;
import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.Future;
import dev.signalbox.loop.Task;
import dev.signalbox.loop.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeoutException;

/**
 * One loop that does a little of everything for minutes, and whose memory must not grow. Every ten seconds it looks at what a collection of
 * the whole heap leaves while no task but its main one is alive; it exits with 1 if the median of the last third of these looks is more than
 * {@link #MOST_GROWTH} above that of the first, which is what a few bytes lost in each round would come to.
 *
 * <pre>
 *   Soak MINUTES
 * </pre>
 */
public final class Soak {
    /** In bytes: what profiles of the JVM and caches of the JDK come to. A round is some thousands of objects of each kind. */
    private static final long MOST_GROWTH = 500_000;

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);
    private static final int FEWEST_LOOKS = 6;
    private static final int TASKS = 200;

    private int rounds;

    private Soak() {}

    /** Runs for so many minutes. */
    public static void main(String[] args) {
        if (args.length != 1) {
            throw new IllegalArgumentException("arguments: " + args.length + " (expected: minutes)");
        }
        Duration duration = Duration.ofMillis((long) (60_000 * Double.parseDouble(args[0])));
        boolean grown = EventLoop.run(() -> new Soak().run(duration));
        System.exit(grown ? 1 : 0);
    }

    private boolean run(Duration duration) {
        List<Long> looks = new ArrayList<>();
        long begin = System.nanoTime();
        long end = begin + duration.toNanos();
        // short runs, for trying it out, look more often
        long between = Math.min(BETWEEN_LOOKS.toNanos(), duration.toNanos() / FEWEST_LOOKS);
        for (long next = begin; next - end <= 0; next += between) {
            while (next - System.nanoTime() > 0) {
                round();
            }
            long used = Scale.usedBytes();
            System.out.printf("%d s, %d rounds: %,d bytes%n", (next - begin) / 1_000_000_000, rounds, used);
            looks.add(used);
        }
        return report(looks, between / 1e9);
    }

    private static boolean report(List<Long> looks, double secondsBetween) {
        List<Long> counted = looks.subList(1, looks.size()); // the first was before anything had run
        int third = Math.max(1, counted.size() / 3);
        long first = median(counted.subList(0, third));
        long last = median(counted.subList(counted.size() - third, counted.size()));
        boolean grown = last - first > MOST_GROWTH;
        System.out.printf(
                "first third %,d bytes, last third %,d bytes, slope %.1f bytes a second: %s%n",
                first, last, slope(counted) / secondsBetween, grown ? "GROWN" : "flat");
        return grown;
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** Of the straight line with the least squares, per step. */
    private static double slope(List<Long> values) {
        double middle = (values.size() - 1) / 2.0;
        double products = 0;
        double squares = 0;
        for (int i = 0; i < values.size(); i++) {
            products += (i - middle) * values.get(i);
            squares += (i - middle) * (i - middle);
        }
        return squares == 0 ? 0 : products / squares;
    }

    // ---------------------------------------------------------------- a little of everything

    private void round() {
        rounds++;
        semaphore();
        queue();
        cancels();
        timeouts();
        group();
        otherThreads();
        callbacks();
    }

    private static List<Task<Void>> start(dev.signalbox.loop.VoidTaskBody<?> body) {
        List<Task<Void>> tasks = new ArrayList<>(TASKS);
        for (int i = 0; i < TASKS; i++) {
            tasks.add(Async.createTask(body));
        }
        return tasks;
    }

    private static void semaphore() {
        AsyncSemaphore semaphore = new AsyncSemaphore(2);
        Async.gather(start(() -> {
            try (var permit = semaphore.acquire()) {
                Async.yieldNow();
            }
        }));
    }

    private static void queue() {
        AsyncQueue<Integer> queue = new AsyncQueue<>(16);
        List<Task<Void>> takers = start(queue::take);
        for (int i = 0; i < TASKS; i++) {
            queue.put(i);
        }
        Async.gather(takers);
    }

    private static void cancels() {
        List<Task<Void>> sleepers = start(() -> Async.sleep(Duration.ofHours(1)));
        Async.yieldNow();
        sleepers.forEach(Task::cancel);
        Async.awaitAll(sleepers);
    }

    private static void timeouts() {
        Future<Void> never = new Future<>();
        List<Task<Void>> waiters = start(() -> {
            try {
                Void unused = never.await(Duration.ofNanos(1_000));
            } catch (TimeoutException e) {
                Async.timeout(Duration.ofHours(1), Async::yieldNow);
            }
        });
        Async.gather(waiters);
    }

    private static void group() {
        try (TaskGroup group = TaskGroup.open()) {
            for (int i = 0; i < TASKS; i++) {
                group.fork(() -> Async.sleep(Duration.ofMillis(1)));
            }
            group.join();
        }
    }

    private static void otherThreads() {
        EventLoop loop = EventLoop.current();
        for (int i = 0; i < 10; i++) {
            Async.blocking(() -> loop.submit(Async::yieldNow).join());
            loop.runInExecutor(ForkJoinPool.commonPool(), () -> {}).await();
        }
        Async.blocking(() -> EventLoop.run(() -> Async.createTask(() -> Async.sleep(Duration.ofHours(1)))));
    }

    private static void callbacks() {
        EventLoop loop = EventLoop.current();
        for (int i = 0; i < TASKS; i++) {
            loop.callLater(Duration.ofHours(1), () -> {}).cancel();
            loop.callSoon(() -> {});
        }
        Async.yieldNow();
    }
}
