// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The durations that the tests of every timed call use. */
final class Timeouts {
    /** Runs out for sure, and after the caller has parked. */
    static final Duration SHORT = Duration.ofMillis(20);

    /** Longer than any test, and than nanoseconds can count. */
    static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private Timeouts() {}

    /** What a method that counts in nanoseconds is given for a duration. */
    static long nanos(Duration timeout) {
        return TimeUnit.NANOSECONDS.convert(timeout);
    }

    /** Durations with which a timed call tries once. */
    static Stream<Duration> expired() {
        return Stream.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE));
    }
}
