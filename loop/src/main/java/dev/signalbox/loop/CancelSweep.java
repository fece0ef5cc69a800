// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Cancels tasks, and the tasks that these wait for: the innermost first and each of them once, so that the work grows with the number of tasks
 * and not with the lengths of their chains. A task that waits for others goes on waiting until these have ended.
 *
 * <p>A walk along what the tasks wait for (depth first; R. E. Tarjan, 1972), on a path of its own because chains may be longer than a stack.
 * A task that leads back to the path closes a ring, which is broken there: it is cut short, which means that it does not wait on. So is one
 * that awaits a task which the walk has to spare, or one that cannot end before it: the owner of its group. Guarded by the baton.
 */
final class CancelSweep {
    /** How far a task is: on the path, or cancelled. */
    private enum Progress {
        ON_PATH,
        CANCELLED
    }

    private static final class Visit {
        private final Task<?> task;
        private final Iterator<? extends Future<?>> awaited;
        private boolean cutShort;

        Visit(Task<?> task) {
            this.task = task;
            this.awaited = task.awaited().iterator();
        }
    }

    private final @Nullable String message;
    private final Predicate<Task<?>> spared;
    private final IdentityHashMap<Task<?>, Progress> seen = new IdentityHashMap<>();
    private final ArrayDeque<Visit> path = new ArrayDeque<>();

    private CancelSweep(@Nullable String message, Predicate<Task<?>> spared) {
        this.message = message;
        this.spared = spared;
    }

    /** Cancels one task. */
    static void cancel(Task<?> task, @Nullable String message) {
        if (task.awaited().isEmpty()) {
            task.takeCancel(message, true);
        } else {
            new CancelSweep(message, awaited -> false).start(task);
        }
    }

    /** Cancels the tasks among those for which a task waits, or is about to; but not that task. */
    static void cancelAwaited(Task<?> task, Collection<? extends Future<?>> awaited, @Nullable String message) {
        if (!awaited.isEmpty()) {
            CancelSweep sweep = new CancelSweep(message, inner -> false);
            sweep.seen.put(task, Progress.ON_PATH);
            sweep.startAll(awaited);
        }
    }

    /**
     * Cancels the members of a group. Spared are members that others await, since these get a cancel of their own, and tasks that own a
     * cancelled group: one does not end before its members, of which the one that awaits it may be.
     */
    static void cancelMembers(Collection<Task<?>> members, String message, TaskGroup group) {
        new CancelSweep(message, awaited -> awaited.isMemberOf(group) || awaited.ownsCancelledGroup())
                .startAll(members);
    }

    /** Cancels all tasks of a loop. Spared are those that own a group: they get a cancel of their own, and will wait for their members. */
    static void cancelAll(Collection<Task<?>> tasks, String message) {
        new CancelSweep(message, Task::ownsGroup).startAll(tasks);
    }

    private void startAll(Collection<? extends Future<?>> futures) {
        for (Future<?> future : futures) {
            if (future instanceof Task<?> task && task.isPending()) {
                start(task);
            }
        }
    }

    private void start(Task<?> task) {
        if (!seen.containsKey(task)) {
            enter(task);
            walk();
        }
    }

    private void enter(Task<?> task) {
        seen.put(task, Progress.ON_PATH);
        path.addLast(new Visit(task));
    }

    private void walk() {
        while (!path.isEmpty()) {
            Visit visit = path.getLast();
            if (visit.awaited.hasNext()) {
                look(visit, visit.awaited.next());
            } else {
                path.removeLast();
                visit.task.takeCancel(message, !visit.cutShort);
                seen.put(visit.task, Progress.CANCELLED);
            }
        }
    }

    private void look(Visit visit, Future<?> awaited) {
        if (awaited instanceof Task<?> task && task.isPending()) {
            Progress progress = seen.get(task);
            if (progress == Progress.ON_PATH || spared.test(task) || visit.task.isBelow(task)) {
                visit.cutShort = true;
            } else if (progress == null) {
                enter(task);
            }
        }
    }
}
