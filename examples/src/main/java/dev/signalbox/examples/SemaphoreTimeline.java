// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.gather;
import static dev.signalbox.loop.Async.sleep;

import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.EventLoop;
import java.io.PrintStream;
import java.time.Duration;
import java.util.stream.IntStream;

/**
 * Five tasks of one loop and a semaphore with two permits: two at a time, in three rounds. Then the same without a semaphore: all at once.
 */
public final class SemaphoreTimeline {
    private static final int TASKS = 5;
    private static final Duration WORK = Duration.ofMillis(200);
    private static final int COLUMNS = 60;

    private SemaphoreTimeline() {}

    /**
     * The facts of this example.
     *
     * @param atOnce how many worked at the same time, with the semaphore
     * @param rounds in how many rounds
     * @param atOnceWithout how many worked at the same time, without it
     * @param roundsWithout in how many rounds
     */
    public record Result(int atOnce, int rounds, int atOnceWithout, int roundsWithout) {}

    /**
     * Runs this example.
     *
     * @param args not used
     */
    public static void main(String[] args) {
        run(System.out);
    }

    static Result run(PrintStream out) {
        Timeline limited = new Timeline();
        EventLoop.run(() -> {
            AsyncSemaphore semaphore = new AsyncSemaphore(2);
            gather(IntStream.rangeClosed(1, TASKS)
                    .mapToObj(i -> createTask(() -> workWithPermit("task " + i, semaphore, limited)))
                    .toList());
        });

        Timeline free = new Timeline();
        EventLoop.run(() -> {
            gather(IntStream.rangeClosed(1, TASKS)
                    .mapToObj(i -> createTask(() -> work("task " + i, free)))
                    .toList());
        });

        out.println("with an AsyncSemaphore(2): " + limited.mostAtOnce() + " at a time, in " + limited.rounds()
                + " rounds (dots: waits, filled: holds a permit)");
        Timeline.draw(COLUMNS, limited.length(), limited).forEach(out::println);
        out.println("without a semaphore: all " + free.mostAtOnce() + " at the same time");
        Timeline.draw(COLUMNS, limited.length(), free).forEach(out::println);
        return new Result(limited.mostAtOnce(), limited.rounds(), free.mostAtOnce(), free.rounds());
    }

    private static void workWithPermit(String name, AsyncSemaphore semaphore, Timeline timeline) {
        timeline.waits(name);
        try (var permit = semaphore.acquire()) {
            work(name, timeline);
        }
    }

    private static void work(String name, Timeline timeline) {
        timeline.holds(name);
        sleep(WORK);
        timeline.ends(name);
    }
}
