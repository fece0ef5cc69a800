// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was written down about the runs of loops: the newest events, up to a bound. Of those that are dropped each lane keeps its last one,
 * so that its state is known from the first event that is left; a lane goes together with its end.
 *
 * <p>Any thread. Guarded by its monitor, which opens even if the stack of a task ends within, as no other lock does.
 */
final class TimelineLog {
    /** What a lane does from an event on. */
    enum State {
        READY,
        RUNS,
        SLEEPS,
        WAITS,
        OFF,
        IDLE,
        DONE,
        FAILED,
        CANCELLED;

        boolean isEnd() {
            return this == DONE || this == FAILED || this == CANCELLED;
        }
    }

    /** The lanes of one loop belong together. */
    static final class Group {
        final String loop;

        Group(String loop) {
            this.loop = loop;
        }
    }

    /** A task, or the callbacks of a loop. */
    static final class Lane {
        final Group group;
        final String name;
        final boolean isCallbacks;
        private @Nullable Event dropped; // guarded by the log

        private Lane(Group group, String name, boolean isCallbacks) {
            this.group = group;
            this.name = name;
            this.isCallbacks = isCallbacks;
        }
    }

    /** From then on the lane is in that state; the label names what it waits for. */
    record Event(
            Lane lane, long nanos, State state, @Nullable String label) {}

    private final int most;
    private final Deque<Event> events;
    private final Set<Lane> lanes = new LinkedHashSet<>();
    private final Map<Object, String> names =
            new WeakHashMap<>(); // by identity: no class of the library equals otherwise
    private final Map<String, Integer> counts = new HashMap<>();
    private long dropped;
    private long lost;

    /**
     * An empty log.
     *
     * @param most how many events it keeps
     */
    TimelineLog(int most) {
        this.most = most;
        this.events = new ArrayDeque<>(most); // it never grows: that can fail halfway
    }

    // ---------------------------------------------------------------- writing

    synchronized Lane newTask(Group group, String name) {
        return newLane(new Lane(group, name, false));
    }

    synchronized Lane newCallbacks(Group group) {
        return newLane(new Lane(group, "(callbacks)", true));
    }

    private Lane newLane(Lane lane) {
        lanes.add(lane);
        return lane;
    }

    /**
     * Adds an event.
     *
     * @param subject what the lane waits for, an object or a word
     */
    synchronized void add(Lane lane, long nanos, State state, @Nullable Object subject) {
        if (events.size() == most) {
            drop(events.remove());
        }
        events.add(new Event(lane, nanos, state, subject == null ? null : nameOf(subject)));
    }

    /** There was no memory for an event. */
    synchronized void lost() {
        lost++;
    }

    private void drop(Event oldest) {
        dropped++;
        Lane lane = oldest.lane();
        lane.dropped = oldest;
        if (oldest.state().isEnd()) {
            lanes.remove(lane);
        }
    }

    /** Numbers, not hash codes: the same run is drawn alike each time. */
    private String nameOf(Object subject) {
        if (subject instanceof String word) {
            return word;
        }
        if (subject instanceof Task<?> task) {
            return task.displayName();
        }
        return names.computeIfAbsent(subject, unnamed -> {
            String type = unnamed.getClass().getSimpleName();
            return type + "-" + counts.merge(type, 1, Integer::sum);
        });
    }

    // ---------------------------------------------------------------- reading

    /** What there is, as it is now. */
    TimelineChart chart() {
        List<Event> before = new ArrayList<>();
        List<Lane> lanesNow;
        List<Event> eventsNow;
        long droppedNow;
        long lostNow;
        synchronized (this) { // copies only: a loop may be waiting to write
            for (Lane lane : lanes) {
                if (lane.dropped != null) {
                    before.add(lane.dropped);
                }
            }
            lanesNow = List.copyOf(lanes);
            eventsNow = List.copyOf(events);
            droppedNow = dropped;
            lostNow = lost;
        }
        return TimelineChart.of(lanesNow, before, eventsNow, droppedNow, lostNow);
    }

    synchronized int size() {
        return events.size();
    }
}
