// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Conversions of durations that never fail. */
public final class Durations {
    private Durations() {}

    /**
     * Returns the duration in nanoseconds, saturated where {@link Duration#toNanos()} throws.
     *
     * @param duration any duration
     * @return its nanoseconds; {@link Long#MAX_VALUE} or {@link Long#MIN_VALUE} when they do not fit
     */
    public static long saturatedNanos(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }
}
