// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

/** Who is asked when nothing is ready, before the holder of the baton goes to sleep. */
@FunctionalInterface
public interface Lull {
    /**
     * Runs as bookkeeping, so it calls no user code. Nothing has been posted either, a moment ago.
     *
     * @param nanosToTimer how long it is until the next timer; {@link Engine#FOREVER} when there is none
     * @return how long to sleep for a post; zero or less: look again, there may be something now
     */
    long nanosToSleep(long nanosToTimer);
}
