// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where the callers of a fair queue stand who cannot go on at once: in the order in which they came, and only the first of
 * them waits for what they all want.
 */
final class Line {
    private final ReentrantLock first = new ReentrantLock(true); // held by the first, for which the others wait

    /** Waits until the caller is the first, and has to {@link #leave()}; false if the time ran out. */
    boolean enter(long nanos, long deadline) throws InterruptedException {
        if (nanos == Queue.NONE) {
            first.lockInterruptibly();
            return true;
        }
        return first.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    void leave() {
        first.unlock();
    }

    /** Whether the caller overtakes nobody: it is the first, or there is nobody. */
    boolean isTurn() {
        // Order matters: who waits to be the first is seen by the first look or, when that comes too late, by the
        // second.
        return first.isHeldByCurrentThread() || (!first.hasQueuedThreads() && !first.isLocked());
    }
}
