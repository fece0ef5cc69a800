// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The way into a loop from other threads: many push, the holder of the baton takes all at once.
 *
 * <p>A stack of intrusive nodes (R. K. Treiber, 1986) that the taker turns round, so that items come out in the order of their pushes. Only
 * the push that found the inbox empty has to wake the loop: one wake-up per burst.
 */
final class Inbox {
    /** What a push found. */
    enum Push {
        FIRST,
        BEHIND_OTHERS,
        REFUSED
    }

    /** The item that was pushed last. */
    private static final class Newest extends AtomicReference<@Nullable Item> {
        private static final long serialVersionUID = 1L;

        // They keep what others write out of the cache line that each push needs.
        @SuppressWarnings("unused")
        private long p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14;
    }

    private static final Item SEALED = Op.of(() -> {});

    private final Newest newest = new Newest();

    /** Any thread. */
    Push push(Item item) {
        for (; ; ) {
            Item before = newest.get();
            if (before == SEALED) {
                return Push.REFUSED;
            }
            item.next = before;
            if (newest.compareAndSet(before, item)) {
                return before == null ? Push.FIRST : Push.BEHIND_OTHERS;
            }
        }
    }

    /** Any thread. */
    boolean isEmpty() {
        Item item = newest.get();
        return item == null || item == SEALED;
    }

    /** Takes everything, linked by {@link Item#next} in the order of the pushes. With the baton only. */
    @Nullable
    Item takeAll() {
        return isEmpty() ? null : inOrder(newest.getAndSet(null));
    }

    /** Takes everything and refuses all that comes later. */
    @Nullable
    Item seal() {
        Item item = newest.getAndSet(SEALED);
        return item == SEALED ? null : inOrder(item);
    }

    private static @Nullable Item inOrder(@Nullable Item newest) {
        Item done = null;
        Item item = newest;
        while (item != null) {
            Item older = item.next;
            item.next = done;
            done = item;
            item = older;
        }
        return done;
    }
}
