// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the two actors of a state wait for each other, before they begin. They go through a row of states each on its own, and whoever takes a
 * little longer is soon so far behind that they never meet.
 */
public final class Meeting {
    /** Who does not come by then has no processor. */
    private static final int PATIENCE = 1_000;

    private final AtomicInteger here = new AtomicInteger();

    /** Nobody is here yet. */
    public Meeting() {}

    /** Waits for the other, but not for long. */
    public void await() {
        here.getAndIncrement();
        for (int i = 0; i < PATIENCE && here.get() < 2; i++) {
            Thread.onSpinWait();
        }
    }
}
