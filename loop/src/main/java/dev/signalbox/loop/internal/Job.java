// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

/** User code to start: it runs at the bottom of a worker's stack, never on top of a suspended task. */
public abstract non-sealed class Job extends Item {
    /** For subclasses. */
    protected Job() {}

    /** Runs the user code and keeps whatever it throws: a throwable out of here fails the engine. */
    protected abstract void run();

    @Override
    public abstract void rejected(Throwable reason);
}
