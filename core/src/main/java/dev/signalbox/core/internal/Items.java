// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

/**
 * What a queue keeps its items in, which decides their order. Not thread-safe: the queue says which of its locks it holds,
 * and counts the items. For a queue of a loop the baton is all its locks.
 *
 * <p>An index is one of {@link #toArray}. What looks for an item looks for the very object.
 *
 * @param <E> the type of the items
 */
public abstract class Items<E> {
    /** For the kinds of order. */
    protected Items() {}

    /**
     * Adds an item, with the put lock held; when it throws, nothing has changed.
     *
     * @param item the item
     */
    public abstract void add(E item);

    /**
     * Removes the next item, with the take lock held, and only if there is one; when it throws, nothing has changed.
     *
     * @return the item
     */
    public abstract E remove();

    /**
     * Throws what {@link #remove} would throw, with the take lock held, and only if there is an item.
     */
    public void checkRemovable() {}

    /**
     * Returns the next item, with the take lock held, and only if there is one.
     *
     * @return the item
     */
    public abstract E peek();

    /**
     * Returns all items, with both locks held; in the order in which they will be taken, once {@link #sort}ed.
     *
     * @param size how many there are
     * @return a new array
     */
    public abstract Object[] toArray(int size);

    /**
     * Puts an array of {@link #toArray} into the order in which its items will be taken; needs no lock.
     *
     * @param items the array
     */
    public void sort(Object[] items) {}

    /**
     * Looks for an item, with both locks held.
     *
     * @param item the item
     * @param from the index from which on to look
     * @param size how many items there are
     * @return the index; -1 if there is none
     */
    public abstract int indexOf(Object item, int from, int size);

    /**
     * Finds at once, with both locks held, an item that had an index in a {@link #sort}ed array, when nothing has come since
     * but {@link #add} and {@link #remove}.
     *
     * @param item the item
     * @param index the index it had
     * @param removed how many items have been removed since
     * @param growth by how many items there are more now, or less if negative
     * @param size how many items there are
     * @return its index; -1 if it has been removed, or cannot be found at once
     */
    public abstract int find(Object item, int index, long removed, int growth, int size);

    /**
     * Removes an item, with both locks held; when it throws, nothing has changed.
     *
     * @param index the index of the item
     */
    public abstract void removeAt(int index);

    /**
     * Replaces all items, with both locks held, by the first ones of an array of {@link #toArray} from which others have
     * been removed; when it throws, nothing has changed.
     *
     * @param items the array
     * @param size how many of its items to keep
     */
    public abstract void replaceAll(Object[] items, int size);
}
