// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.Waits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A flag that can be set, cleared and waited for.
 *
 * <p>Setting the flag releases everyone who waits for it, also when it is cleared again before they have run: {@code
 * set(); clear()} lets through all who were waiting, and nobody who comes later. Setting a flag that is set and clearing
 * one that is not change nothing.
 *
 * <pre>{@code
 * private final Event stopped = new Event();
 *
 * void run() throws InterruptedException {
 *     while (!stopped.await(Duration.ofSeconds(1))) {
 *         showProgress();
 *     }
 * }
 * }</pre>
 *
 * <p><b>Fairness.</b> There is none to speak of: a set releases all at once, in no particular order.
 *
 * <p><b>Interruption.</b> A waiting caller that is interrupted, or whose time runs out, just stops waiting.
 *
 * <p><b>Memory consistency effects:</b> what a thread does before it sets the flag, even one that is set, <i>happens
 * before</i> what another does after an {@code await} that was released by it, after {@link #isSet()} has returned true
 * because of it, or after a {@link #clear()} that has taken it back: who clears the flag, and then looks for work, overlooks
 * none.
 *
 * <p>After {@link CountDownLatch}, which cannot be closed again. Python: {@code threading.Event}; here too the verb
 * is {@code await}, because {@code wait()} is a method of every Java object.
 */
public final class Event {
    /*
     * The latch is the flag, and what is waited for:
     *
     *     null: not set, nobody waits ---the first to wait---> closed: not set ---set---> OPEN: set
     *     null ---set---> OPEN ---clear---> null
     *
     * Whoever waits does so on the latch that was present when it came. A set takes that latch away and opens it for ever,
     * which is why a clear cannot hold back anybody who was released. Who runs out of time between the two steps has been
     * released all the same: its latch is not present any more.
     */

    /** The latch of every event that is set. */
    private static final CountDownLatch OPEN = new CountDownLatch(0);

    private static final VarHandle LATCH;

    static {
        try {
            LATCH = MethodHandles.lookup().findVarHandle(Event.class, "latch", CountDownLatch.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable CountDownLatch latch; // replaced in one step, by anyone

    /** Creates an event that is not set. */
    public Event() {}

    /** Sets the flag, and releases everyone who waits for it. */
    public void set() {
        // Written even if it is set: who clears it after this sees by that what was done before. A mere look may come
        // too early.
        @Nullable CountDownLatch present = (CountDownLatch) LATCH.getAndSet(this, OPEN);
        if (present != null) {
            present.countDown();
        }
    }

    /** Clears the flag; who comes now waits, and who was released goes on. */
    public void clear() {
        if (isSet()) {
            // Another clear may win here, and this one is then done too.
            LATCH.compareAndSet(this, OPEN, null);
        }
    }

    /**
     * Returns whether the flag is set at this moment.
     *
     * @return true if it is
     */
    public boolean isSet() {
        return latch == OPEN;
    }

    /**
     * Waits until the flag is set.
     *
     * @throws InterruptedException if the caller is interrupted before or while it waits
     */
    public void await() throws InterruptedException {
        Checks.notInterrupted();
        CountDownLatch present = latchToAwait();
        if (present != OPEN) {
            Waits.await(this, () -> {
                present.await();
                return true;
            });
        }
    }

    /**
     * Waits until the flag is set, no longer than the given time.
     *
     * @param timeout how long to wait; zero or less: one look at the flag, without waiting
     * @return true if the flag was set, even if it has been cleared since; false if the time ran out
     * @throws InterruptedException if the caller is interrupted before or while it waits
     */
    @CheckReturnValue
    public boolean await(Duration timeout) throws InterruptedException {
        long nanos = Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout"));
        Checks.notInterrupted();
        if (nanos <= 0) {
            return isSet();
        }
        CountDownLatch present = latchToAwait();
        return present == OPEN
                || Waits.await(this, () -> present.await(nanos, TimeUnit.NANOSECONDS) || latch != present);
    }

    /** Returns the present latch, and puts a closed one into place if there is none. */
    private CountDownLatch latchToAwait() {
        for (; ; ) {
            CountDownLatch present = latch;
            if (present != null) {
                return present;
            }
            // Another may win here, and its latch is then the present one, or was.
            LATCH.compareAndSet(this, null, new CountDownLatch(1));
        }
    }

    @Override
    public String toString() {
        return Identity.of(this) + " [set=" + isSet() + ']';
    }
}
