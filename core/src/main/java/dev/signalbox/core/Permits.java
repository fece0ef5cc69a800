// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.OpenGuards;
import java.util.concurrent.locks.AbstractQueuedLongSynchronizer;
import org.jspecify.annotations.Nullable;

/** The state of a semaphore, its bound and its free permits in one word, and the queue of those who wait for it. */
final class Permits extends AbstractQueuedLongSynchronizer {
    /*
     * The state is two ints: the bound above, the free permits below. Both change in one CAS, so a release can check the
     * bound and add, and a resize can move both, without a moment in which one fits and the other does not.
     *
     *     63            32 31             0
     *    +----------------+----------------+
     *    |  bound (>= 0)  | free (signed)  |
     *    +----------------+----------------+
     *
     * out = bound - free is what has been acquired and not yet released. Invariants:
     *   - 0 <= out <= Integer.MAX_VALUE: an acquire takes from free > 0 only, a release fails for free > bound, and a
     *     resize keeps out as it is. So bound - free and newBound - out cannot overflow.
     *   - free < 0 is a debt of a resize; nobody can acquire until releases have paid it or a resize has lifted it.
     *   - A semaphore without a bound has Integer.MAX_VALUE, the most that free can count.
     */

    private static final long serialVersionUID = 1L;

    private static final @Nullable OpenGuards WATCHED = OpenGuards.OF_CORE;

    private final boolean fair;

    /** Written while guards are watched. */
    private transient volatile boolean releasedByHand;

    Permits(int bound, int free, boolean fair) {
        this.fair = fair;
        setState(pack(bound, free));
    }

    private static long pack(int bound, int free) {
        return (long) bound << Integer.SIZE | Integer.toUnsignedLong(free);
    }

    static int bound(long state) {
        return (int) (state >>> Integer.SIZE);
    }

    static int free(long state) {
        return (int) state;
    }

    /** Returns bound and free permits of one moment, to be taken apart by {@link #bound} and {@link #free}. */
    long snapshot() {
        return getState();
    }

    /** Takes {@code n} permits if they are free, whoever else waits for them. */
    boolean tryAcquireBarging(int n) {
        for (; ; ) {
            long state = getState();
            if (free(state) < n) {
                return false;
            }
            // free >= n > 0, so there is no borrow from the bound
            if (compareAndSetState(state, state - n)) {
                return true;
            }
        }
    }

    /** As {@link #tryAcquireBarging}, but behind those who wait already if this semaphore is fair. */
    boolean tryAcquireInTurn(int n) {
        return !(fair && hasQueuedPredecessors()) && tryAcquireBarging(n);
    }

    /** Returns a guard for permits that the caller has just acquired. */
    Guard guard(Semaphore semaphore, int n) {
        Guard guard = new PermitGuard(semaphore, n);
        return WATCHED == null ? guard : WATCHED.watch(guard, semaphore, () -> releasedByHand);
    }

    /** Returns {@code n} permits, for a caller without a guard. */
    void releaseByHand(int n) {
        releaseShared(n);
        if (WATCHED != null && !releasedByHand) {
            releasedByHand = true;
        }
    }

    @Override
    protected long tryAcquireShared(long n) {
        // The queue passes a wake-up on after every shared acquire, so how many permits are left does not matter here.
        return tryAcquireInTurn((int) n) ? 1 : -1;
    }

    /** Returns {@code n} permits; with zero it only wakes the first in the queue. */
    @Override
    protected boolean tryReleaseShared(long n) {
        for (; ; ) {
            long state = getState();
            int bound = bound(state);
            int free = free(state);
            if (free + n > bound) {
                throw Checks.overRelease(free + n, bound);
            }
            // Only a debt carries into the bound. Without one the CAS waits for one addition, and not for the packing.
            long next = free >= 0 ? state + n : pack(bound, (int) (free + n));
            if (compareAndSetState(state, next)) {
                return true;
            }
        }
    }

    /** Moves the bound, and the free permits with it: what is out stays out. */
    void resize(int newBound) {
        for (; ; ) {
            long state = getState();
            int out = bound(state) - free(state);
            if (compareAndSetState(state, pack(newBound, newBound - out))) {
                break;
            }
        }
        // After the CAS: whoever is woken has to see the permits. Needless after a shrink, and harmless.
        releaseShared(0);
    }
}
