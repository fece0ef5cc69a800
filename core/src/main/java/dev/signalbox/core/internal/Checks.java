// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import java.time.Duration;
import java.util.Objects;

/** Checks of arguments whose messages name the argument, its value and what is allowed. */
public final class Checks {
    private Checks() {}

    /**
     * Requires a number greater than zero.
     *
     * @param n the value of the argument
     * @param name the name of the argument
     * @return {@code n}
     * @throws IllegalArgumentException if {@code n} is zero or negative
     */
    public static int positive(int n, String name) {
        if (n <= 0) {
            throw unexpected(n, name, "> 0");
        }
        return n;
    }

    /**
     * Requires a duration longer than zero.
     *
     * @param duration the value of the argument
     * @param name the name of the argument
     * @return {@code duration}
     * @throws NullPointerException if {@code duration} is null
     * @throws IllegalArgumentException if {@code duration} is zero or negative
     */
    public static Duration positive(Duration duration, String name) {
        if (Objects.requireNonNull(duration, name).compareTo(Duration.ZERO) <= 0) {
            throw unexpected(duration, name, "> 0");
        }
        return duration;
    }

    /**
     * Requires a number that is not below zero.
     *
     * @param n the value of the argument
     * @param name the name of the argument
     * @return {@code n}
     * @throws IllegalArgumentException if {@code n} is negative
     */
    public static int notNegative(int n, String name) {
        if (n < 0) {
            throw unexpected(n, name, ">= 0");
        }
        return n;
    }

    /**
     * Requires the capacity of a queue, which is greater than zero; Python's 0 gets a hint.
     *
     * @param capacity the value of the argument
     * @param type the simple name of the queue's class
     * @return {@code capacity}
     * @throws IllegalArgumentException if {@code capacity} is zero or negative
     */
    public static int capacity(int capacity, String type) {
        if (capacity <= 0) {
            throw unexpected(capacity, "capacity", "> 0; for an unbounded queue use new " + type + "<>()");
        }
        return capacity;
    }

    /**
     * Requires that the calling thread is not interrupted; otherwise clears its interrupt status and throws.
     *
     * @throws InterruptedException if the calling thread is interrupted
     */
    public static void notInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before the call");
        }
    }

    /**
     * Returns the exception for a release that would leave more permits free than there are.
     *
     * @param free how many would be free
     * @param bound how many there are; {@link Integer#MAX_VALUE} for a semaphore without a bound
     * @return the exception to throw
     */
    public static IllegalStateException overRelease(long free, int bound) {
        String rule = bound == Integer.MAX_VALUE
                ? "released more permits than a semaphore can hold: "
                : "released more permits than acquired: ";
        return new IllegalStateException(rule + free + " of " + bound);
    }

    // Apart, so that the checks stay small enough to be inlined everywhere.
    private static IllegalArgumentException unexpected(Object value, String name, String expected) {
        return new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
}
