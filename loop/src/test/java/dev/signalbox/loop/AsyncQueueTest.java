// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.List;

/** The queue that gives items in the order in which they were put. */
final class AsyncQueueTest extends AsyncQueueContract {
    @Override
    AsyncQueue<Integer> create() {
        return new AsyncQueue<>();
    }

    @Override
    AsyncQueue<Integer> create(int capacity) {
        return new AsyncQueue<>(capacity);
    }

    @Override
    List<Integer> inOrder(List<Integer> ascending) {
        return ascending;
    }
}
