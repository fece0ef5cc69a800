// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pending timers, the earliest first; of equal deadlines the one made first. Guarded by the baton.
 *
 * <p>A heap of four children a node (D. B. Johnson, 1975) that holds numbers only: what moves in it are a deadline, a sequence number and the
 * number of a slot. A timer stays in its slot until it expires or is removed, so that putting the heap in order touches no timer and
 * stores no reference, which would be work for the collector too. Each slot knows its place in the heap: a timer that is removed leaves
 * nothing behind. The arrays double when they are full, and halve when three quarters of them are empty.
 */
final class Timers {
    static final int NOWHERE = -1;
    private static final int FEWEST = 16;

    // The heap.
    private long[] deadlines = new long[FEWEST];
    private long[] sequences = new long[FEWEST];
    private int[] slots = new int[FEWEST]; // beyond the heap: the slots that are free
    private int size;
    private long made;

    // The slots.
    private @Nullable Timer[] timers = new @Nullable Timer[FEWEST];
    private int[] places = new int[FEWEST];

    Timers() {
        clear();
    }

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
        if (size == slots.length) {
            grow();
        }
        int slot = slots[size];
        timers[slot] = timer;
        timer.slot = slot;
        siftUp(size++, deadline, made++, slot);
    }

    /** Forgets a timer; one that is not pending is left alone. */
    void remove(Timer timer) {
        int slot = timer.slot;
        if (slot == NOWHERE) {
            return;
        }
        timer.slot = NOWHERE;
        timers[slot] = null;
        close(places[slot]);
        slots[size] = slot;
        if (size < slots.length / 4 && slots.length > FEWEST) {
            shrink();
        }
    }

    /** Takes the earliest timer if its deadline has come. */
    @Nullable
    Timer pollDue(long now) {
        if (size == 0 || deadlines[0] - now > 0) {
            return null;
        }
        Timer first = timers[slots[0]];
        if (first != null) {
            remove(first);
        }
        return first;
    }

    /** Shows them all, in no order. Without the baton some may be missed, and some that are over be shown. */
    void forEach(Consumer<? super Timer> action) {
        for (Timer timer : timers) {
            if (timer != null) {
                action.accept(timer);
            }
        }
    }

    void clear() {
        for (Timer timer : timers) {
            if (timer != null) {
                timer.slot = NOWHERE;
            }
        }
        Arrays.fill(timers, null);
        for (int i = 0; i < slots.length; i++) {
            slots[i] = i;
        }
        size = 0;
    }

    // ---------------------------------------------------------------- the heap

    /** Takes one out of the heap; the last comes to where it fits. */
    private void close(int hole) {
        int last = --size;
        if (hole == last) {
            return;
        }
        long deadline = deadlines[last];
        long sequence = sequences[last];
        if (hole > 0 && precedes(deadline, sequence, parent(hole))) {
            siftUp(hole, deadline, sequence, slots[last]);
        } else {
            siftDown(hole, deadline, sequence, slots[last]);
        }
    }

    private static int parent(int place) {
        return (place - 1) >>> 2;
    }

    /** Compared by difference: the clock may overflow. */
    private boolean precedes(long deadline, long sequence, int other) {
        long difference = deadline - deadlines[other];
        return difference < 0 || (difference == 0 && sequence - sequences[other] < 0);
    }

    private void siftUp(int start, long deadline, long sequence, int slot) {
        int hole = start;
        while (hole > 0) {
            int parent = parent(hole);
            if (!precedes(deadline, sequence, parent)) {
                break;
            }
            put(hole, deadlines[parent], sequences[parent], slots[parent]);
            hole = parent;
        }
        put(hole, deadline, sequence, slot);
    }

    private void siftDown(int start, long deadline, long sequence, int slot) {
        int hole = start;
        for (int child = 4 * hole + 1; child < size; child = 4 * hole + 1) {
            int least = leastOfFour(child);
            if (precedes(deadline, sequence, least)) {
                break;
            }
            put(hole, deadlines[least], sequences[least], slots[least]);
            hole = least;
        }
        put(hole, deadline, sequence, slot);
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

    private void put(int place, long deadline, long sequence, int slot) {
        deadlines[place] = deadline;
        sequences[place] = sequence;
        slots[place] = slot;
        places[slot] = place;
    }

    // ---------------------------------------------------------------- the arrays

    /** For how many timers there is room. */
    int capacity() {
        return slots.length;
    }

    private void grow() {
        int capacity = 2 * slots.length;
        long[] newDeadlines = Arrays.copyOf(deadlines, capacity);
        long[] newSequences = Arrays.copyOf(sequences, capacity);
        int[] newSlots = Arrays.copyOf(slots, capacity);
        @Nullable Timer[] newTimers = Arrays.copyOf(timers, capacity);
        int[] newPlaces = Arrays.copyOf(places, capacity);
        for (int slot = size; slot < capacity; slot++) {
            newSlots[slot] = slot;
        }
        install(newDeadlines, newSequences, newSlots, newTimers, newPlaces); // all or none: there may be no memory
    }

    /** Moves each timer to the slot with the number of its place. */
    private void shrink() {
        int capacity = slots.length / 2;
        try {
            long[] newDeadlines = Arrays.copyOf(deadlines, capacity);
            long[] newSequences = Arrays.copyOf(sequences, capacity);
            int[] newSlots = new int[capacity];
            @Nullable Timer[] newTimers = new @Nullable Timer[capacity];
            int[] newPlaces = new int[capacity];
            for (int i = 0; i < capacity; i++) {
                newSlots[i] = i;
                newPlaces[i] = i;
            }
            for (int i = 0; i < size; i++) {
                Timer timer = timers[slots[i]];
                newTimers[i] = timer;
                if (timer != null) {
                    timer.slot = i;
                }
            }
            install(newDeadlines, newSequences, newSlots, newTimers, newPlaces);
        } catch (OutOfMemoryError e) {
            // then it stays as large as it is: a timer can be removed all the same
        }
    }

    private void install(
            long[] newDeadlines, long[] newSequences, int[] newSlots, @Nullable Timer[] newTimers, int[] newPlaces) {
        deadlines = newDeadlines;
        sequences = newSequences;
        slots = newSlots;
        timers = newTimers;
        places = newPlaces;
    }
}
