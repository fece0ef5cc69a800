// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.SortedItems;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link Queue} that gives the least item first, by the natural order of the items or by a comparator.
 *
 * <p>Which of several items that compare as equal comes first is not specified. An int given to a constructor is a bound,
 * and not an initial size as in {@link java.util.PriorityQueue}.
 *
 * <pre>{@code
 * var jobs = new PriorityQueue<String>(10, Comparator.comparing(String::length));
 * jobs.put("tidy up");
 * jobs.put("eat");
 * String next = jobs.take(); // "eat"
 * }</pre>
 *
 * <p>The order is asked while the queue is locked, so it must neither wait for anything nor use the queue. When it throws, as
 * it does for items that cannot be compared, so does the put, the take or the removal, and the queue is as it was before;
 * {@code drainTo} has then taken the items before that one. When the order puts or takes itself, the call that asked it
 * throws {@link IllegalStateException}. A put of something that has no order at all throws even when
 * there is nothing to compare it with.
 *
 * <p>Iterators, streams, {@code forEach} and {@code toArray} sort the items of their moment, so they ask the order too, without
 * the lock, and throw what it throws. {@code contains}, {@code remove(Object)}, {@code removeIf} and their like see them in
 * no particular order.
 *
 * <p>Interruption, joining, shutdown and memory consistency effects are those of {@link Queue}; so is fairness among
 * callers, whereas an item may stay for ever behind lesser ones.
 *
 * <p>After {@link java.util.concurrent.PriorityBlockingQueue}, from which it differs in that it can be bounded, joined and
 * shut down, and in that its iterators are in order. Python: {@code queue.PriorityQueue}.
 *
 * @param <E> the type of the items
 */
public final class PriorityQueue<E> extends Queue<E> {
    /** Creates a queue without a bound, in the natural order of the items. */
    public PriorityQueue() {
        this(new SortedItems<>(), NONE, false);
    }

    /**
     * Creates a bounded queue in the natural order of the items.
     *
     * @param capacity how many items it holds at most, at least 1
     * @throws IllegalArgumentException if {@code capacity} is zero or negative; Python's 0, for a queue without a bound, is
     *     {@link #PriorityQueue()} here
     */
    public PriorityQueue(int capacity) {
        this(new SortedItems<>(), Checks.capacity(capacity, "PriorityQueue"), false);
    }

    /**
     * Creates a queue without a bound.
     *
     * @param order what compares the items
     */
    public PriorityQueue(Comparator<? super E> order) {
        this(sortedBy(order), NONE, false);
    }

    /**
     * Creates a bounded queue.
     *
     * @param capacity how many items it holds at most, at least 1
     * @param order what compares the items
     * @throws IllegalArgumentException if {@code capacity} is zero or negative; Python's 0, for a queue without a bound, is
     *     {@link #PriorityQueue(Comparator)} here
     */
    public PriorityQueue(int capacity, Comparator<? super E> order) {
        this(sortedBy(order), Checks.capacity(capacity, "PriorityQueue"), false);
    }

    private PriorityQueue(SortedItems<E> items, long capacity, boolean fair) {
        super(items, capacity, new ReentrantLock(), fair);
    }

    private static <E> SortedItems<E> sortedBy(Comparator<? super E> order) {
        return new SortedItems<>(Objects.requireNonNull(order, "order"));
    }

    /**
     * Creates a bounded queue in the natural order of the items in which nobody who waits is overtaken: those who wait to put
     * do so in the order in which they came, and so do those who wait to take.
     *
     * @param capacity how many items it holds at most, at least 1; {@link Integer#MAX_VALUE} for a queue that is never full
     * @param <E> the type of the items
     * @return the queue
     * @throws IllegalArgumentException if {@code capacity} is zero or negative
     */
    public static <E> PriorityQueue<E> fair(int capacity) {
        return new PriorityQueue<>(new SortedItems<>(), Checks.positive(capacity, "capacity"), true);
    }

    /**
     * Creates a bounded queue in which nobody who waits is overtaken: those who wait to put do so in the order in which they
     * came, and so do those who wait to take.
     *
     * @param capacity how many items it holds at most, at least 1; {@link Integer#MAX_VALUE} for a queue that is never full
     * @param order what compares the items
     * @param <E> the type of the items
     * @return the queue
     * @throws IllegalArgumentException if {@code capacity} is zero or negative
     */
    public static <E> PriorityQueue<E> fair(int capacity, Comparator<? super E> order) {
        return new PriorityQueue<>(sortedBy(order), Checks.positive(capacity, "capacity"), true);
    }
}
