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
        lanes.put(task, log.newTask(group, task.displayName()));
        add(task, State.READY, null);
    }

    @Override
    public void ready(Task<?> task) {
        add(task, State.READY, null);
    }

    @Override
    public void runs(Task<?> task) {
        add(task, State.RUNS, null);
    }

    @Override
    public void waits(Task<?> task, Wait wait) {
        Object subject = wait.subject();
        add(task, subject == null ? State.SLEEPS : State.WAITS, subject);
    }

    @Override
    public void leaves(Task<?> task, Wait wait) {
        add(task, State.OFF, wait.subject());
    }

    @Override
    public void ended(Task<?> task) {
        State wrong = task.exception() == null ? State.CANCELLED : State.FAILED;
        add(task, task.hasFailed() ? wrong : State.DONE, null);
        lanes.remove(task);
    }

    @Override
    public void callbackBegins() {
        log.add(callbacks, clock.getAsLong(), State.RUNS, null);
    }

    @Override
    public void callbackEnds() {
        log.add(callbacks, clock.getAsLong(), State.IDLE, null);
    }

    private void add(Task<?> task, State state, @Nullable Object subject) {
        Lane lane = lanes.get(task);
        if (lane != null) { // an abandoned task has ended, and yet it parks
            log.add(lane, clock.getAsLong(), state, subject);
        }
    }
}
