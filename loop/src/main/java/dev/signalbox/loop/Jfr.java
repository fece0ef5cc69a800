// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The way to Java Flight Recorder: nothing behind it is touched where the module {@code jdk.jfr} is missing, nor before somebody has begun
 * to use it, since its first event alone loads a hundred classes.
 */
final class Jfr {
    /** A constant, so that the compiler drops what nobody can ask for. */
    private static final boolean IS_THERE = isThere();

    private Jfr() {}

    private static boolean isThere() {
        try {
            boolean unused = FlightRecorder.isInitialized();
            return true;
        } catch (LinkageError e) {
            return false;
        }
    }

    private static boolean isUsed() {
        return IS_THERE && FlightRecorder.isInitialized();
    }

    /** Whether a recording asks for waits at this moment: costs no more than to read a field or two, and allocates nothing. */
    static boolean recordsWaits() {
        return isUsed() && JfrEvents.areWaitsRecorded();
    }

    /**
     * Records the waits of one loop.
     *
     * @param loop its name
     * @param next sees all the same; may be null
     * @return an observer for as long as {@link #recordsWaits()}; null if that can never be
     */
    static @Nullable Observer observer(String loop, @Nullable Observer next) {
        return IS_THERE ? new JfrEvents(loop, next) : null;
    }

    /** Records a step that goes on, if a recording asks for that. */
    static void slowStep(EventLoop loop, @Nullable Task<?> task, long nanos, String report) {
        if (isUsed()) {
            JfrEvents.slowStep(loop, task, nanos, report);
        }
    }
}
