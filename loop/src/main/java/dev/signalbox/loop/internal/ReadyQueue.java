// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The items that can run now, first in, first out: a ring that grows. Guarded by the baton.
 *
 * <p>What changes with every item stands in here, and not in the engine, whose owner is read by every thread that sends something: on one
 * cache line each would wait for the other.
 */
final class ReadyQueue {
    private static final int LARGEST = 1 << 30;

    private @Nullable Item[] ring = new @Nullable Item[64];
    private int head;
    private int size;
    /** Items left in this round: what becomes ready meanwhile belongs to the next one, so that timers and the inbox get their turn. */
    private int round;
    /** How many were taken in rounds. */
    private int taken;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(Item item) {
        if (size == ring.length) {
            grow();
        }
        ring[(head + size) & (ring.length - 1)] = item;
        size++;
    }

    /** The first so many items make a round. */
    void beginRound(int items) {
        round = items;
    }

    boolean isRoundOver() {
        return round == 0;
    }

    /** Takes the first item of a round that is not over. */
    Item takeOfRound() {
        round--;
        taken++;
        Item item = poll();
        assert item != null : "a round longer than the queue";
        return item;
    }

    /** How many items were taken in rounds, a number that may wrap. */
    int taken() {
        return taken;
    }

    /** The first item, which stays; null when there is none. */
    @Nullable
    Item peek() {
        return ring[head];
    }

    /** Takes the first item; null when there is none. */
    @Nullable
    Item poll() {
        Item item = ring[head];
        if (item != null) {
            ring[head] = null;
            head = (head + 1) & (ring.length - 1);
            size--;
        }
        return item;
    }

    /** Brings the items into an order that depends on the numbers alone: every order with the same probability (R. Durstenfeld, 1964). */
    void shuffle(Random random) {
        for (int last = size - 1; last > 0; last--) {
            int a = (head + last) & (ring.length - 1);
            int b = (head + random.nextInt(last + 1)) & (ring.length - 1);
            Item item = ring[a];
            ring[a] = ring[b];
            ring[b] = item;
        }
    }

    /** Puts everything at the end of another queue. */
    void moveTo(ReadyQueue other) {
        for (Item item = poll(); item != null; item = poll()) {
            other.add(item);
        }
    }

    /** Takes everything. */
    List<Item> takeAll() {
        List<Item> all = new ArrayList<>(size);
        for (Item item = poll(); item != null; item = poll()) {
            all.add(item);
        }
        return all;
    }

    private void grow() {
        if (ring.length == LARGEST) {
            throw new OutOfMemoryError("more than " + LARGEST + " ready items");
        }
        @Nullable Item[] larger = Arrays.copyOfRange(ring, head, head + 2 * ring.length);
        System.arraycopy(ring, 0, larger, ring.length - head, head);
        ring = larger;
        head = 0;
    }
}
