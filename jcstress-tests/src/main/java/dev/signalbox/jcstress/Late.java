// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

/**
 * Makes a look last, so that more can happen between it and the next; and what is looked for take as long, so that the one who writes does not
 * hurry ahead of the one who looks.
 */
public final class Late {

    private static final int ROUNDS = 64;

    private Late() {}

    /**
     * Returns the value, but later. This is arithmetic and nothing else: after a pause a compiler would look again, and the early look would
     * be no trap any more.
     *
     * @param value what was seen
     * @return the same
     */
    public static int same(int value) {
        int turned = value;
        for (int i = ROUNDS * Integer.SIZE; i > 0; i--) {
            turned = Integer.rotateLeft(turned, 1);
        }
        return turned;
    }
}
