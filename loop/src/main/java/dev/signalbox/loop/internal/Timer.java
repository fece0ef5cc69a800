// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

/** Something that happens at a point in time unless it is removed first. Guarded by the baton. */
public abstract class Timer {
    /** Where {@link Timers} keeps it, or {@link Timers#NOWHERE}. */
    int slot = Timers.NOWHERE;

    /** For subclasses. */
    protected Timer() {}

    /** Whether it is going to happen. */
    public final boolean isPending() {
        return slot != Timers.NOWHERE;
    }

    /** The time has come; runs as bookkeeping, so it must not call user code. */
    protected abstract void expire();
}
