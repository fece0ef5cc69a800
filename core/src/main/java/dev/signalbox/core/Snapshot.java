// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The items that a queue had at one moment, and what is known of them since.
 *
 * @param <E> the type of the items
 */
final class Snapshot<E> implements Iterator<E> {
    private final Queue<E> queue;
    private final @Nullable Object[] items; // null where this iterator has removed it
    private final long takes;
    private final long removals;
    private int removed; // by this iterator
    private int next;
    private boolean removable;

    /** Of a queue that had these items after that many were taken, and that many removed in any other way. */
    Snapshot(Queue<E> queue, @Nullable Object[] items, long takes, long removals) {
        this.queue = queue;
        this.items = items;
        this.takes = takes;
        this.removals = removals;
    }

    @Override
    public boolean hasNext() {
        return next < items.length;
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // the queue has no other items, and nothing ahead is removed
    public E next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no more items: " + next + " of " + items.length + " seen");
        }
        removable = true;
        return (E) items[next++];
    }

    @Override
    public void remove() {
        if (!removable) {
            throw new IllegalStateException("remove() without a next() before it");
        }
        removeIfPresent();
        removable = false;
    }

    /** Removes the item that was returned last; false if it was not in the queue any more. */
    boolean removeIfPresent() {
        boolean present = queue.discard(this);
        removed += present ? 1 : 0;
        items[next - 1] = null;
        return present;
    }

    /** The item that was returned last. */
    Object item() {
        return Objects.requireNonNull(items[next - 1]);
    }

    /** At which place that item would be now, if nothing but this iterator had removed any. */
    int index() {
        return next - 1 - removed;
    }

    /** How many items there would be now, if nothing but this iterator had removed any. */
    int size() {
        return items.length - removed;
    }

    long takes() {
        return takes;
    }

    /** How many items would have been removed by now, if nothing but this iterator had removed any. */
    long removals() {
        return removals + removed;
    }

    /** How often that item was seen before. */
    int earlier() {
        return count(next - 1);
    }

    /** How often that item was seen, and may be seen yet. */
    int all() {
        return count(items.length);
    }

    private int count(int length) {
        Object item = item();
        int count = 0;
        for (int i = 0; i < length; i++) {
            count += items[i] == item ? 1 : 0;
        }
        return count;
    }
}
