// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import org.jspecify.annotations.Nullable;

/**
 * Items in the order in which they came: a chain of arrays, one end for each lock.
 *
 * @param <E> the type of the items
 */
public final class FifoItems<E> extends Items<E> {
    /*
     *     first                                   last
     *    [ - - 3 4 ] -> [ 5 6 7 8 ] -> ... -> [ 21 22 - - ]
     *          ^ takes                                ^ puts
     *
     * The end of the puts is guarded by the put lock, that of the takes by the take lock, and neither looks at the other:
     * the queue lets a take in only after it has seen, by the count of puts, that its item is there. The write of that
     * count comes after those of the item and of the link to its chunk, so they are seen too.
     *
     * Where an item is removed in the middle, those before it in its chunk move up: the hole is at the start of the chunk, so
     * the ends need not know of it before the takes come there. An empty chunk takes over what the next one holds. Who removes
     * many looks for them from the front to the back, so where the last one was found is remembered.
     *
     * A chunk that the takes have left is handed back to the puts, so a queue that is neither growing nor shrinking
     * allocates nothing.
     */

    private static final int CHUNK = 64;

    private final End last = new End(new Chunk()); // guarded by the put lock
    private final End first = new End(last.chunk); // guarded by the take lock

    // Set by a take, cleared by a put: a chunk may get lost between them, but never is there for two.
    private volatile @Nullable Chunk spare;

    // Where the last item was looked for, null if that is not known; guarded by the take lock, and set with both.
    private @Nullable Chunk near;
    private int nearBase; // the index of its first item, if the first chunk were not yet begun

    /** Creates an empty chain. */
    public FifoItems() {}

    /** Where items are put, or taken. */
    private static final class End {
        Chunk chunk;
        int index; // of the next item in the chunk

        // They keep what the two ends write out of each other's cache lines.
        @SuppressWarnings("unused")
        long p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14;

        End(Chunk chunk) {
            this.chunk = chunk;
        }
    }

    /** A piece of the chain. */
    private static final class Chunk {
        final @Nullable Object[] items = new @Nullable Object[CHUNK];

        int start; // where its items begin, unless it is the first; written with both locks

        @Nullable
        Chunk next; // written with the put lock, before the count of puts tells of it
    }

    @Override
    public void add(E item) {
        if (last.index == CHUNK) {
            last.chunk = last.chunk.next = newChunk();
            last.index = 0;
        }
        last.chunk.items[last.index++] = item;
    }

    private Chunk newChunk() {
        Chunk chunk = spare;
        if (chunk == null) {
            return new Chunk();
        }
        spare = null;
        return chunk;
    }

    @Override
    public E remove() {
        E item = peek();
        first.chunk.items[first.index++] = null;
        return item;
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // an item was put here, and nothing else
    public E peek() {
        while (first.index == CHUNK) {
            leaveFirst();
        }
        return (E) first.chunk.items[first.index];
    }

    @SuppressWarnings("NullAway") // there is an item to take, so there is a chunk that it is in
    private void leaveFirst() {
        Chunk left = first.chunk;
        first.chunk = left.next;
        first.index = first.chunk.start;
        near = null;
        left.start = 0;
        left.next = null;
        spare = left;
    }

    @Override
    @SuppressWarnings("NullAway") // the chain has that many items
    public Object[] toArray(int size) {
        Object[] items = new Object[size];
        Chunk chunk = first.chunk;
        int from = first.index;
        for (int copied = 0; copied < size; ) {
            while (from == CHUNK) {
                chunk = chunk.next;
                from = chunk.start;
            }
            int n = Math.min(CHUNK - from, size - copied);
            System.arraycopy(chunk.items, from, items, copied, n);
            copied += n;
            from += n;
        }
        return items;
    }

    /** Finds the slot of an item in its chunk, which is {@link #near} then. */
    @SuppressWarnings("NullAway") // the chain has an item of that index
    private int slotOf(int index) {
        Chunk chunk = near;
        int base = chunk == null || chunk == first.chunk ? 0 : nearBase - first.index;
        if (chunk == null || base > index) {
            chunk = first.chunk;
            base = 0;
        }
        while (index - base >= CHUNK - startOf(chunk)) {
            base += CHUNK - startOf(chunk);
            chunk = chunk.next;
        }
        near = chunk;
        nearBase = base + first.index;
        return startOf(chunk) + index - base;
    }

    private int startOf(Chunk chunk) {
        return chunk == first.chunk ? first.index : chunk.start;
    }

    private void setStart(Chunk chunk, int start) {
        if (chunk == first.chunk) {
            first.index = start;
        } else {
            chunk.start = start;
        }
    }

    @Override
    @SuppressWarnings("NullAway") // looking for a slot sets near
    public int indexOf(Object item, int from, int size) {
        for (int index = from; index < size; ) {
            int slot = slotOf(index);
            int end = Math.min(CHUNK, slot + size - index);
            for (; slot < end; slot++, index++) {
                if (near.items[slot] == item) {
                    return index;
                }
            }
        }
        return -1;
    }

    @Override
    @SuppressWarnings("NullAway") // looking for a slot sets near
    public int find(Object item, int index, long removed, int growth, int size) {
        if (removed > index) {
            return -1;
        }
        int now = index - (int) removed;
        int slot = slotOf(now);
        return near.items[slot] == item ? now : -1;
    }

    @Override
    @SuppressWarnings("NullAway") // looking for a slot sets near
    public void removeAt(int index) {
        int slot = slotOf(index);
        Chunk chunk = near;
        int start = startOf(chunk);
        System.arraycopy(chunk.items, start, chunk.items, start + 1, slot - start);
        chunk.items[start] = null;
        setStart(chunk, start + 1);
        if (start + 1 == CHUNK && chunk.next != null) {
            takeOver(chunk, chunk.next);
        }
    }

    /** Makes an empty chunk hold what the next one holds, instead of it. */
    private void takeOver(Chunk chunk, Chunk next) {
        System.arraycopy(next.items, 0, chunk.items, 0, CHUNK);
        setStart(chunk, next.start);
        chunk.next = next.next;
        if (next == last.chunk) {
            last.chunk = chunk;
        }
    }

    @Override
    public void replaceAll(Object[] items, int size) {
        Chunk head = new Chunk();
        Chunk tail = head;
        int used = 0;
        for (int copied = 0; copied < size; copied += used) {
            if (copied > 0) {
                tail = tail.next = new Chunk();
            }
            used = Math.min(CHUNK, size - copied);
            System.arraycopy(items, copied, tail.items, 0, used);
        }
        first.chunk = head;
        first.index = 0;
        near = null;
        last.chunk = tail;
        last.index = used;
    }
}
