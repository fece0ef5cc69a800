// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Identity;
import java.util.function.LongSupplier;

/**
 * The run of a loop, recorded and drawn as textbooks draw it: a lane for each task, time from left to right.
 *
 * <pre>{@code
 * var timeline = new Timeline();
 * try (var loop = EventLoop.builder().record(timeline).build()) {
 *     loop.runUntilComplete(() -> {
 *         var limit = new AsyncSemaphore(1);
 *         gather(createTask("a", () -> work(limit)), createTask("b", () -> work(limit)));
 *     });
 * }
 * System.out.println(timeline.toText());
 * }</pre>
 *
 * <p>There is a lane for each task, from where it was created to where it ended, and how; and one for the callbacks of the loop, if there
 * were any. A lane tells when the task ran, when it slept or waited, and for what, when it was woken and waited for its turn, and when it
 * was off the loop, in {@link Async#blocking} or in a wait of core. Until it has its turn again it counts as off. What is waited for has the
 * name of its class and a number, in the order in which they were first waited for; a task has its own name.
 *
 * <p><b>Several loops</b> can be recorded together, one after the other or at the same time: each has its lanes below its name. Time is
 * that of the loops' clocks, which have to be the same then; it is shown from the first event.
 *
 * <p><b>Bound.</b> The newest 100,000 events are kept, some megabytes; the drawing says how many older ones were dropped. A turn of a task
 * has two or three. Where there is no memory for an event the loop goes on without it, and the drawing says how many are missing.
 *
 * <p><b>Threads.</b> It can be drawn by any thread, also while loops run: what is drawn is what has happened by then.
 *
 * <p><b>Cost.</b> A loop that is recorded reads the clock and takes a lock for each event; one that is not looks at one field.
 */
public final class Timeline {
    private static final int MOST_EVENTS = 100_000;
    private static final int COLUMNS = 100;

    private final TimelineLog log = new TimelineLog(MOST_EVENTS);

    /** Creates a timeline without events, for {@link EventLoop.Builder#record}. */
    public Timeline() {}

    Observer recorder(String loop, LongSupplier clock) {
        return new TimelineRecorder(log, loop, clock);
    }

    /**
     * Draws what was recorded so far, on a time axis of 100 columns. Any thread.
     *
     * @return as {@link #toText(int)}
     */
    public String toText() {
        return toText(COLUMNS);
    }

    /**
     * Draws what was recorded so far, in ASCII (but for the names of tasks and loops). Any thread.
     *
     * <p>A turn that is shorter than a column fills one all the same. What a task waits for stands in its wait if there is room. The last
     * line is a legend.
     *
     * @param columns how many characters the time axis is long, more than zero; the names stand before it, and there is one more behind
     *     it, for ends
     * @return several lines, without a line break at the end
     * @throws IllegalArgumentException if {@code columns} is zero or negative
     */
    public String toText(int columns) {
        return TimelineText.draw(chart(), Checks.positive(columns, "columns"));
    }

    /**
     * Draws what was recorded so far as a document in SVG, which needs nothing else. Any thread.
     *
     * <p>Each part has a title, which browsers show under the pointer, with the exact times. It can be read on a light and on a dark
     * background.
     *
     * @return the document
     */
    public String toSvg() {
        return TimelineSvg.draw(chart());
    }

    TimelineChart chart() {
        return log.chart();
    }

    /** Identity and state; any thread. */
    @Override
    public String toString() {
        return Identity.of(this) + " [events=" + log.size() + "]";
    }
}
