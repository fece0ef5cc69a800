// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.ConditionQueue.Waiter;
import dev.signalbox.core.internal.OpenGuards;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import org.jspecify.annotations.Nullable;

/** The synchronizer of a lock, whose state counts the holds; the part of it that a condition works on. */
abstract class Mutex extends AbstractQueuedSynchronizer {
    private static final long serialVersionUID = 1L;
    private static final @Nullable OpenGuards WATCHED = OpenGuards.OF_CORE;

    /** Those whom the conditions of this lock have signalled, in the order of the signals. */
    private static final class Signalled extends ConcurrentLinkedQueue<Waiter> {
        private static final long serialVersionUID = 1L;
    }

    /** Null until the lock has a condition. */
    private transient volatile @Nullable Signalled signalled;

    /** Written while guards are watched. */
    private transient volatile boolean releasedByHand;

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

    /** Gives up one hold of the caller, or throws. */
    abstract void giveBack(Object lock);

    /** As {@link #giveBack}, for a caller without a guard. */
    final void releaseByHand(Object lock) {
        giveBack(lock);
        if (WATCHED != null && !releasedByHand) {
            releasedByHand = true;
        }
    }

    /** Returns a guard for a hold that the caller has just acquired. */
    final Guard guard(java.util.concurrent.locks.Lock lock) {
        Guard guard = new LockGuard(lock, this);
        return WATCHED == null ? guard : WATCHED.watch(guard, lock, () -> releasedByHand);
    }

    /** Gives up that many holds, and calls the next who was signalled if the lock is free then; false if it was not held. */
    final boolean unlock(int holds) {
        // Before the release, with which others take the cache line away. Who comes to wait in a condition needs the
        // lock
        // for it, so if there is none now nobody will have been signalled by then.
        boolean hasCondition = signalled != null;
        boolean isFree = release(holds);
        if (isFree && hasCondition) {
            callNext();
        }
        return isFree;
    }

    final int holds() {
        return getState();
    }

    final boolean isLocked() {
        return getState() != 0;
    }

    // ---------------------------------------------------------------------------------------------------- signalled

    /*
     * Whoever is signalled is called by a release of the lock, one by each: the signaller usually holds the lock, and who
     * came at once would only find it held. A called waiter acquires the lock in any case, and its own release calls the
     * next. So while somebody is signalled the lock is held, or one that was called is on the way to it.
     */

    /** Prepares the lock for a condition. */
    final synchronized void addCondition() {
        if (signalled == null) {
            signalled = new Signalled();
        }
    }

    /** Has releases call these waiters, in this order. */
    final void callOnRelease(Collection<Waiter> waiters) {
        Objects.requireNonNull(signalled).addAll(waiters);
        // Order matters: without an owner the lock may be free by now, by a release that has not seen them.
        if (!isLocked()) {
            callNext();
        }
    }

    /** Takes a waiter back that will not come; false if it has been called. */
    final boolean takeBack(Waiter waiter) {
        return Objects.requireNonNull(signalled).remove(waiter);
    }

    final void callNext() {
        Signalled queue = signalled;
        Waiter next = queue == null ? null : queue.poll();
        if (next != null) {
            next.call();
        }
    }
}
