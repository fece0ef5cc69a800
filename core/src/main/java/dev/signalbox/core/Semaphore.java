// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.Waits;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;

/**
 * A counting semaphore: a number of permits that threads and tasks take and give back.
 *
 * <p>An acquire takes permits, and waits while there are too few; a release adds permits and wakes who can then go on. A
 * permit has no owner: any thread may release, and a release without an acquire adds a permit. Where that would be a
 * mistake, use {@link BoundedSemaphore}, which refuses it.
 *
 * <pre>{@code
 * private final Semaphore connections = new BoundedSemaphore(4);
 *
 * String fetch(URI page) throws InterruptedException {
 *     try (var held = connections.acquire()) {
 *         return download(page);
 *     }
 * }
 * }</pre>
 *
 * <p>Several permits are acquired all or none. A caller that wants more than will ever be free waits until it is
 * interrupted, and a try for so many is false.
 *
 * <p><b>Fairness.</b> By default an acquire takes free permits at once even when others wait for them (barging), which
 * is fastest. A {@linkplain #fair(int) fair} semaphore serves in the order of arrival; there a caller that wants many
 * permits holds up those behind it that want few. The untimed {@link #tryAcquire()} barges even then. Two callers that ask
 * at nearly the same time may arrive in either order, and so may two tasks of one event loop: a task lets its loop go on
 * before it stands in the queue.
 *
 * <p><b>Interruption.</b> A waiting caller that is interrupted, or whose time runs out, leaves the queue without a
 * permit; one that got its permits has them, and keeps its interrupt status for the next wait.
 *
 * <p><b>Memory consistency effects:</b> what a thread does before it releases a permit <i>happens before</i> what
 * another does after it has acquired that permit.
 *
 * <p>After {@link java.util.concurrent.Semaphore}, from which it differs in that {@code acquire} returns a
 * {@link Guard}, time is a {@link Duration}, and zero permits are refused in {@code acquire}, {@code tryAcquire} and
 * {@code release}. Python: {@code threading.Semaphore}.
 */
public sealed class Semaphore permits BoundedSemaphore {
    private final Permits sync;

    /**
     * Creates a semaphore that lets callers barge.
     *
     * @param permits how many permits are free at first, at least 0
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public Semaphore(int permits) {
        this(new Permits(Integer.MAX_VALUE, Checks.notNegative(permits, "permits"), false));
    }

    /** Creates a semaphore on the given state. */
    Semaphore(Permits sync) {
        this.sync = sync;
    }

    /**
     * Creates a semaphore that serves its callers in the order in which they arrived.
     *
     * @param permits how many permits are free at first, at least 0
     * @return the semaphore
     * @throws IllegalArgumentException if {@code permits} is negative
     */
    public static Semaphore fair(int permits) {
        return new Semaphore(new Permits(Integer.MAX_VALUE, Checks.notNegative(permits, "permits"), true));
    }

    // ---------------------------------------------------------------------------------------------------- acquiring

    /**
     * Takes one permit, and waits until there is one.
     *
     * @return a guard that gives the permit back
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no permit
     */
    public Guard acquire() throws InterruptedException {
        return acquire(1);
    }

    /**
     * Takes that many permits at once, and waits until there are enough.
     *
     * @param permits how many, at least 1; more than will ever be free is allowed, and waits
     * @return a guard that gives all of them back
     * @throws IllegalArgumentException if {@code permits} is zero or negative
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no permit
     */
    public Guard acquire(int permits) throws InterruptedException {
        Checks.positive(permits, "permits");
        Checks.notInterrupted();
        if (!sync.tryAcquireInTurn(permits)) {
            Waits.await(this, () -> {
                sync.acquireSharedInterruptibly(permits);
                return true;
            });
        }
        return sync.guard(this, permits);
    }

    /**
     * Takes one permit, and waits for it no longer than the given time: {@link #tryAcquire(Duration)} for a
     * {@code try} block.
     *
     * @param timeout how long to wait; zero or less: one try, without waiting
     * @return a guard that gives the permit back
     * @throws TimeoutException if there was no permit in that time
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no permit
     */
    public Guard acquire(Duration timeout) throws InterruptedException, TimeoutException {
        if (!tryAcquire(1, timeout)) {
            throw new TimeoutException("no permit within " + timeout + ": " + this);
        }
        return sync.guard(this, 1);
    }

    /**
     * Takes one permit if one is free, without waiting, and before others that wait even if the semaphore is fair.
     *
     * @return whether the caller has the permit
     */
    @CheckReturnValue
    public boolean tryAcquire() {
        return sync.tryAcquireBarging(1);
    }

    /**
     * Takes that many permits if they are free, without waiting, and before others that wait even if the semaphore is
     * fair.
     *
     * @param permits how many, at least 1
     * @return whether the caller has the permits
     * @throws IllegalArgumentException if {@code permits} is zero or negative
     */
    @CheckReturnValue
    public boolean tryAcquire(int permits) {
        return sync.tryAcquireBarging(Checks.positive(permits, "permits"));
    }

    /**
     * Takes one permit, and waits for it no longer than the given time; in its turn if the semaphore is fair.
     *
     * @param timeout how long to wait; zero or less: one try, without waiting
     * @return true if the caller has the permit; false if the time ran out
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no permit
     */
    @CheckReturnValue
    public boolean tryAcquire(Duration timeout) throws InterruptedException {
        return tryAcquire(1, timeout);
    }

    /**
     * Takes that many permits at once, and waits for them no longer than the given time; in its turn if the semaphore is
     * fair.
     *
     * @param permits how many, at least 1
     * @param timeout how long to wait; zero or less: one try, without waiting
     * @return true if the caller has the permits; false if the time ran out
     * @throws IllegalArgumentException if {@code permits} is zero or negative
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has no permit
     */
    @CheckReturnValue
    public boolean tryAcquire(int permits, Duration timeout) throws InterruptedException {
        Checks.positive(permits, "permits");
        long nanos = Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout"));
        Checks.notInterrupted();
        return sync.tryAcquireInTurn(permits)
                || (nanos > 0 && Waits.await(this, () -> sync.tryAcquireSharedNanos(permits, nanos)));
    }

    // ---------------------------------------------------------------------------------------------------- releasing

    /**
     * Gives one permit back, from any thread.
     *
     * @throws IllegalStateException if there would be more permits than there can be; nothing has changed then
     */
    public void release() {
        sync.releaseByHand(1);
    }

    /**
     * Gives that many permits back, from any thread, and all at once.
     *
     * @param permits how many, at least 1
     * @throws IllegalArgumentException if {@code permits} is zero or negative
     * @throws IllegalStateException if there would be more permits than there can be; nothing has changed then
     */
    public void release(int permits) {
        sync.releaseByHand(Checks.positive(permits, "permits"));
    }

    // --------------------------------------------------------------------------------------------------- inspection

    /**
     * Returns how many permits are free at this moment.
     *
     * @return the number; negative while a {@linkplain BoundedSemaphore#resize(int) resized} semaphore is in debt
     */
    public int availablePermits() {
        return Permits.free(sync.snapshot());
    }

    /**
     * Estimates how many callers wait; they may come and go while it counts.
     *
     * @return the estimate, for display and monitoring
     */
    public int waiters() {
        return sync.getQueueLength();
    }

    /** Releases what a guard stands for. */
    final void giveBack(int permits) {
        sync.releaseShared(permits);
    }

    /** Returns the state that a subclass adds operations to. */
    final Permits sync() {
        return sync;
    }

    @Override
    public String toString() {
        return Identity.of(this) + " [permits=" + availablePermits() + ", waiters=" + waiters() + ']';
    }
}
