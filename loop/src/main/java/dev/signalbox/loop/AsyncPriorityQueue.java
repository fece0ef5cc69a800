// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.SortedItems;
import java.util.Comparator;
import java.util.Objects;

/**
 * An {@link AsyncQueue} that gives the least item first, by the natural order of the items or by a comparator: {@code asyncio.PriorityQueue}.
 *
 * <p>Which of several items that compare as equal comes first is not specified. An int given to a constructor is a bound, and not an initial
 * size as in {@link java.util.PriorityQueue}.
 *
 * <pre>{@code
 * var jobs = new AsyncPriorityQueue<String>(10, Comparator.comparing(String::length));
 * jobs.put("tidy up");
 * jobs.put("eat");
 * var next = jobs.take(); // "eat"
 * }</pre>
 *
 * <p>The order is asked by whoever puts or takes, in the call, and by nobody else. It must not wait for anything. When it throws, as it does for
 * items that cannot be compared, so does the put or take, and the queue is as it was before; when it puts or takes itself, or lets others
 * run that do, the call that asked it throws {@link IllegalStateException}. A put of something that has no order at all throws even when there
 * is nothing to compare it with.
 *
 * <p>Cancellation, binding, joining, shutdown and memory consistency effects are those of {@link AsyncQueue}; so is fairness among tasks,
 * whereas an item may stay for ever behind lesser ones. For threads there is {@link dev.signalbox.core.PriorityQueue}.
 *
 * @param <E> the type of the items
 */
public final class AsyncPriorityQueue<E> extends AsyncQueue<E> {
    /** Creates a queue without a bound, in the natural order of the items. */
    public AsyncPriorityQueue() {
        super(new SortedItems<>(), UNBOUNDED);
    }

    /**
     * Creates a bounded queue in the natural order of the items.
     *
     * @param capacity how many items it holds at most, at least 1
     * @throws IllegalArgumentException if {@code capacity} is zero or negative; Python's 0, for a queue without a bound, is
     *     {@link #AsyncPriorityQueue()} here
     */
    public AsyncPriorityQueue(int capacity) {
        super(new SortedItems<>(), Checks.capacity(capacity, "AsyncPriorityQueue"));
    }

    /**
     * Creates a queue without a bound.
     *
     * @param order what compares the items
     */
    public AsyncPriorityQueue(Comparator<? super E> order) {
        super(new SortedItems<>(Objects.requireNonNull(order, "order")), UNBOUNDED);
    }

    /**
     * Creates a bounded queue.
     *
     * @param capacity how many items it holds at most, at least 1
     * @param order what compares the items
     * @throws IllegalArgumentException if {@code capacity} is zero or negative; Python's 0, for a queue without a bound, is
     *     {@link #AsyncPriorityQueue(Comparator)} here
     */
    public AsyncPriorityQueue(int capacity, Comparator<? super E> order) {
        super(
                new SortedItems<>(Objects.requireNonNull(order, "order")),
                Checks.capacity(capacity, "AsyncPriorityQueue"));
    }

    /** Sorts in what was given back, which could not be done when it was: that was no call of the task whose item it is. */
    @Override
    E removeNext() {
        while (!returned.isEmpty()) {
            var first = returned.firstEntry();
            keep(first.getValue());
            returned.remove(first.getKey());
        }
        return removeKept();
    }
}
