// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.TimelineLog.Group;
import dev.signalbox.loop.TimelineLog.Lane;
import dev.signalbox.loop.TimelineLog.State;
import java.util.IdentityHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Writes down in a log what one loop does. Guarded by the baton of that loop; the log guards itself. */
final class TimelineRecorder implements Observer {
    private final TimelineLog log;
    private final Group group;
    private final LongSupplier clock;
    /** Of the tasks that have not ended. */
    private final IdentityHashMap<Task<?>, Lane> lanes = new IdentityHashMap<>();

    private final Lane callbacks;

    TimelineRecorder(TimelineLog log, String loop, LongSupplier clock) {
        this.log = log;
        this.group = new Group(loop);
        this.clock = clock;
        callbacks = log.newCallbacks(group);
    }

    @Override
    public void created(Task<?> task) {
        try {
            lanes.put(task, log.newTask(group, task.displayName()));
        } catch (OutOfMemoryError e) {
            log.lost();
        }
        add(task, State.READY);
    }

    @Override
    public void ready(Task<?> task) {
        add(task, State.READY);
    }

    @Override
    public void runs(Task<?> task) {
        add(task, State.RUNS);
    }

    @Override
    public void waits(Task<?> task, Wait wait) {
        add(lanes.get(task), State.WAITS, wait);
    }

    @Override
    public void leaves(Task<?> task, Wait wait) {
        add(lanes.get(task), State.OFF, wait);
    }

    @Override
    public void ended(Task<?> task) {
        State wrong = task.exception() == null ? State.CANCELLED : State.FAILED;
        add(task, task.hasFailed() ? wrong : State.DONE);
        lanes.remove(task);
    }

    @Override
    public void callbackBegins() {
        add(callbacks, State.RUNS, null);
    }

    @Override
    public void callbackEnds() {
        add(callbacks, State.IDLE, null);
    }

    private void add(Task<?> task, State state) {
        add(lanes.get(task), state, null);
    }

    private void add(@Nullable Lane lane, State state, @Nullable Wait wait) {
        if (lane == null) {
            return; // an abandoned task has ended, and yet it parks
        }
        try {
            Object subject = wait == null ? null : wait.subject();
            boolean sleeps = state == State.WAITS && subject == null;
            log.add(lane, clock.getAsLong(), sleeps ? State.SLEEPS : state, subject);
        } catch (OutOfMemoryError e) {
            log.lost(); // a gap in the drawing is better than a loop that fails
        }
    }
}
