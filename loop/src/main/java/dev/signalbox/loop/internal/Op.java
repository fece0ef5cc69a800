// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

/** Bookkeeping of the library, run by whoever holds the baton, on whatever stack that is: it never calls user code. */
public abstract non-sealed class Op extends Item {
    /** For subclasses. */
    protected Op() {}

    /** Does the bookkeeping; a throwable out of here fails the engine. */
    protected abstract void run();

    /** An operation made of a piece of code. */
    public static Op of(Runnable code) {
        return new Op() {
            @Override
            protected void run() {
                code.run();
            }
        };
    }
}
