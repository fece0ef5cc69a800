// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;

/** What a take that does not wait comes to, as a number. */
final class Polled {

    private Polled() {}

    /** Returns the next item; 0 if there is none. */
    static int from(Queue<Integer> queue) {
        Integer item = queue.poll();
        return item == null ? 0 : item;
    }
}
