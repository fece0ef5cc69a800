// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

/**
 * Room on a stack for what must not fail half-way. A stack that has given the baton away can only wait for it, and where even that has no
 * room it would turn round on its processor, or its carrier, for as long as the loop goes on.
 */
public final class StackRoom {
    /** More than the longest way back takes, in the largest frames, which are those of the interpreter. */
    private static final int FRAMES = 128;

    private StackRoom() {}

    /**
     * Does nothing, if there is room.
     *
     * @throws StackOverflowError if there is none; nothing has changed then
     */
    public static void require() {
        int unused = descend(FRAMES);
    }

    private static int descend(int frames) {
        return frames == 0 ? 0 : descend(frames - 1) + 1;
    }
}
