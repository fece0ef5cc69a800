// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import org.jspecify.annotations.Nullable;

/**
 * Something that an engine has to do: user code to start ({@link Job}), a suspended stack to continue ({@link Worker}), or bookkeeping
 * ({@link Op}).
 */
public abstract sealed class Item permits Job, Op, Worker {
    /**
     * In the inbox, the item pushed before this one: written before the push, read after the take. An item is there at most once at a time,
     * and an idle worker never: of that one it is the worker that became idle before it.
     */
    @Nullable
    Item next;

    Item() {}

    /** The engine is sealed and will never run this item. Called by the thread that closes it, while nobody holds the baton. */
    public void rejected(Throwable reason) {}
}
