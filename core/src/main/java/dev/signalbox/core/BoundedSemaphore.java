// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Identity;

/**
 * A {@link Semaphore} that knows how many permits it has in all, and refuses to be given more.
 *
 * <p>A release beyond the bound throws {@link IllegalStateException} and changes nothing, so that a permit which is
 * released twice is found at once and not as a limit that has silently grown. The bound can be moved while the semaphore
 * is in use, see {@link #resize(int)}.
 *
 * <pre>{@code
 * var workers = new BoundedSemaphore(8);
 * workers.resize(2); // under load: whoever holds a permit keeps it, nobody gets one until fewer than two are out
 * }</pre>
 *
 * <p>Fairness, interruption and memory consistency effects are those of {@link Semaphore}.
 *
 * <p>Python: {@code threading.BoundedSemaphore}, which cannot be resized; the total of trio's {@code CapacityLimiter}
 * can.
 */
public final class BoundedSemaphore extends Semaphore {
    /**
     * Creates a semaphore whose permits are all free, and that lets callers barge.
     *
     * @param bound how many permits there are, at least 0
     * @throws IllegalArgumentException if {@code bound} is negative
     */
    public BoundedSemaphore(int bound) {
        this(bound, false);
    }

    private BoundedSemaphore(int bound, boolean fair) {
        super(new Permits(Checks.notNegative(bound, "bound"), bound, fair));
    }

    /**
     * Creates a semaphore whose permits are all free, and that serves its callers in the order in which they arrived.
     *
     * @param bound how many permits there are, at least 0
     * @return the semaphore
     * @throws IllegalArgumentException if {@code bound} is negative
     */
    public static BoundedSemaphore fair(int bound) {
        return new BoundedSemaphore(bound, true);
    }

    /**
     * Returns how many permits there are, free or out.
     *
     * @return the bound
     */
    public int bound() {
        return Permits.bound(sync().snapshot());
    }

    /**
     * Moves the bound, from any thread and without waiting.
     *
     * <p>What is out stays out. Growing frees the new permits and wakes who can then go on. Shrinking takes free permits
     * away; when more are out than the new bound allows, the rest is a debt: {@link #availablePermits()} is negative,
     * nobody acquires, and releases pay the debt before they free a permit. Growing again lowers the debt first, so
     * there are never more permits out than the bound in force when the last of them was acquired.
     *
     * @param bound how many permits there are to be, at least 0
     * @throws IllegalArgumentException if {@code bound} is negative
     */
    public void resize(int bound) {
        sync().resize(Checks.notNegative(bound, "bound"));
    }

    @Override
    public String toString() {
        long state = sync().snapshot();
        return Identity.of(this) + " [permits=" + Permits.free(state) + ", bound=" + Permits.bound(state) + ", waiters="
                + waiters() + ']';
    }
}
