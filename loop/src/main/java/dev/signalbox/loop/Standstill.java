// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Engine;
import dev.signalbox.loop.internal.Lull;
import dev.signalbox.loop.internal.Simulation;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a loop does when nothing is ready, before it would sleep: it lets a task go on that waits for this very moment, moves virtual time to
 * the next timer, and fails when nothing can ever run again. Guarded by the baton.
 */
final class Standstill implements Lull {
    /** How often to look for a ring that somebody outside has closed meanwhile. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final EventLoop loop;
    private final @Nullable Simulation virtual;
    private final boolean failOnStall;
    /** When it was last looked for rings, in real time. */
    private long looked = System.nanoTime();

    /** Those who go on when nobody else can. */
    private final WaitList settling = new WaitList("everybody else");

    Standstill(EventLoop loop, @Nullable Simulation simulation, boolean failOnStall) {
        this.loop = loop;
        this.virtual = simulation != null && simulation.hasVirtualTime() ? simulation : null;
        this.failOnStall = failOnStall;
    }

    boolean hasVirtualTime() {
        return virtual != null;
    }

    /** Virtual time since it began, in nanoseconds: it begins at zero. */
    long elapsed() {
        return loop.engine.nanoTime();
    }

    /** Waits until nothing else is ready. */
    void settle(Task<?> task) {
        Wait wait = new Wait(task);
        settling.add(wait);
        task.suspend(wait, Task.FOREVER);
    }

    /** Lets one go on that waits for everybody else to do so, of those who came first; false when there is none. */
    boolean letSettle() {
        if (settling.isEmpty()) {
            return false;
        }
        settling.signalFirst();
        return true;
    }

    /** Lets time pass from timer to timer, and everybody do at each what there is to do. */
    void advance(Task<?> task, long nanos) {
        Simulation clock = Objects.requireNonNull(virtual);
        long end = elapsed() + Math.min(nanos, Engine.LONGEST_DELAY);
        settle(task);
        for (long left = end - elapsed(); left > 0; left = end - elapsed()) {
            clock.advance(Math.min(left, clock.nanosToNextTimer()));
            settle(task);
        }
    }

    @Override
    public long nanosToSleep(long nanosToTimer) {
        if (letSettle()) {
            return 0;
        }
        if (loop.isClosing()) {
            return nanosToTimer;
        }
        boolean out = loop.isAnythingOut();
        if (virtual != null && !out && nanosToTimer != Engine.FOREVER) {
            virtual.advance(nanosToTimer);
            return 0;
        }
        long nanos = virtual == null ? nanosToTimer : Engine.FOREVER; // which stands still for those who are out
        if (!failOnStall) {
            return nanos;
        }
        if (nanosToTimer == Engine.FOREVER && isStalled(out)) {
            loop.engine.stop(new StalledLoopException(WaitGraph.stall(loop)));
            return 0;
        }
        return Math.min(nanos, LOOK_NANOS);
    }

    /**
     * Whether nobody here can go on, where no timer runs. Who is out may come back, unless it waits for one of the others. And a run that has no
     * end of its own may always be sent something, which does not help tasks that wait for each other.
     */
    private boolean isStalled(boolean out) {
        if (!out && loop.isEnding()) {
            return true;
        }
        long now = System.nanoTime();
        if (now - looked < LOOK_NANOS) {
            return false; // to go through all tasks at each sleep would be dear
        }
        looked = now;
        return WaitGraph.ring(loop) != null && (!out || WaitGraph.isEverybodyStuck(loop));
    }
}
