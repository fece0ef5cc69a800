// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.TimelineLog.Event;
import dev.signalbox.loop.TimelineLog.Group;
import dev.signalbox.loop.TimelineLog.Lane;
import dev.signalbox.loop.TimelineLog.State;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a drawing shows: for each loop its lanes, and of each lane what it did and for how long. Immutable.
 *
 * @param from the time of the first event
 * @param to the time of the last event
 * @param loops those that have lanes
 * @param dropped how many events are missing at the beginning
 * @param lost how many are missing anywhere, since there was no memory for them
 */
record TimelineChart(long from, long to, List<Loop> loops, long dropped, long lost) {
    /** The longest distance between two marks: the next would not be a long any more, and no run has more than ten of these. */
    private static final long LONGEST_STEP = 1_000_000_000_000_000_000L;

    /** The lanes of a loop: its tasks in the order in which they were made, then its callbacks. */
    record Loop(String name, List<Row> rows) {}

    /** A lane; without an end it was still going on. */
    record Row(Lane lane, List<Span> spans, @Nullable State end) {
        String name() {
            return lane.name;
        }

        boolean isCallbacks() {
            return lane.isCallbacks;
        }

        long endNanos() {
            return spans.get(spans.size() - 1).to();
        }
    }

    /**
     * The time that a lane spent in one state.
     *
     * @param goesOn whether that was still so at the end
     */
    record Span(long from, long to, State state, @Nullable String label, boolean goesOn) {}

    /**
     * Sorts events by their lanes.
     *
     * @param before the last of the dropped events of each lane that has any
     */
    static TimelineChart of(List<Lane> lanes, List<Event> before, List<Event> events, long dropped, long lost) {
        long from = events.stream().mapToLong(Event::nanos).min().orElse(0);
        long to = events.stream().mapToLong(Event::nanos).max().orElse(0);
        Map<Lane, List<Event>> eventsOf = new HashMap<>();
        for (Event event : before) {
            listOf(event.lane(), eventsOf).add(new Event(event.lane(), from, event.state(), event.label()));
        }
        events.forEach(event -> listOf(event.lane(), eventsOf).add(event));
        Map<Group, List<Row>> rowsOf = new LinkedHashMap<>();
        for (Lane lane : lanes) {
            List<Event> own = eventsOf.get(lane);
            Row row = own == null ? null : row(lane, own, to);
            if (row != null && !row.spans().isEmpty()) { // none: all but its end was lost
                listOf(lane.group, rowsOf).add(row);
            }
        }
        List<Loop> loops = new ArrayList<>();
        rowsOf.forEach((group, rows) -> {
            rows.sort(Comparator.comparing(Row::isCallbacks));
            loops.add(new Loop(group.loop, rows));
        });
        return new TimelineChart(from, to, loops, dropped, lost);
    }

    private static <K, V> List<V> listOf(K key, Map<K, List<V>> lists) {
        return lists.computeIfAbsent(key, k -> new ArrayList<>());
    }

    private static Row row(Lane lane, List<Event> events, long to) {
        List<Span> spans = new ArrayList<>();
        State end = null;
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            if (event.state().isEnd()) {
                end = event.state();
            } else {
                boolean isLast = i + 1 == events.size();
                long until = isLast ? to : events.get(i + 1).nanos();
                spans.add(new Span(event.nanos(), until, event.state(), event.label(), isLast));
            }
        }
        return new Row(lane, spans, end);
    }

    long length() {
        return to - from;
    }

    boolean isEmpty() {
        return loops.isEmpty();
    }

    /** What is to be said of events that are missing; empty if none is. */
    String note() {
        String droppedOnes = dropped == 0 ? "" : "the oldest " + dropped + " events were dropped";
        String lostOnes = lost == 0 ? "" : lost + " events are missing, for which there was no memory";
        return droppedOnes + (dropped == 0 || lost == 0 ? "" : "; ") + lostOnes;
    }

    // ---------------------------------------------------------------- for both drawings

    /** A mark on the axis. */
    record Tick(long nanos, String label) {}

    /** Round points of time from the start, so many at the most that there is room for their labels. */
    List<Tick> ticks(int most) {
        long step = 1;
        while (length() / step >= most && step < LONGEST_STEP) {
            // 1, 2, 5, 10, …
            step = Long.toString(step).startsWith("2") ? step / 2 * 5 : step * 2;
        }
        List<Tick> ticks = new ArrayList<>();
        for (long i = 0; i <= length() / step; i++) {
            ticks.add(new Tick(i * step, inUnitOf(step, i * step)));
        }
        return ticks;
    }

    private static String inUnitOf(long step, long nanos) {
        if (step >= 1_000_000_000) {
            return nanos / 1_000_000_000 + " s";
        }
        if (step >= 1_000_000) {
            return nanos / 1_000_000 + " ms";
        }
        return step >= 1_000 ? nanos / 1_000 + " us" : nanos + " ns";
    }

    /** A time, exactly, in milliseconds. */
    static String millis(long nanos) {
        return BigDecimal.valueOf(nanos, 6).stripTrailingZeros().toPlainString() + " ms";
    }
}
