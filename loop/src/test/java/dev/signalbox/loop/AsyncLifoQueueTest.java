// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The queue that gives the newest item first. */
final class AsyncLifoQueueTest extends AsyncQueueContract {
    @Override
    AsyncQueue<Integer> create() {
        return new AsyncLifoQueue<>();
    }

    @Override
    AsyncQueue<Integer> create(int capacity) {
        return new AsyncLifoQueue<>(capacity);
    }

    @Override
    List<Integer> inOrder(List<Integer> ascending) {
        List<Integer> reversed = new ArrayList<>(ascending);
        Collections.reverse(reversed);
        return reversed;
    }
}
