// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Identity;
import java.util.concurrent.locks.Lock;

/** The guard of one hold of a lock of either kind. */
final class LockGuard implements Guard {
    private final Lock lock;
    private final Mutex mutex; // of the lock

    // Plain: with an atomic access the compiler can no longer remove the allocation of a guard that does not escape.
    private boolean closed;

    LockGuard(Lock lock, Mutex mutex) {
        this.lock = lock;
        this.mutex = mutex;
    }

    @Override
    public void close() {
        if (!closed) {
            // Order matters: a release that throws has to leave the guard open.
            mutex.giveBack(lock);
            closed = true;
        }
    }

    @Override
    public String toString() {
        return Identity.of(this) + " [closed=" + closed + ", of=" + lock + ']';
    }
}
