// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One suspension of one task. It ends once: when what the task waits for is granted, when its time is up, or when the task is cancelled,
 * whichever comes first. The task runs some time later; a cancel that comes in between makes it give back what it was granted.
 *
 * <pre>
 *   waiting ──grant──▶ granted ──(task runs)──▶ done
 *      │                  └────cancel──(task runs)──▶ giveBack(), CancelledException
 *      ├──expire──▶ withdrawn() ──(task runs)──▶ done, not granted
 *      └──cancel──▶ withdrawn() ──(task runs)──▶ CancelledException
 * </pre>
 *
 * <p>A task that may not go on yet, although its time is up or it was cancelled, waits on until it is granted what it needs for that; see
 * {@link #giveUp}. A cancel is then thrown all the same.
 *
 * <p>Guarded by the baton.
 */
class Wait extends Link {
    final Task<?> task;
    /** When it began, by the {@linkplain dev.signalbox.loop.internal.Engine#recently() coarse} clock. */
    final long since;

    private @Nullable End end; // null while it waits
    /** What {@link JfrEvents} keeps of it. */
    @Nullable
    Object recorded;

    /** Why a wait is over. */
    enum End {
        GRANTED,
        EXPIRED,
        CANCELLED
    }

    Wait(Task<?> task) {
        this.task = task;
        this.since = task.engine().recently();
    }

    /** What the task waits for is given to it. */
    final void grant() {
        if (isEnded()) {
            return;
        }
        end(End.GRANTED);
        if (task.isWaitingIn(this)) {
            goOn();
        } else {
            giveBack(); // its stack ended on the way to the suspension: it stood here, but never waited
        }
    }

    @Override
    final void signalled() {
        grant();
    }

    @Override
    protected final void expire() {
        if (!isEnded()) {
            giveUp(End.EXPIRED);
        }
    }

    /** The task was cancelled while it is suspended in this wait. */
    void cancel() {
        if (!isEnded()) {
            giveUp(End.CANCELLED);
        }
    }

    /** The task stops waiting. Who may not go on yet does nothing here, or sees to it that what it needs for that will be granted. */
    void giveUp(End reason) {
        end(reason);
        withdrawn();
        task.wake();
    }

    /** The task runs again, and is going to throw. */
    void abandon() {
        if (!isEnded()) {
            end();
            withdrawn();
        } else if (isGranted()) {
            giveBack();
        }
    }

    /** Nothing can end this wait any more; whoever calls this makes the task go on, with a cancel. */
    final void end() {
        end(End.CANCELLED);
    }

    private void end(End reason) {
        end = reason;
        task.engine().unschedule(this);
        unlink();
    }

    final boolean isEnded() {
        return end != null;
    }

    final boolean isGranted() {
        return end == End.GRANTED;
    }

    /** Whether a cancel ended it: it has to throw, even if somebody has taken the request back since. */
    boolean isCutShort() {
        return end == End.CANCELLED;
    }

    /** The futures, tasks among them, to which a cancel of the task is passed on, done or not. */
    Collection<? extends Future<?>> awaited() {
        return List.of();
    }

    /**
     * Passes a cancel of the task on to what it waits for. True when something takes it: then the task goes on waiting, until that has
     * ended. Of tasks among the {@link #awaited()} ones it only remembers that; {@link CancelSweep} cancels them, since chains may be long.
     */
    boolean forwardCancel(@Nullable String message) {
        return false;
    }

    /**
     * What the task waits for: objects of this library or of others, and nothing while it only sleeps. For dumps; any thread may look, and
     * sees it as it happens to be.
     */
    Collection<?> subjects() {
        WaitList in = list;
        return in == null ? List.of() : List.of(in.owner);
    }

    /** The {@link #subjects()} as one, an object or a word; null if it only sleeps. */
    final @Nullable Object subject() {
        Collection<?> subjects = subjects();
        return switch (subjects.size()) {
            case 0 -> null;
            case 1 -> subjects.iterator().next();
            default -> (isForAny() ? "any of " : "all of ") + subjects.size();
        };
    }

    /** Whether one of the {@link #subjects()} is enough. */
    boolean isForAny() {
        return false;
    }

    /** Whether it ends some time, whatever becomes of what the task waits for. */
    boolean isTimed() {
        return isPending();
    }

    /** The task was granted what it waits for, and is to run. */
    void goOn() {
        task.wake();
    }

    /** The task left without being granted anything: whoever stood behind it may be served now. */
    void withdrawn() {}

    /** The task was granted something and cannot take it any more. */
    void giveBack() {}
}
