// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Engine;
import dev.signalbox.loop.internal.Worker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Looks at one loop from outside, again and again, and tells of a step that goes on for too long.
 *
 * <p>A step is known by the engine's number of its turn: what is seen under the same number in several looks has been going on between
 * them. All that is read here is written by others without regard for the reader. A stale value costs one look: nothing is told but what
 * was seen in a row of looks, and once more after the text was made.
 *
 * <p>A thread that waits for its own turn has done nothing wrong. It is at rest where the loop has nothing to do, and otherwise it has its
 * turn but no processor.
 */
final class Watchdog {
    private static final int LOOKS_PER_STEP = 4;
    private static final long SHORTEST_PERIOD = TimeUnit.MILLISECONDS.toNanos(1);
    /** So short that the thread of all watchdogs soon sees that it is needed no more. */
    private static final long LONGEST_PERIOD = TimeUnit.SECONDS.toNanos(1);
    /** A whole process that is stopped for a while lies between two looks, and is nobody's fault. */
    private static final int FEWEST_SIGHTINGS = 3;

    private final EventLoop loop;
    private final long slowStep;
    private final Consumer<String> report;
    private final long period;

    // Owned by the thread that watches.
    private long due = System.nanoTime();
    /** How often what goes on was seen; 0: nothing goes on. */
    private int sightings;

    private int turn;
    private boolean starved;
    private long since;
    /** How long it has to have gone on to be told of the next time. */
    private long nextReport;

    Watchdog(EventLoop loop, long slowStep, Consumer<String> report) {
        this.loop = loop;
        this.slowStep = slowStep;
        this.report = report;
        this.period = Math.min(Math.max(slowStep / LOOKS_PER_STEP, SHORTEST_PERIOD), LONGEST_PERIOD);
    }

    /** Nanoseconds from one look to the next. */
    long period() {
        return period;
    }

    void lookIfDue(long now) {
        if (now - due >= 0) {
            due = now + period;
            look(now);
        }
    }

    void look(long now) {
        Engine engine = loop.engine;
        int turnNow = engine.turn();
        Worker holder = engine.seenHolder();
        if (holder == null || (engine.isAsleep() && holder.isResting())) {
            sightings = 0;
            return;
        }
        boolean starvedNow = isStarved(holder);
        if (sightings == 0 || turnNow != turn || starvedNow != starved) {
            sightings = 1;
            turn = turnNow;
            starved = starvedNow;
            since = now;
            nextReport = slowStep;
            return;
        }
        sightings = Math.min(sightings + 1, FEWEST_SIGHTINGS);
        long age = now - since;
        if (sightings == FEWEST_SIGHTINGS && age >= nextReport) {
            while (nextReport <= age) {
                nextReport = nextReport > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : 2 * nextReport;
            }
            tell(holder, age);
        }
    }

    /** Has its turn, or was woken, and is still where it waited for that. */
    private static boolean isStarved(Worker holder) {
        return holder.isCalled() || LockSupport.getBlocker(holder.thread()) == holder;
    }

    private void tell(Worker holder, long age) {
        try {
            Task<?> task = starved ? null : loop.runningTask();
            String text = starved ? SlowStep.describeStarved(loop, holder, age) : SlowStep.describe(loop, holder, age);
            if (loop.engine.turn() == turn && loop.engine.seenHolder() == holder) {
                Jfr.slowStep(loop, task, age, text);
                report.accept(text);
            }
        } catch (Throwable e) {
            loop.handle("exception in the watchdog's report", e);
        }
    }
}
