// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.gather;
import static dev.signalbox.loop.Async.sleep;
import static dev.signalbox.loop.Async.yieldNow;

import dev.signalbox.core.Event;
import dev.signalbox.core.Guard;
import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.TaskBody;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Three threads, each with a loop, each with three jobs: how many of the nine work at the same time?
 *
 * <p>An {@link AsyncSemaphore} belongs to one loop. With one of two permits for each loop there are six at once. A {@link Semaphore} of core
 * belongs to nobody: with one of two permits for all there are two at once, whatever loop they run on. A task that waits for it steps off
 * its loop, on which the others go on.
 */
public final class LoopsAndThreads {
    private static final int THREADS = 3;
    private static final int JOBS = 3;
    private static final Duration WORK = Duration.ofMillis(300);
    private static final int COLUMNS = 32;

    /** Acquires a permit; of which semaphore is not a job's business. */
    private interface Limit extends TaskBody<Guard, RuntimeException> {}

    private final Timeline timeline = new Timeline();
    private final AtomicInteger threadsAtTheLine = new AtomicInteger();
    private final Event go = new Event();

    private LoopsAndThreads() {}

    /**
     * The facts of this example.
     *
     * @param atOnceWithLimitPerLoop how many worked at the same time when each loop had a semaphore of its own
     * @param atOnceWithOneLimit how many worked at the same time when there was one semaphore for all
     * @param roundsWithOneLimit in how many rounds
     */
    public record Result(int atOnceWithLimitPerLoop, int atOnceWithOneLimit, int roundsWithOneLimit) {}

    /**
     * Runs this example.
     *
     * @param args not used
     * @throws Exception if something goes wrong
     */
    public static void main(String[] args) throws Exception {
        run(System.out);
    }

    static Result run(PrintStream out) throws InterruptedException, ExecutionException {
        Timeline own = new LoopsAndThreads().runThreads(thread -> {
            AsyncSemaphore mine = new AsyncSemaphore(2);
            return () -> mine.acquire();
        });
        Semaphore ours = new Semaphore(2);
        Timeline shared = new LoopsAndThreads().runThreads(thread -> () -> ours.acquire());

        out.println("left:  an AsyncSemaphore(2) for each loop: " + own.mostAtOnce() + " at once");
        out.println("right: one core.Semaphore(2) for all: " + shared.mostAtOnce() + " at once, " + THREADS * JOBS
                + " jobs in " + shared.rounds() + " rounds");
        Timeline.draw(COLUMNS, shared.length(), own, shared).forEach(out::println);
        return new Result(own.mostAtOnce(), shared.mostAtOnce(), shared.rounds());
    }

    /** Runs the threads, each of which asks for its limit, until they are all done. */
    private Timeline runThreads(IntFunction<Limit> limitOfThread) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> loops = IntStream.rangeClosed(1, THREADS)
                    .<Callable<Void>>mapToObj(thread -> () -> {
                        EventLoop.run(() -> runJobs(thread, limitOfThread.apply(thread)));
                        return null;
                    })
                    .toList();
            for (Future<Void> loop : threads.invokeAll(loops)) {
                loop.get();
            }
        } finally {
            threads.shutdown();
        }
        return timeline;
    }

    /** The main task of one thread's loop. */
    private void runJobs(int thread, Limit limit) {
        var jobs = IntStream.rangeClosed(1, JOBS)
                .mapToObj(job -> createTask(() -> job("thread " + thread + " job " + job, limit)))
                .toList();
        yieldNow(); // each of them now has a permit or waits for one
        if (threadsAtTheLine.incrementAndGet() == THREADS) {
            go.set();
        }
        gather(jobs);
    }

    private void job(String name, Limit limit) throws InterruptedException {
        timeline.waits(name);
        try (var permit = limit.call()) {
            timeline.holds(name);
            go.await(); // an event of core works in a task too; so no thread starts late
            sleep(WORK);
            timeline.ends(name);
        }
    }
}
