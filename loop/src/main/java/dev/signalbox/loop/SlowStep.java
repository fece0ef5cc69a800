// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Engine;
import dev.signalbox.loop.internal.Worker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The text about a step that goes on, made by another thread while it does: who, for how long, what its thread does and where.
 *
 * <p>User code is called nowhere: what is shown of a lock is its class and identity, since its {@code toString} may need the lock.
 */
final class SlowStep {
    private static final int MOST_FRAMES = 100;
    private static final int MOST_SUSPECTS = 3;
    private static final int MOST_STACKS = 1_000;
    private static final String ENGINE = Engine.class.getName();
    /** Where the engine leaves the code of the one who has the baton. */
    private static final Set<String> BOOKKEEPING = Set.of("dispatch", "turnRound");

    private final EventLoop loop;
    private final Thread thread;
    private final @Nullable Task<?> task;
    private final StackTraceElement[] stack;
    private final Thread.State state;
    /** Tasks of this loop that hold, or may hold, what the step waits for. */
    private final List<Task<?>> suspects = new ArrayList<>();

    private SlowStep(EventLoop loop, Thread thread) {
        this.loop = loop;
        this.thread = thread;
        this.task = loop.current;
        this.state = thread.getState();
        this.stack = thread.getStackTrace();
    }

    /** Somebody runs on the loop's thread, or blocks there. */
    static String describe(EventLoop loop, Worker holder, long nanos) {
        return new SlowStep(loop, holder.thread()).describe(nanos);
    }

    /** Somebody would run, but the thread does not. */
    static String describeStarved(EventLoop loop, Worker holder, long nanos) {
        String since = time(nanos) + " ago, and its thread has not run since (on virtual threads all carriers may be"
                + " pinned or busy)";
        if (loop.engine.isAsleep()) { // on whatever stack: the task of that one waits for something else
            return prefix(loop) + "woken " + since;
        }
        for (Task<?> task : loop.tasks().glimpse()) {
            if (task.stack() == holder) {
                return prefix(loop) + task.describe() + " got its turn " + since;
            }
        }
        return prefix(loop) + "the next one got its turn " + since;
    }

    private String describe(long nanos) {
        StringBuilder text = new StringBuilder(prefix(loop))
                .append(who())
                .append(" has held the loop for ")
                .append(time(nanos))
                .append(" (")
                .append(state == Thread.State.RUNNABLE ? "running" : describeBlocked())
                .append("):");
        append(text, stack, 0, isBookkeeping() ? indexOfDispatch(stack) : endOfUserCode(stack));
        for (Task<?> suspect : suspects) {
            Worker where = suspect.stack();
            if (where != null) {
                text.append('\n').append(suspect.describe()).append(" waits:");
                StackTraceElement[] waiting = where.thread().getStackTrace();
                append(text, waiting, beginOfWait(waiting), endOfUserCode(waiting));
            }
        }
        return text.toString();
    }

    private String who() {
        if (task != null) {
            return task.describe();
        }
        return isBookkeeping() ? "its own bookkeeping" : "a callback";
    }

    /** Done on the stack of a task that waits, or below all tasks. */
    private boolean isBookkeeping() {
        return task == null && indexOfDispatch(stack) >= 0;
    }

    private static String prefix(EventLoop loop) {
        return "event loop '" + loop.name() + "': ";
    }

    private static String time(long nanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        return millis < 1_000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }

    // ---------------------------------------------------------------- on what it blocks

    private String describeBlocked() {
        LockHolder holder = LockHolder.of(thread);
        Object blocker = LockSupport.getBlocker(thread);
        String lock = holder.lock();
        if (lock == null) {
            lock = blocker != null ? describe(blocker) : state == Thread.State.BLOCKED ? "a monitor" : null;
        }
        return "blocked: " + state + (lock == null ? "" : " on " + lock) + describeHolder(holder, blocker);
    }

    private static String describe(Object blocker) {
        return blocker.getClass().getName() + '@' + Integer.toHexString(System.identityHashCode(blocker));
    }

