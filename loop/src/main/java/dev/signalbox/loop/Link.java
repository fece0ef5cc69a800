// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Timer;
import org.jspecify.annotations.Nullable;

/** Somebody who wants to hear of something: a node of at most one {@link WaitList}. Guarded by the baton of the list's loop. */
abstract class Link extends Timer {
    @Nullable
    WaitList list;

    @Nullable
    Link previous;

    @Nullable
    Link next;

    /** It has happened. The link is in no list any more. Runs as bookkeeping: no user code. */
    abstract void signalled();

    /** Leaves its list, if it is in one. */
    final void unlink() {
        if (list != null) {
            list.remove(this);
        }
    }

    @Override
    protected void expire() {
        throw new AssertionError("not a timer: " + this);
    }
}
