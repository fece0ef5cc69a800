// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Items of which the newest comes first; both locks of the queue are one.
 *
 * @param <E> the type of the items
 */
public final class LifoItems<E> extends Items<E> {
    private static final int INITIAL = 16;

    private @Nullable Object[] stack = new @Nullable Object[INITIAL];
    private int size;

    /** Creates an empty stack. */
    public LifoItems() {}

    @Override
    public void add(E item) {
        if (size == stack.length) {
            stack = Arrays.copyOf(stack, size + (size >> 1) + 1);
        }
        stack[size++] = item;
    }

    @Override
    public E remove() {
        E newest = peek();
        stack[--size] = null;
        return newest;
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // below size there are items, and nothing else
    public E peek() {
        return (E) stack[size - 1];
    }

    @Override
    public Object[] toArray(int size) {
        Object[] items = new Object[size];
        copyReversed(stack, items, size);
        return items;
    }

    @Override
    public int indexOf(Object item, int from, int size) {
        for (int i = from; i < size; i++) {
            if (stack[size - 1 - i] == item) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int find(Object item, int index, long removed, int growth, int size) {
        int now = index + growth; // as many are below it as before
        return now >= 0 && stack[size - 1 - now] == item ? now : -1;
    }

    @Override
    public void removeAt(int index) {
        System.arraycopy(stack, size - index, stack, size - 1 - index, index);
        stack[--size] = null;
    }

    @Override
    public void replaceAll(Object[] items, int size) {
        @Nullable Object[] replacement = new @Nullable Object[Math.max(INITIAL, size)];
        copyReversed(items, replacement, size);
        stack = replacement;
        this.size = size;
    }

    private static void copyReversed(@Nullable Object[] from, @Nullable Object[] to, int size) {
        for (int i = 0; i < size; i++) {
            to[i] = from[size - 1 - i];
        }
    }
}