    private String describeHolder(LockHolder holder, @Nullable Object blocker) {
        String advice = "; code that blocks belongs in Async.blocking";
        if (holder.thread() != null) {
            Task<?> task = taskOf(holder);
            if (task == null) {
                return ", held by thread '" + holder.thread() + "'" + advice;
            }
            suspects.add(task);
            String held = ", held by " + task.describe() + " of this loop, ";
            return task.isOut()
                    ? held + "which is off the loop" + advice
                    : held
                            + "which cannot go on before this one: a deadlock; to hold a lock over a wait use AsyncLock or"
                            + " a lock of dev.signalbox.core";
        }
        if (state != Thread.State.BLOCKED && !isOfLock(blocker)) {
            return advice;
        }
        findSuspects();
        return ", held by whom is not known"
                + suspects.stream()
                        .map(Task::describe)
                        .collect(Collectors.joining(
                                ", ", suspects.isEmpty() ? "" : ", perhaps by one that waits in the same class: ", ""))
                + advice;
    }

    /** The synchronizer inside a lock; that of a semaphore or a latch is held by nobody. */
    private static boolean isOfLock(@Nullable Object blocker) {
        if (blocker == null) {
            return false;
        }
        Class<?> outer = blocker.getClass().getNestHost();
        return Lock.class.isAssignableFrom(outer) || ReadWriteLock.class.isAssignableFrom(outer);
    }

    private @Nullable Task<?> taskOf(LockHolder holder) {
        for (Task<?> other : loop.tasks().glimpse()) {
            Worker where = other.stack();
            if (where != null && holder.isThread(where.thread())) {
                return other;
            }
        }
        return null;
    }

    /** Who waits in the class that wants the lock: code that locks the same thing mostly stands in the same place. */
    private void findSuspects() {
        String place = Arrays.stream(stack)
                .filter(SlowStep::isUserCode)
                .map(StackTraceElement::getClassName)
                .findFirst()
                .orElse(null);
        if (place == null) {
            return;
        }
        loop.tasks().glimpse().stream()
                .filter(other -> other != task)
                .limit(MOST_STACKS)
                .filter(other -> isIn(place, other.stack()))
                .limit(MOST_SUSPECTS)
                .forEach(suspects::add);
    }

    private static boolean isIn(String place, @Nullable Worker where) {
        return where != null
                && Arrays.stream(where.thread().getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(place));
    }

    private static boolean isUserCode(StackTraceElement frame) {
        String module = frame.getModuleName();
        boolean isJdk = module != null && (module.startsWith("java.") || module.startsWith("jdk."));
        return !isJdk && !CallSite.isLibrary(frame);
    }

    // ---------------------------------------------------------------- where

    private static void append(StringBuilder text, StackTraceElement[] stack, int from, int end) {
        int shown = Math.min(end, from + MOST_FRAMES);
        for (int i = from; i < shown; i++) {
            text.append("\n    at ").append(stack[i]);
        }
        if (shown < end) {
            text.append("\n    ... ").append(end - shown).append(" more");
        }
    }

    private static int indexOfDispatch(StackTraceElement[] stack) {
        for (int i = 0; i < stack.length; i++) {
            if (stack[i].getClassName().equals(ENGINE) && BOOKKEEPING.contains(stack[i].getMethodName())) {
                return i;
            }
        }
        return -1;
    }

    /** The call in which a suspended task waits, above which the loop goes its own way. */
    private static int beginOfWait(StackTraceElement[] stack) {
        int begin = Math.max(indexOfDispatch(stack), 0);
        while (begin + 1 < stack.length && CallSite.isLibrary(stack[begin]) && CallSite.isLibrary(stack[begin + 1])) {
            begin++;
        }
        return begin;
    }

    /** From where the user's code was called: below it there are this library's frames, and below these the JDK's. */
    private static int endOfUserCode(StackTraceElement[] stack) {
        int end = stack.length;
        while (end > 0 && !CallSite.isLibrary(stack[end - 1])) {
            end--;
        }
        if (end == 0) {
            return stack.length;
        }
        while (end > 0 && CallSite.isLibrary(stack[end - 1])) {
            end--;
        }
        return end;
    }
}
