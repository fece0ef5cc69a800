// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static dev.signalbox.loop.Async.blocking;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.sleep;

import dev.signalbox.core.Event;
import dev.signalbox.loop.CancelledException;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.Task;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A spinner turns while something slow computes 42.
 *
 * <p>Three ways to do two things at the same time, and to say "stop" to the one that would go on for ever: a thread is told by an
 * {@link Event}, a child process is watched until it ends, a task is cancelled.
 */
public final class Spinner {
    private static final Duration SLOW = Duration.ofMillis(1500);
    private static final Duration FRAME = Duration.ofMillis(100);
    private static final String FRAMES = "|/-\\";

    private final StatusLine line;

    private Spinner(PrintStream out) {
        line = new StatusLine(out);
    }

    /**
     * How one of the three went.
     *
     * @param answer what was computed
     * @param frames how many pictures of the spinner were shown meanwhile
     * @param isStopped whether the thread has ended, the process has ended, the task is cancelled
     */
    public record Turn(int answer, int frames, boolean isStopped) {}

    /**
     * The facts of this example.
     *
     * @param thread with a thread and an event
     * @param process with a child process
     * @param task with a task that is cancelled
     */
    public record Result(Turn thread, Turn process, Turn task) {}

    /**
     * Runs this example, or, as the child process that it starts, computes the answer.
     *
     * @param args nothing, or {@code compute}
     * @throws Exception if something goes wrong
     */
    public static void main(String[] args) throws Exception {
        if (args.length == 1 && args[0].equals("compute")) {
            System.out.println(slow());
        } else {
            run(System.out);
        }
    }

    static Result run(PrintStream out) throws IOException, InterruptedException {
        Spinner spinner = new Spinner(out);
        Turn thread = spinner.withThread();
        out.println("thread:  the answer is " + thread.answer() + "; an event stopped the spinner after "
                + thread.frames() + " frames");
        Turn process = spinner.withProcess();
        out.println("process: the answer is " + process.answer() + "; the child ended after " + process.frames()
                + " frames");
        Turn task = spinner.withTask();
        out.println("task:    the answer is " + task.answer() + "; a cancel stopped the spinner after " + task.frames()
                + " frames");
        return new Result(thread, process, task);
    }

    /** Something slow. */
    private static int slow() throws InterruptedException {
        Thread.sleep(SLOW.toMillis());
        return 42;
    }

    private void show(int frame) {
        line.show(FRAMES.charAt(frame % FRAMES.length()) + " thinking");
    }

    /** The spinner is a thread: it waits for the event no longer than a frame, and goes on while that times out. */
    private Turn withThread() throws InterruptedException {
        Event done = new Event();
        AtomicInteger frames = new AtomicInteger();
        Thread spinner = new Thread(() -> {
            try {
                do {
                    show(frames.getAndIncrement());
                } while (!done.await(FRAME));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // somebody else wants it to stop
            }
            line.clear();
        });
        spinner.start();
        int answer = slow();
        done.set();
        spinner.join();
        return new Turn(answer, frames.get(), !spinner.isAlive());
    }

    /** What is slow runs in a process of its own; this thread spins until that has ended, and reads what it printed. */
    private Turn withProcess() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process child = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), Spinner.class.getName(), "compute")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            int frames = 0;
            do {
                show(frames++);
            } while (!child.waitFor(FRAME.toMillis(), TimeUnit.MILLISECONDS));
            line.clear();
            String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Turn(Integer.parseInt(printed.strip()), frames, !child.isAlive());
        } finally {
            child.destroy();
        }
    }

    /** The spinner is a task: no flag, a cancel reaches it where it sleeps. What is slow blocks, but not the loop. */
    private Turn withTask() {
        return EventLoop.run(() -> {
            int[] frames = {0}; // tasks of one loop take turns, so a plain variable will do
            Task<Void> spinner = createTask("spinner", () -> {
                try {
                    while (true) {
                        show(frames[0]++);
                        sleep(FRAME);
                    }
                } finally {
                    line.clear();
                }
            });
            int answer = blocking(Spinner::slow);
            spinner.cancel();
            try {
                spinner.await();
            } catch (CancelledException e) {
                // as we asked
            }
            return new Turn(answer, frames[0], spinner.isCancelled());
        });
    }
}
