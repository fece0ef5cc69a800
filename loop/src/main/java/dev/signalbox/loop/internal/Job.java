// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

/** User code to start: it runs at the bottom of a worker's stack, never on top of a suspended task. */
public abstract non-sealed class Job extends Item {
    /** For subclasses. */
    protected Job() {}

    /** Runs the user code and keeps whatever it throws: a throwable out of here fails the engine. */
    protected abstract void run();

    /**
     * There is no thread to run this job on. Called on the stack of a suspended task, so this calls no user code.
     *
     * @return true if that settles the job; false if it has to run all the same, as soon as a stack is free
     */
    protected boolean refused(Throwable reason) {
        return false;
    }

    @Override
    public abstract void rejected(Throwable reason);
}
