// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.ArrayList;
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
    // They only grow, and may wrap: the index of an item, but for the bits beyond the ring.
    private int head;
    private int tail;
    /** Where this round ends: what becomes ready meanwhile belongs to the next one, so that timers and the inbox get their turn. */
    private int roundEnd;

    /** How many; below 0 only for who looks without the baton, between two steps of others. */
    int size() {
        return tail - head;
    }

    boolean isEmpty() {
        return head == tail;
    }

    void add(Item item) {
        if (size() == ring.length) {
            grow();
        }
        ring[tail & (ring.length - 1)] = item;
        tail++;
    }

    /** The first so many items make a round. */
    void beginRound(int items) {
        roundEnd = head + items;
    }

    boolean isRoundOver() {
        return head == roundEnd;
    }

    /** Takes the first item of a round that is not over. */
    Item takeOfRound() {
        Item item = poll();
        assert item != null : "a round longer than the queue";
        return item;
    }

    /** Takes the first item of a round that is not over, if it is a job; null if it is something else, which stays. */
    @Nullable
    Job takeJobOfRound() {
        if (peek() instanceof Job job) {
            removeFirst();
            return job;
        }
        return null;
    }

    /** How many items were taken, a number that may wrap. */
    int taken() {
        return head;
    }

    /** The first item, which stays; null when there is none. */
    @Nullable
    Item peek() {
        return ring[head & (ring.length - 1)];
    }

    /** Takes the first item; null when there is none. */
    @Nullable
    Item poll() {
        Item item = peek();
        if (item != null) {
            removeFirst();
        }
        return item;
    }

    private void removeFirst() {
        ring[head & (ring.length - 1)] = null;
        head++;
    }

    /** Brings the items into an order that depends on the numbers alone: every order with the same probability (R. Durstenfeld, 1964). */
    void shuffle(Random random) {
        for (int last = size() - 1; last > 0; last--) {
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

    /** Takes everything, which ends the round. */
    List<Item> takeAll() {
        List<Item> all = new ArrayList<>(size());
        for (Item item = poll(); item != null; item = poll()) {
            all.add(item);
        }
        roundEnd = head;
        return all;
    }

    private void grow() {
        if (ring.length == LARGEST) {
            throw new OutOfMemoryError("more than " + LARGEST + " ready items");
        }
        @Nullable Item[] larger = new @Nullable Item[2 * ring.length];
        for (int i = head; i != tail; i++) {
            larger[i & (larger.length - 1)] = ring[i & (ring.length - 1)];
        }
        ring = larger;
    }
}
