// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.util.ArrayDeque;
import java.util.Deque;

/** Items of which the newest comes first; both locks of the queue are one. */
final class LifoItems<E> extends Items<E> {
    private Deque<E> stack = new ArrayDeque<>();

    @Override
    void add(E item) {
        stack.push(item);
    }

    @Override
    E remove() {
        return stack.pop();
    }

    @Override
    E peek() {
        return stack.element();
    }

    @Override
    Object[] toArray(int size) {
        return stack.toArray();
    }

    @Override
    @SuppressWarnings("unchecked") // they come from the stack
    void replaceAll(Object[] items, int size) {
        Deque<E> replacement = new ArrayDeque<>(size + 1);
        for (int i = 0; i < size; i++) {
            replacement.add((E) items[i]);
        }
        stack = replacement;
    }
}
