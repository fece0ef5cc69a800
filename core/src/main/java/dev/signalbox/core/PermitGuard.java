// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Identity;

/** The guard of permits of a semaphore. */
final class PermitGuard implements Guard {
    private final Semaphore semaphore;
    private final int permits;

    // Plain: with an atomic access the compiler can no longer remove the allocation of a guard that does not escape.
    private boolean closed;

    PermitGuard(Semaphore semaphore, int permits) {
        this.semaphore = semaphore;
        this.permits = permits;
    }

    @Override
    public void close() {
        if (!closed) {
            // Order matters: a release that throws has to leave the guard open.
            semaphore.giveBack(permits);
            closed = true;
        }
    }

    @Override
    public String toString() {
        return Identity.of(this) + " [permits=" + permits + ", closed=" + closed + ", of=" + semaphore + ']';
    }
}
