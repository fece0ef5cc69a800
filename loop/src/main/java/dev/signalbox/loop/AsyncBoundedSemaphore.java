// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Checks;

/**
 * A semaphore for the tasks of one loop that refuses to be released more often than it was acquired: {@code asyncio.BoundedSemaphore}.
 *
 * <p>Everything else is as in {@link AsyncSemaphore}. A request for more permits than the bound waits until {@link #resize} has made room.
 */
public final class AsyncBoundedSemaphore extends AsyncSemaphore {
    private int bound; // guarded by the baton

    /**
     * Creates a semaphore whose permits are all free.
     *
     * @param bound how many permits there are, zero or more
     * @throws IllegalArgumentException if {@code bound} is negative
     */
    public AsyncBoundedSemaphore(int bound) {
        super(Checks.notNegative(bound, "bound"));
        this.bound = bound;
    }

    @Override
    int most() {
        return bound;
    }

    /**
     * How many permits there are in all.
     *
     * @return the bound
     * @throws WrongLoopException off its loop
     */
    public int bound() {
        check();
        return bound;
    }

    /**
     * Changes how many permits there are in all. Never waits: if more are out than the new bound allows, the difference is a debt, and
     * releases pay it before anybody is served.
     *
     * @param bound the new bound, zero or more
     * @throws IllegalArgumentException if {@code bound} is negative
     * @throws WrongLoopException off its loop
     */
    public void resize(int bound) {
        check();
        Checks.notNegative(bound, "bound");
        int difference = bound - this.bound;
        this.bound = bound;
        add(difference);
    }

    @Override
    String state() {
        return "bound=" + bound + ", " + super.state();
    }
}
