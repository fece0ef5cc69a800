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
     * moves: the order is the user's code, and when that throws, no item must be lost or doubled. It may also come back to
     * the queue that asks it, or in a task let others run that do: then the places it was asked about are not there any more.
     */

    private static final int INITIAL = 11;

    private final Comparator<? super E> order;
    private @Nullable Object[] heap = new @Nullable Object[INITIAL];
    private int size;
    private int changes;

    /** Creates an empty heap in the natural order of the items. */
    @SuppressWarnings("unchecked") // items without a natural order are found by their first comparison
    public SortedItems() {
        this((Comparator<E>) Comparator.naturalOrder());
    }

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
        int changesBefore = changes;
        if (size == 0) {
            order.compare(item, item); // throws for what cannot be compared at all, before it is in
        }
        int place = placeAbove(size, item);
        checkUnchangedSince(changesBefore);
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size + (size >> 1) + 1);
        }
        moveDown(size, place);
        heap[place] = item;
        size++;
        changes++;
    }

    @Override
    public E remove() {
        E least = at(0);
        removeAt(0);
        return least;
    }

    @Override
    public void checkRemovable() {
        placeBelow(0, at(size - 1), size - 1);
    }

    @Override
    public void removeAt(int index) {
        int last = size - 1;
        if (index < last) {
            replace(index, at(last), last);
        }
        heap[last] = null;
        size = last;
        changes++;
    }

    /** Drops the item at an index, and finds a place for another from there; in a heap of the given size. */
    private void replace(int index, E item, int size) {
        int changesBefore = changes;
        int place = placeBelow(index, item, size);
        if (place == index) {
            place = placeAbove(index, item);
        }
        checkUnchangedSince(changesBefore);
        if (place < index) {
            moveDown(index, place);
            heap[place] = item;
        } else {
            moveUp(index, place, item);
        }
    }

    /** Finds the place of an item that starts at the given index and may be less than those above, and moves nothing. */
    private int placeAbove(int index, E item) {
        int place = index;
        while (place > 0 && order.compare(item, at((place - 1) >>> 1)) < 0) {
            place = (place - 1) >>> 1;
        }
        return place;
    }

    /** Moves the items on the way from the hole up to the place down by one. */
    private void moveDown(int hole, int place) {
        for (int index = hole; index > place; index = (index - 1) >>> 1) {
            heap[index] = heap[(index - 1) >>> 1];
        }
    }

    /** Moves the items on the way from the hole down to the place up by one, and puts the item there. */
    private void moveUp(int hole, int place, Object item) {
        // From below, each item waits in the hand for the place of its parent.
        Object hand = item;
        for (int index = place; index > hole; index = (index - 1) >>> 1) {
            Object parent = at(index);
            heap[index] = hand;
            hand = parent;
        }
        heap[hole] = hand;
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

    private void checkUnchangedSince(int changesBefore) {
        if (changes != changesBefore) {
            throw new IllegalStateException("queue was changed by the order of its items, while that was asked");
        }
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
    public int indexOf(Object item, int from, int size) {
        for (int i = from; i < size; i++) {
            if (heap[i] == item) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int find(Object item, int index, long removed, int growth, int size) {
        return removed == 0 ? indexOf(item, 0, size) : -1; // it is somewhere, and no matter which of several
    }

    @Override
    public void replaceAll(Object[] items, int size) {
        // Made a heap apart, for the order may throw.
        int changesBefore = changes;
        SortedItems<E> replacement = new SortedItems<>(order);
        replacement.heap = Arrays.copyOf(items, Math.max(INITIAL, size));
        Arrays.fill(replacement.heap, size, replacement.heap.length, null);
        replacement.size = size;
        for (int index = (size >>> 1) - 1; index >= 0; index--) {
            E item = replacement.at(index);
            replacement.moveUp(index, replacement.placeBelow(index, item, size), item);
        }
        checkUnchangedSince(changesBefore);
        heap = replacement.heap;
        this.size = size;
        changes++;
    }
}
