// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.Guard;
import dev.signalbox.core.Queue;
import dev.signalbox.core.internal.Identity;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** How dumps name who waits, and for what. Any thread; runs no code of others, whose objects are named by their class. */
final class Named {
    /** So many of several are named. */
    private static final int MOST = 3;

    private Named() {}

    /** A task or a thread, as somebody on that loop would call it. */
    static String who(Object who, EventLoop home) {
        if (who instanceof Task<?> task) {
            String name = "'" + task.displayName() + "'";
            return task.loop() == home ? name : name + " of " + task.loop().describe();
        }
        return who instanceof Thread thread ? "thread '" + thread.getName() + "'" : Identity.of(who);
    }

    /** Those who have what others wait for. */
    static String holders(Collection<?> holders, EventLoop home) {
        return list(
                holders,
                holder -> who(holder, home)
                        + (holder instanceof Task<?> task && !task.isPending() ? ", which has ended" : ""));
    }

    /** Something that a task waits for. */
    static String subject(Object subject, EventLoop home) {
        if (subject instanceof Task<?> task) {
            return "Task " + who(task, home) + " [" + task.displayState() + "]";
        }
        return showsItself(subject) ? subject.toString() : Identity.of(subject);
    }

    /** Something that a task waits for, without its state, or a word. */
    static String briefly(Object subject) {
        if (subject instanceof Task<?> task) {
            return "Task '" + task.displayName() + "'";
        }
        return subject instanceof String word ? word : Identity.of(subject);
    }

    /** What a task waits for: one thing, or all or one of several. */
    static String subjects(Collection<?> subjects, boolean forAny, EventLoop home) {
        if (subjects.size() == 1) {
            return subject(subjects.iterator().next(), home);
        }
        List<?> pending = subjects.stream()
                .filter(subject -> subject instanceof Future<?> future && future.isPending())
                .collect(Collectors.toUnmodifiableList());
        return (forAny ? "one of " : "all of ") + subjects.size() + " futures, " + pending.size() + " pending: "
                + list(pending, subject -> subject(subject, home));
    }

    private static String list(Collection<?> all, Function<Object, String> name) {
        String first = all.stream().limit(MOST).map(name).collect(Collectors.joining(", "));
        return all.size() <= MOST ? first : first + " and " + (all.size() - MOST) + " more";
    }

    /** Whether its {@code toString()} is of this library, and calls nothing else: that of a queue of core asks the items. */
    private static boolean showsItself(Object subject) {
        Class<?> type = subject.getClass();
        boolean isCore = type.getPackageName().equals(Guard.class.getPackageName())
                && type.getClassLoader() == Guard.class.getClassLoader();
        return subject instanceof LoopBound || subject instanceof String || (isCore && !(subject instanceof Queue));
    }

    /** How long something has taken. */
    static String time(long nanos) {
        long millis = Math.max(nanos, 0) / 1_000_000;
        if (millis < 1_000) {
            return millis + " ms";
        }
        long seconds = millis / 1_000;
        if (seconds < 120) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        return minutes < 120 ? minutes + " min" : minutes / 60 + " h";
    }
}
