// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** Those who wait in a condition, and those who have been signalled and are on their way to the lock. */
final class ConditionQueue {
    /*
     * A waiter goes through these states:
     *
     *     waiting ---signal---> signalled ---its turn---> called ---has the lock---> gone
     *        \---timeout, interrupt---> gone
     *
     * - A signal is used up by the step from waiting to signalled, which a waiter that gives up cannot take any more: it is
     *   signalled or gone, never both. Both steps are taken under the guard.
     * - Those who are signalled are called by the releases of the lock, in the order of the signals. One that is signalled
     *   does not give up, so the turn is never lost.
     * - The guard is not the condition's lock: a Lock has no owner, so callers that do not hold it may be here while
     *   somebody else does. They may signal or wait when they should not; they lose nobody, and break nothing.
     */

    private final Mutex mutex; // of the lock
    private final ReentrantLock guard = new ReentrantLock();
    private final Set<Waiter> waiting = new LinkedHashSet<>(); // guarded by guard; in order of arrival
    private volatile int size; // of waiting; written under guard

    ConditionQueue(Mutex mutex) {
        this.mutex = mutex;
        mutex.addCondition();
    }

    /** One wait. */
    static final class Waiter {
        private final Thread thread = Thread.currentThread();
        private volatile boolean called;
        private boolean gone; // without a signal; written by its own thread

        /** It is its turn to acquire the lock. */
        void call() {
            called = true;
            LockSupport.unpark(thread);
        }

        boolean isCalled() {
            return called;
        }
    }

    /** Until when a wait lasts. */
    @FunctionalInterface
    interface Limit {
        /** A wait without a time limit. */
        Limit NONE = blocker -> {
            LockSupport.park(blocker);
            return true;
        };

        /** Parks the thread for a while, no longer than the limit; false, without parking, if the time has run out. */
        boolean park(Object blocker);
    }

    /** Lets the calling thread wait from here on. */
    Waiter enter() {
        Waiter waiter = new Waiter();
        guard.lock();
        try {
            waiting.add(waiter);
            size = waiting.size();
        } finally {
            guard.unlock();
        }
        return waiter;
    }

    /**
     * Blocks the thread until it has been signalled and it is its turn to acquire the lock.
     *
     * @return true then, with the interrupt status set if there was an interrupt; false if the time ran out before a
     *     signal
     * @throws InterruptedException if there was an interrupt before a signal
     */
    boolean await(Waiter waiter, Object blocker, Limit limit) throws InterruptedException {
        while (!waiter.called) {
            if (Thread.interrupted()) {
                if (withdraw(waiter)) {
                    throw new InterruptedException("interrupted while waiting");
                }
                awaitUninterruptibly(waiter, blocker);
                Thread.currentThread().interrupt();
            } else if (!limit.park(blocker)) {
                if (withdraw(waiter)) {
                    return false;
                }
                limit = Limit.NONE;
            }
        }
        return true;
    }

    /** Blocks the thread until it has been signalled and it is its turn to acquire the lock; keeps the interrupt status. */
    void awaitUninterruptibly(Waiter waiter, Object blocker) {
        boolean interrupted = false;
        while (!waiter.called) {
            LockSupport.park(blocker);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives up; false if the waiter has been signalled, or is gone already. */
    boolean withdraw(Waiter waiter) {
        guard.lock();
        try {
            waiter.gone = waiting.remove(waiter);
            size = waiting.size();
            return waiter.gone;
        } finally {
            guard.unlock();
        }
    }

    /** Clears away a wait that ended by an error: parking fails where the stack has no room for it. With the lock. */
    void leave(Waiter waiter) {
        if (!waiter.called && !waiter.gone && !withdraw(waiter)) {
            mutex.takeBack(waiter); // or it has been called by now, and has the lock
        }
    }

    /** Ends a wait that should not have begun: a signal to it is for another. Without the lock. */
    void cancel(Waiter waiter) {
        if (!withdraw(waiter)) {
            if (!mutex.takeBack(waiter)) {
                mutex.callNext(); // it has been called, and will not come
            }
            signal(1);
        }
    }

    /** Signals the first {@code n} that wait. */
    void signal(int n) {
        // A caller with the lock cannot miss a waiter here, which has entered with the lock.
        if (size == 0) {
            return;
        }
        guard.lock();
        try {
            List<Waiter> signalled = new ArrayList<>();
            Iterator<Waiter> first = waiting.iterator();
            for (int i = 0; i < n && first.hasNext(); i++) {
                signalled.add(first.next());
                first.remove();
            }
            size = waiting.size();
            mutex.callOnRelease(signalled);
        } finally {
            guard.unlock();
        }
    }

    /** Returns how many wait for a signal at this moment. */
    int size() {
        return size;
    }
}
