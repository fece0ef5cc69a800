// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Items of which the least comes first: a binary heap; both locks of the queue are one.
 *
 * @param <E> the type of the items
 */
public final class SortedItems<E> extends Items<E> {
    /*
     * Unlike the heap of java.util.PriorityQueue this one first compares, until it knows where an item goes, and only then
     * moves: the order is the user's code, and when that throws, no item must be lost or doubled.
     */

    private static final int INITIAL = 11;

    private final Comparator<? super E> order;
    private @Nullable Object[] heap = new @Nullable Object[INITIAL];
    private int size;

    /**
     * Creates an empty heap.
     *
     * @param order what is least
     */
    public SortedItems(Comparator<? super E> order) {
        this.order = order;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // below size there are items, and nothing else
    private E at(int index) {
        return (E) heap[index];
    }

    @Override
    public void add(E item) {
        int place = size;
        if (place == 0) {
            order.compare(item, item); // throws for what cannot be compared at all, before it is in
        }
        while (place > 0 && order.compare(item, at((place - 1) >>> 1)) < 0) {
            place = (place - 1) >>> 1;
        }
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size + (size >> 1) + 1);
        }
        for (int hole = size; hole > place; hole = (hole - 1) >>> 1) {
            heap[hole] = heap[(hole - 1) >>> 1];
        }
        heap[place] = item;
        size++;
    }

    @Override
    public E remove() {
        E least = at(0);
        int last = size - 1;
        E moved = at(last);
        int place = placeBelow(0, moved, last);
        // The items on the way down to the place move up by one; from below, each waits in the hand for its parent's.
        Object hand = moved;
        for (int index = place; index > 0; index = (index - 1) >>> 1) {
            Object item = at(index);
            heap[index] = hand;
            hand = item;
        }
        heap[0] = hand;
        heap[last] = null;
        size = last;
        return least;
    }

    /** Finds the place of an item that starts at the given index of a heap of the given size, and moves nothing. */
    private int placeBelow(int index, E item, int size) {
        int place = index;
        for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
            if (child + 1 < size && order.compare(at(child + 1), at(child)) < 0) {
                child++;
            }
            if (order.compare(item, at(child)) <= 0) {
                break;
            }
            place = child;
        }
        return place;
    }

    @Override
    public E peek() {
        return at(0);
    }

    @Override
    @SuppressWarnings("NullAway") // below size there are items
    public Object[] toArray(int size) {
        return Arrays.copyOf(heap, size);
    }

    @Override
    @SuppressWarnings("unchecked") // they come from the heap
    public void sort(Object[] items) {
        Arrays.sort((E[]) items, order);
    }

    @Override
    public void replaceAll(Object[] items, int size) {
        // An array that is sorted is a heap; it is sorted apart, for the order may throw.
        Object[] sorted = Arrays.copyOf(items, size);
        sort(sorted);
        heap = Arrays.copyOf(sorted, Math.max(INITIAL, size));
        this.size = size;
    }
}
