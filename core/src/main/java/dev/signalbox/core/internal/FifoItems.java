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
     * A chunk that the takes have left is handed back to the puts, so a queue that is neither growing nor shrinking
     * allocates nothing.
     */

    private static final int CHUNK = 64;

    private Chunk last = new Chunk(); // guarded by the put lock
    private int puts; // in the last chunk; guarded by the put lock

    private Chunk first = last; // guarded by the take lock
    private int takes; // in the first chunk; guarded by the take lock

    // Set by a take, cleared by a put: a chunk may get lost between them, but never is there for two.
    private volatile @Nullable Chunk spare;

    /** Creates an empty chain. */
    public FifoItems() {}

    /** A piece of the chain. */
    private static final class Chunk {
        final @Nullable Object[] items = new @Nullable Object[CHUNK];

        @Nullable
        Chunk next; // written with the put lock, before the count of puts tells of it
    }

    @Override
    public void add(E item) {
        if (puts == CHUNK) {
            last = last.next = newChunk();
            puts = 0;
        }
        last.items[puts++] = item;
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
        first.items[takes++] = null;
        return item;
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // an item was put here, and nothing else
    public E peek() {
        if (takes == CHUNK) {
            leaveFirst();
        }
        return (E) first.items[takes];
    }

    @SuppressWarnings("NullAway") // there is an item to take, so there is a chunk that it is in
    private void leaveFirst() {
        Chunk left = first;
        first = left.next;
        takes = 0;
        left.next = null;
        spare = left;
    }

    @Override
    @SuppressWarnings("NullAway") // the chain has that many items
    public Object[] toArray(int size) {
        Object[] items = new Object[size];
        Chunk chunk = first;
        int from = takes;
        for (int copied = 0; copied < size; ) {
            if (from == CHUNK) {
                chunk = chunk.next;
                from = 0;
            }
            int n = Math.min(CHUNK - from, size - copied);
            System.arraycopy(chunk.items, from, items, copied, n);
            copied += n;
            from += n;
        }
        return items;
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
        first = head;
        takes = 0;
        last = tail;
        puts = used;
    }
}
