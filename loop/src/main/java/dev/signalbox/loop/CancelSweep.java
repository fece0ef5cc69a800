// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;

/**
 * Cancels all tasks of a loop, each of them once: one that waits for others goes on waiting until these have ended, as after any cancel, but
 * need not pass the cancel on, since they get their own. So the work grows with the number of tasks, not with the lengths of their chains.
 *
 * <p>A walk along what the tasks wait for (depth first; R. E. Tarjan, 1972), on a path of its own because chains may be longer than a stack.
 * A task that leads back to the path closes a ring, which is broken there: it does not wait on. Nor does one that awaits the owner of a task
 * group in its wait for the tasks, which may be this one. Guarded by the baton.
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
        private boolean closesRing;

        Visit(Task<?> task) {
            this.task = task;
            this.awaited = task.awaited().iterator();
        }
    }

    private final String message;
    private final IdentityHashMap<Task<?>, Progress> seen = new IdentityHashMap<>();
    private final ArrayDeque<Visit> path = new ArrayDeque<>();

    CancelSweep(String message) {
        this.message = message;
    }

    void cancel(Collection<Task<?>> tasks) {
        for (Task<?> task : tasks) {
            if (!seen.containsKey(task)) {
                enter(task);
                walk();
            }
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
                visit.task.takeCancel(message, !visit.closesRing && !visit.task.awaitsOwner());
                seen.put(visit.task, Progress.CANCELLED);
            }
        }
    }

    private void look(Visit visit, Future<?> awaited) {
        if (awaited instanceof Task<?> task && task.isPending()) {
            Progress progress = seen.get(task);
            if (progress == null) {
                enter(task);
            } else if (progress == Progress.ON_PATH) {
                visit.closesRing = true;
            }
        }
    }
}
