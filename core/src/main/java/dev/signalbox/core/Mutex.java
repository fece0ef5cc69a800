// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.util.concurrent.locks.AbstractQueuedSynchronizer;

/** The synchronizer of a lock, whose state counts the holds; the part of it that a condition works on. */
abstract class Mutex extends AbstractQueuedSynchronizer {
    private static final long serialVersionUID = 1L;

    /** Returns who the caller is to this lock; to be asked before a wait, in which a thread no longer is its task. */
    abstract Object caller();

    /** Whether the caller may release the lock, as far as the lock can tell. */
    abstract boolean isHeldBy(Object caller);

    /**
     * Gives up all holds of the caller, and returns how many that were; zero, with nothing changed, if there were none.
     */
    abstract int releaseAll(Object caller);

    /** Acquires what {@link #releaseAll} gave up; blocks the thread, without the wait hook, and keeps interrupts. */
    abstract void restore(Object caller, int holds);

    final int holds() {
        return getState();
    }

    final boolean isLocked() {
        return getState() != 0;
    }
}
