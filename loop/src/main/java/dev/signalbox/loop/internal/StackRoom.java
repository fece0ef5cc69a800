// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

/**
 * Room on a stack for what must not fail half-way. A stack that has given the baton away can only wait for it, and where even that has no
 * room it would turn round on its processor, or its carrier, for as long as the loop goes on.
 */
public final class StackRoom {
    /** With the frames below, more than the longest way back takes in the frames of the interpreter, which are the largest. */
    private static final int FRAMES = 256;

    /** The same for the few steps of the JDK that wake a thread. */
    private static final int FRAMES_OF_A_WAKE_UP = 32;

    private StackRoom() {}

    /**
     * Does nothing, if there is room.
     *
     * @throws StackOverflowError if there is none; nothing has changed then
     */
    public static void require() {
        long unused = descend(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    /**
     * Does nothing, if there is room for waking another thread: a small part of what that takes.
     *
     * @throws StackOverflowError if there is none; nothing has changed then
     */
    static void requireForWakeUp() {
        long unused = descend(FRAMES_OF_A_WAKE_UP, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    /** Compiled, a frame is as large as what is needed after the call: hence the numbers. */
    private static long descend(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        if (frames == 0) {
            return 0;
        }
        long below = descend(frames - 1, b, c, d, e, f, g, h, a + frames);
        return below + (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h);
    }
}
