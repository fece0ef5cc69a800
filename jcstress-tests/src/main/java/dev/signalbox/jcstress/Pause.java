// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import java.util.concurrent.ThreadLocalRandom;

/** Lets an actor come a little later, differently each time, so that it meets the other at every point. */
public final class Pause {

    private Pause() {}

    /**
     * Turns round a random number of times.
     *
     * @param most how often at the most
     */
    public static void upTo(int most) {
        for (int i = ThreadLocalRandom.current().nextInt(most); i > 0; i--) {
            Thread.onSpinWait();
        }
    }
}
