// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.LifoItems;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link Queue} that gives the newest item first.
 *
 * <pre>{@code
 * var drafts = new LifoQueue<String>();
 * drafts.put("first");
 * drafts.put("second");
 * String latest = drafts.take(); // "second"
 * }</pre>
 *
 * <p>Interruption, joining, shutdown and memory consistency effects are those of {@link Queue}; so is fairness among
 * callers, whereas an item may stay for ever under newer ones.
 *
 * <p>After {@link java.util.concurrent.LinkedBlockingDeque} used at one end. Python: {@code queue.LifoQueue}.
 *
 * @param <E> the type of the items
 */
public final class LifoQueue<E> extends Queue<E> {
    /** Creates a queue without a bound. */
    public LifoQueue() {
        super(new LifoItems<>(), NONE, new ReentrantLock(), false);
    }

    /**
     * Creates a bounded queue.
     *
     * @param capacity how many items it holds at most, at least 1
     * @throws IllegalArgumentException if {@code capacity} is zero or negative; Python's 0, for a queue without a bound, is
     *     {@link #LifoQueue()} here
     */
    public LifoQueue(int capacity) {
        super(new LifoItems<>(), Checks.capacity(capacity, "LifoQueue"), new ReentrantLock(), false);
    }

    private LifoQueue(int capacity, boolean fair) {
        super(new LifoItems<>(), capacity, new ReentrantLock(), fair);
    }

    /**
     * Creates a bounded queue in which nobody who waits is overtaken: those who wait to put do so in the order in which they
     * came, and so do those who wait to take.
     *
     * @param capacity how many items it holds at most, at least 1; {@link Integer#MAX_VALUE} for a queue that is never full
     * @param <E> the type of the items
     * @return the queue
     * @throws IllegalArgumentException if {@code capacity} is zero or negative
     */
    public static <E> LifoQueue<E> fair(int capacity) {
        return new LifoQueue<>(Checks.positive(capacity, "capacity"), true);
    }
}
