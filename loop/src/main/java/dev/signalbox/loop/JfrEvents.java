// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * What Java Flight Recorder is told of one loop; to be reached by {@link Jfr} only.
 *
 * <p>It keeps nothing itself: an open event hangs on its {@link Wait}, and is garbage with it when the recording ends before the wait.
 */
final class JfrEvents implements Observer {
    private final String loop;
    private final @Nullable Observer next;

    JfrEvents(String loop, @Nullable Observer next) {
        this.loop = loop;
        this.next = next;
    }

    @Name("dev.signalbox.TaskWait")
    @Label("Task Wait")
    @Category({"Signalbox", "Event Loop"})
    @Description("A task of an event loop waited, until it had its turn again")
    @Threshold("20 ms")
    @SuppressWarnings("UnusedVariable") // the recorder reads them
    private static final class TaskWaitEvent extends Event {
        /** Asked whether waits are recorded, which needs an event, and never recorded. */
        static final TaskWaitEvent PROBE = new TaskWaitEvent();

        @Label("Event Loop")
        @Nullable
        String loop;

        @Label("Task")
        @Nullable
        String task;

        @Label("Awaited")
        @Description("What it waited for; nothing if it slept")
        @Nullable
        String awaited;

        transient @Nullable Object subject;
    }

    @Name("dev.signalbox.SlowStep")
    @Label("Slow Step")
    @Category({"Signalbox", "Event Loop"})
    @Description("A task or callback held its event loop for longer than its watchdog allows, and went on")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the recorder reads them
    private static final class SlowStepEvent extends Event {
        @Label("Event Loop")
        @Nullable
        String loop;

        @Label("Task")
        @Description("The task that ran; nothing if it was a callback, or the thread did not run")
        @Nullable
        String task;

        @Label("Held For")
        @Timespan(Timespan.NANOSECONDS)
        long heldFor;

        @Label("Report")
        @Description("What the watchdog reported, with the stack")
        @Nullable
        String report;
    }

    static boolean areWaitsRecorded() {
        return TaskWaitEvent.PROBE.isEnabled();
    }

    static void slowStep(EventLoop loop, @Nullable Task<?> task, long nanos, String report) {
        SlowStepEvent event = new SlowStepEvent();
        event.loop = loop.name();
        event.task = task == null ? null : task.displayName();
        event.heldFor = nanos;
        event.report = report;
        event.commit();
    }

    // ---------------------------------------------------------------- waits

    @Override
    public void waits(Task<?> task, Wait wait) {
        begin(wait);
        if (next != null) {
            next.waits(task, wait);
        }
    }

    @Override
    public void leaves(Task<?> task, Wait wait) {
        begin(wait);
        if (next != null) {
            next.leaves(task, wait);
        }
    }

    @Override
    public void runs(Task<?> task) {
        Wait wait = task.waiting();
        if (wait != null && wait.recorded instanceof TaskWaitEvent event) {
            wait.recorded = null;
            end(task, event);
        }
        if (next != null) {
            next.runs(task);
        }
    }

    /** A wait that is not in the recording is better than a loop that fails. */
    private static void begin(Wait wait) {
        try {
            TaskWaitEvent event = new TaskWaitEvent();
            event.subject = wait.subject();
            event.begin();
            wait.recorded = event;
        } catch (OutOfMemoryError e) {
            wait.recorded = null;
        }
    }

    private void end(Task<?> task, TaskWaitEvent event) {
        event.end();
        try {
            if (event.shouldCommit()) {
                event.loop = loop;
                event.task = task.displayName();
                event.awaited = event.subject == null ? null : Named.briefly(event.subject);
                event.commit();
            }
        } catch (OutOfMemoryError e) {
            event.subject = null;
        }
    }

    // ---------------------------------------------------------------- nothing of this is recorded

    @Override
    public void created(Task<?> task) {
        if (next != null) {
            next.created(task);
        }
    }

    @Override
    public void ready(Task<?> task) {
        if (next != null) {
            next.ready(task);
        }
    }

    @Override
    public void ended(Task<?> task) {
        if (next != null) {
            next.ended(task);
        }
    }

    @Override
    public void callbackBegins() {
        if (next != null) {
            next.callbackBegins();
        }
    }

    @Override
    public void callbackEnds() {
        if (next != null) {
            next.callbackEnds();
        }
    }
}
