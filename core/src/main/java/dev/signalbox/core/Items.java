// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

/**
 * What a queue keeps its items in, which decides their order. Not thread-safe: the queue says which of its locks it holds,
 * and counts the items.
 */
abstract class Items<E> {
    /** Adds an item, with the put lock held; when it throws, nothing has changed. */
    abstract void add(E item);

    /** Removes the next item, with the take lock held, and only if there is one; when it throws, nothing has changed. */
    abstract E remove();

    /** Returns the next item, with the take lock held, and only if there is one. */
    abstract E peek();

    /** Returns all items, with both locks held; in the order in which they will be taken, once {@link #sort}ed. */
    abstract Object[] toArray(int size);

    /** Puts an array of {@link #toArray} into the order in which its items will be taken; needs no lock. */
    void sort(Object[] items) {}

    /**
     * Replaces all items, with both locks held, by the first ones of an array of {@link #toArray} from which others have
     * been removed; when it throws, nothing has changed.
     */
    abstract void replaceAll(Object[] items, int size);
}
