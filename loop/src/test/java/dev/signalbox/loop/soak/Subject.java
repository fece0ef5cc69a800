// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.soak;

/** A primitive under soak, and what must hold of it. */
interface Subject {
    /**
     * One use, in one of the ways there are. Throws if the invariant does not hold; an interrupt, a cancel, a timeout or a shutdown may end
     * it, and must have left nothing behind.
     */
    void use(Actor actor) throws Exception;

    /** Throws if the invariant does not hold now that nobody uses the primitive any more. */
    void verifyAtRest();
}
