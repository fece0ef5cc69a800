// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pending timers, the earliest first; of equal deadlines the one made first. Guarded by the baton.
 *
 * <p>A heap of four children a node (D. B. Johnson, 1975), whose keys stand in arrays beside the timers, so that a comparison touches no
 * timer. Each timer knows its place: one that is removed leaves nothing behind.
 */
final class Timers {
    static final int NOWHERE = -1;
    private static final int FEWEST = 16;

    private long[] deadlines = new long[FEWEST];
    private long[] sequences = new long[FEWEST];
    private @Nullable Timer[] timers = new @Nullable Timer[FEWEST];
    private int size;
    private long made;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The earliest deadline; only when there is a timer. */
    long earliest() {
        return deadlines[0];
    }

    void add(Timer timer, long deadline) {
        if (size == timers.length) {
            grow();
        }
        siftUp(size++, timer, deadline, made++);
    }

    /** Forgets a timer; one that is not pending is left alone. */
    void remove(Timer timer) {
        int hole = timer.index;
        if (hole == NOWHERE) {
            return;
        }
        timer.index = NOWHERE;
        int last = --size;
        Timer moved = timers[last];
        timers[last] = null;
        if (hole == last || moved == null) {
            return;
        }
        long deadline = deadlines[last];
        long sequence = sequences[last];
        if (hole > 0 && precedes(deadline, sequence, parent(hole))) {
            siftUp(hole, moved, deadline, sequence);
        } else {
            siftDown(hole, moved, deadline, sequence);
        }
    }

    /** Takes the earliest timer if its deadline has come. */
    @Nullable
    Timer pollDue(long now) {
        Timer first = timers[0];
        if (first == null || deadlines[0] - now > 0) {
            return null;
        }
        remove(first);
        return first;
    }

    /** Shows them all, in no order. Without the baton some may be missed, and some that are over be shown. */
    void forEach(Consumer<? super Timer> action) {
        @Nullable Timer[] all = timers;
        for (int i = 0; i < Math.min(size, all.length); i++) {
            Timer timer = all[i];
            if (timer != null) {
                action.accept(timer);
            }
        }
    }

    void clear() {
        for (int i = 0; i < size; i++) {
            Timer timer = timers[i];
            if (timer != null) {
                timer.index = NOWHERE;
            }
            timers[i] = null;
        }
        size = 0;
    }

    private static int parent(int index) {
        return (index - 1) >>> 2;
    }

    /** Compared by difference: the clock may overflow. */
    private boolean precedes(long deadline, long sequence, int other) {
        long difference = deadline - deadlines[other];
        return difference < 0 || (difference == 0 && sequence - sequences[other] < 0);
    }

    private void siftUp(int start, Timer timer, long deadline, long sequence) {
        int hole = start;
        while (hole > 0) {
            int parent = parent(hole);
            if (!precedes(deadline, sequence, parent)) {
                break;
            }
            copy(parent, hole);
            hole = parent;
        }
        put(hole, timer, deadline, sequence);
    }

    private void siftDown(int start, Timer timer, long deadline, long sequence) {
        int hole = start;
        for (int child = 4 * hole + 1; child < size; child = 4 * hole + 1) {
            int least = leastOfFour(child);
            if (precedes(deadline, sequence, least)) {
                break;
            }
            copy(least, hole);
            hole = least;
        }
        put(hole, timer, deadline, sequence);
    }

    private int leastOfFour(int first) {
        int least = first;
        int end = Math.min(first + 4, size);
        for (int i = first + 1; i < end; i++) {
            if (precedes(deadlines[i], sequences[i], least)) {
                least = i;
            }
        }
        return least;
    }

    private void copy(int from, int to) {
        Timer timer = timers[from];
        if (timer != null) {
            put(to, timer, deadlines[from], sequences[from]);
        }
    }

    private void put(int index, Timer timer, long deadline, long sequence) {
        timers[index] = timer;
        deadlines[index] = deadline;
        sequences[index] = sequence;
        timer.index = index;
    }

    private void grow() {
        int capacity = timers.length * 2;
        deadlines = Arrays.copyOf(deadlines, capacity);
        sequences = Arrays.copyOf(sequences, capacity);
        timers = Arrays.copyOf(timers, capacity);
    }
}
