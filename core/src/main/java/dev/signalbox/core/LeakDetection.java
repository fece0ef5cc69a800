// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

/**
 * How many of the {@linkplain Guard guards} that are handed out are watched: one that is never closed is reported, with
 * the place where it was acquired.
 *
 * <p>The system property {@code dev.signalbox.leaks} ({@code off}, {@code sampled} or {@code full}) sets the level of the
 * process when this library is first used; any other value fails that first use. An event loop can have a level of its own
 * for its tasks and its {@code Async} primitives.
 *
 * <p>A watched guard is reported once: when the task that acquired it ends before it was closed, or when it is collected
 * as garbage without having been closed. The report has an exception that was made by the acquire, so its stack trace is
 * the place. What a task of an event loop leaves open goes to the exception handler of the loop; a guard of this module
 * that was collected is an error in the system logger {@code dev.signalbox.core}.
 *
 * <p>A task that acquires and hands the guard to another one, to be closed there, is reported like any other that ends
 * before its guard is closed.
 *
 * <p>Guards may be ignored where {@code release()} or {@code unlock()} gives back what was acquired. So of an object on
 * which one of these was ever called no guard is reported. A guard that was ignored on purpose, and collected before the
 * first such call on its object, is reported although it is no leak.
 *
 * <p>After the {@code ResourceLeakDetector} of Netty.
 */
public enum LeakDetection {
    /** No guard is watched, which costs nothing: the default. */
    OFF,

    /** One guard in 128, chosen at random: for production. */
    SAMPLED,

    /** Every guard, each with a stack trace: for tests. */
    FULL
}
