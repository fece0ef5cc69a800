// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Engine;
import dev.signalbox.loop.internal.Op;
import dev.signalbox.loop.internal.Worker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a loop as text: a tree, in which below a task stand the tasks of its open groups and those that it awaits.
 *
 * <p>Made by whoever holds the baton, and by the loop itself for other threads. If it does not answer, its tasks are read as they happen to be
 * seen: every walk is bounded, and whatever goes wrong is left out.
 */
final class Dump {
    /** How long a loop has time to answer. */
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private static final int MOST_LINES = 1_000;
    private static final int MOST_FRAMES = 3;
    private static final int MOST_FRAMES_RUNNING = 8;

    /** From here on lines are not indented any further. */
    private static final int DEEPEST = 20;

    private final EventLoop loop;
    private final List<Task<?>> tasks;
    private final long now;
    private final Set<Task<?>> shown = Collections.newSetFromMap(new IdentityHashMap<>());
    private final StringBuilder out = new StringBuilder();
    private int lines;

    private Dump(EventLoop loop, List<Task<?>> tasks) {
        this.loop = loop;
        this.tasks = tasks;
        this.now = loop.engine.nanoTime();
    }

    /** Any thread. */
    static String of(EventLoop loop) {
        if (loop.isOwner()) {
            return consistent(loop);
        }
        String dump = ofIdle(loop);
        if (dump != null) {
            return dump;
        }
        Request request = new Request(loop);
        String failure = request.await();
        if (failure == null) {
            return request.answer.join();
        }
        dump = ofIdle(loop); // its run may have ended meanwhile
        return dump == null ? new Dump(loop, loop.tasks().glimpse()).print(failure) : dump;
    }

    /** With the baton, or while it lies on the floor and nobody can take it. */
    static String consistent(EventLoop loop) {
        return new Dump(loop, loop.tasks().snapshot()).print(null);
    }

    /** Null if somebody runs or closes the loop. */
    private static @Nullable String ofIdle(EventLoop loop) {
        return loop.isClosed()
                ? loop.describe()
                : loop.lifecycle().whileIdle(() -> consistent(loop)).orElse(null);
    }

    /** Asks a loop that runs for its dump. */
    private static final class Request extends Op {
        private final EventLoop loop;
        private final CompletableFuture<String> answer = new CompletableFuture<>();

