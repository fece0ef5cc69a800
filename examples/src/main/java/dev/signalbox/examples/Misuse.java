// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static dev.signalbox.loop.Async.blocking;

import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.WrongLoopException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The mistake that passes every test and fails in production: one {@link AsyncSemaphore} for several loops.
 *
 * <p>Three threads, each with a loop, use it at the same moment. The first use binds it, so exactly one of the loops gets it, and the other
 * two are told at once: always, not only when they would have had to wait. A {@link dev.signalbox.core.Semaphore} is the one to share.
 */
public final class Misuse {
    private static final int LOOPS = 3;
    private static final int REPETITIONS = 1_000;

    private Misuse() {}

    /**
     * The facts of this example.
     *
     * @param repetitions how often it was tried
     * @param withOneWinner how often exactly one loop got the semaphore and all the others were refused
     * @param refusals how often a loop was refused
     * @param message what one of the refused was told
     */
    public record Result(int repetitions, int withOneWinner, int refusals, String message) {}

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
        int withOneWinner = 0;
        int refusals = 0;
        String message = "";
        ExecutorService threads = Executors.newFixedThreadPool(LOOPS);
        try {
            for (int i = 0; i < REPETITIONS; i++) {
                List<String> messages = race(threads);
                withOneWinner += messages.size() == LOOPS - 1 ? 1 : 0;
                refusals += messages.size();
                message = messages.isEmpty() ? message : messages.get(0);
            }
        } finally {
            threads.shutdown();
        }
        out.println(REPETITIONS + " times, " + LOOPS + " loops raced for one AsyncSemaphore(1): " + withOneWinner
                + " times exactly one loop won, and the others got " + refusals
                + " WrongLoopExceptions like this one:");
        out.println("  " + message);
        return new Result(REPETITIONS, withOneWinner, refusals, message);
    }

    /** Lets the loops race for one semaphore; returns what the losers were told. */
    private static List<String> race(ExecutorService threads) throws InterruptedException, ExecutionException {
        AsyncSemaphore shared = new AsyncSemaphore(1); // created outside of any loop: its first use will bind it
        CyclicBarrier start = new CyclicBarrier(LOOPS);
        Callable<@Nullable String> loop = () -> EventLoop.run(() -> {
            blocking(() -> start.await());
            return use(shared);
        });
        List<String> messages = new ArrayList<>();
        for (Future<@Nullable String> told : threads.invokeAll(Collections.nCopies(LOOPS, loop))) {
            String message = told.get();
            if (message != null) {
                messages.add(message);
            }
        }
        return messages;
    }

    private static @Nullable String use(AsyncSemaphore shared) {
        try (var permit = shared.acquire()) {
            return null;
        } catch (WrongLoopException e) {
            return e.getMessage();
        }
    }
}