        Request(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        protected void run() {
            if (answer.isDone()) {
                return; // too late
            }
            try {
                answer.complete(consistent(loop));
            } catch (Throwable e) {
                answer.completeExceptionally(e); // it has only looked: the loop is none the worse for it
            }
        }

        @Override
        public void rejected(Throwable reason) {
            answer.completeExceptionally(reason);
        }

        /** Returns null when there is an answer, or else why there is none. */
        @Nullable
        String await() {
            if (!loop.engine.post(this)) {
                return "the loop takes nothing any more";
            }
            boolean interrupted = false;
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            try {
                while (true) {
                    try {
                        answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                        return null;
                    } catch (InterruptedException e) {
                        interrupted = true;
                    } catch (TimeoutException e) {
                        if (answer.cancel(false)) {
                            return "the loop did not answer within " + PATIENCE.toMillis() + " ms";
                        } // else it has answered at the last moment
                    }
                }
            } catch (ExecutionException e) {
                return "the loop could not answer (" + e.getCause() + ")";
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    // ---------------------------------------------------------------- text

    private String print(@Nullable String failure) {
        Engine engine = loop.engine;
        out.append("loop '").append(loop.name()).append("', ");
        out.append(loop.lifecycle().state().name().toLowerCase(Locale.ROOT)).append(": ");
        out.append(tasks.size()).append(tasks.size() == 1 ? " task, " : " tasks, ");
        out.append(engine.readyCount()).append(" ready, ");
        out.append(engine.timerCount()).append(engine.timerCount() == 1 ? " timer" : " timers");
        if (failure != null) {
            out.append(", not consistent: ").append(failure);
            printRunning();
        }
        printTasks();
        return out.append('\n').toString();
    }

    private void printRunning() {
        Task<?> task = loop.runningTask();
        Worker holder = loop.engine.seenHolder();
        out.append("\nrunning: ");
        out.append(task != null ? Named.who(task, loop) : holder != null ? "a callback, or the loop itself" : "nobody");
        if (holder != null) {
            printFrames(holder.thread(), MOST_FRAMES_RUNNING, "");
        }
    }

    private void printTasks() {
        Set<Task<?>> below = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Task<?> task : tasks) {
            forEachChild(task, below::add);
            if (task.isMember()) {
                below.add(task);
            }
        }
        tasks.stream().filter(task -> !below.contains(task)).forEach(this::printTree);
        tasks.stream().filter(task -> !shown.contains(task)).forEach(this::printTree); // in rings, without a root
        int left = tasks.size() - shown.size();
        if (left > 0) {
            out.append("\n… and ").append(left).append(" more");
        }
    }

    /** Deeper than any stack, perhaps. */
    private void printTree(Task<?> root) {
        Deque<Iterator<Task<?>>> path = new ArrayDeque<>();
        path.push(List.<Task<?>>of(root).iterator());
        while (!path.isEmpty() && lines < MOST_LINES) {
            Iterator<Task<?>> siblings = path.peek();
            if (!siblings.hasNext()) {
                path.pop();
            } else {
                Task<?> task = siblings.next();
                boolean isFirst = shown.add(task);
                print(task, isFirst, path.size() - 1);
                if (isFirst) {
                    path.push(children(task).iterator());
                }
            }
        }
    }

    private void print(Task<?> task, boolean isFirst, int depth) {
        lines++;
        String indent = "  ".repeat(Math.min(depth, DEEPEST));
        out.append('\n').append(indent);
        if (depth > DEEPEST) {
            out.append('[').append(depth).append("] ");
        }
        if (!isFirst) {
            out.append(Named.who(task, loop)).append(", see above");
            return;
        }
        try {
            out.append(line(task, now));
        } catch (RuntimeException e) {
            out.append(Named.who(task, loop)).append(" changed while it was read");
        }
        Worker stack = task.stack();
        if (stack != null) {
            printFrames(stack.thread(), MOST_FRAMES, indent);
        }
    }

    private void printFrames(Thread thread, int most, String indent) {
        for (StackTraceElement frame : UserStack.of(thread, most)) {
            out.append('\n').append(indent).append("    at ").append(frame);
        }
    }

    // ---------------------------------------------------------------- tasks

    /** Who it is, what it does, what it waits for, who has that, and for how long. */
    static String line(Task<?> task, long now) {
        EventLoop loop = task.loop();
        Wait wait = task.activeWait();
        String name = Named.who(task, loop);
        boolean isRunning = loop.runningTask() == task;
        if (isRunning || wait == null || task.isBack()) {
            return name + (isRunning ? " runs" : task.stack() == null ? " has not started" : " is ready");
        }
        return name + doing(task, wait) + " for " + Named.time(now - wait.since);
    }

    private static String doing(Task<?> task, Wait wait) {
        EventLoop loop = task.loop();
        Collection<?> subjects = wait.subjects();
        if (subjects.isEmpty()) {
            return " has slept";
        }
        Collection<?> holders = WaitGraph.holders(task, subjects);
        return (task.isOffLoop()
                        ? " waits off the loop for "
                        : task.isHeldBack() ? " has not started, and waits for " : " waits for ")
                + Named.subjects(subjects, wait.isForAny(), loop)
                + (holders.isEmpty() ? "" : ", held by " + Named.holders(holders, loop) + ",");
    }

    private static List<Task<?>> children(Task<?> task) {
        List<Task<?>> children = new ArrayList<>();
        Set<Task<?>> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        forEachChild(task, child -> {
            if (distinct.add(child)) {
                children.add(child);
            }
        });
        return children;
    }

    private static void forEachChild(Task<?> task, Consumer<Task<?>> action) {
        Deque<TaskGroup> groups = new ArrayDeque<>();
        for (TaskGroup group = task.innermost; group != null; group = group.outer()) {
            groups.push(group);
        }
        groups.forEach(group -> WaitGraph.copy(group.tasks()).forEach(action));
        Wait wait = task.activeWait();
        for (Object subject : wait == null ? List.of() : WaitGraph.copy(wait.subjects())) {
            if (subject instanceof Task<?> child && child.isPending()) {
                action.accept(child);
            }
        }
    }
}
