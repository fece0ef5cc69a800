// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

/**
 * The hand-over between the JDK's virtual threads, for one engine. Nobody takes the carrier away from one that never waits, and there are no
 * more of them than processors: a loop that always has something to do would keep the tasks that stepped off it, and other loops, from ever
 * going on. So from time to time it lets go.
 */
final class VirtualBaton extends ParkingBaton {
    /** How long it keeps its carrier: hundreds of times what letting go of it takes. As long as a thread of CPython keeps its lock. */
    private static final long KEEP_NANOS = 5_000_000;

    /**
     * The same for a loop whose stacks take turns, each on a carrier that the one before has left. The carrier's own queue still comes before
     * those that other threads have woken, but a pause makes the processors change, which slows the turns down for a while.
     */
    private static final long KEEP_IN_TURNS_NANOS = 100_000_000;

    /** So many rounds pass between two looks at the clock at the most. */
    private static final int LONGEST_PATIENCE = 128;

    // Guarded by the baton.
    private long since = System.nanoTime();
    /** Rounds between two looks: the more, the longer it went on in vain, as rounds seem to be short. */
    private int patience = 1;

    private int roundsToLook = 1;
    /** Whether another stack has come to its turn since. */
    private boolean inTurns;

    VirtualBaton() {}

    @Override
    void await(Worker me) {
        super.await(me);
        inTurns = true;
    }

    @Override
    void idle(Worker me, long nanos) {
        super.idle(me, nanos);
        since = System.nanoTime();
        inTurns = false;
    }

    @Override
    void letOthersRun(Worker me) {
        if (--roundsToLook == 0) {
            if (System.nanoTime() - since < (inTurns ? KEEP_IN_TURNS_NANOS : KEEP_NANOS)) {
                patience = Math.min(2 * patience, LONGEST_PATIENCE);
            } else {
                letGo(me);
                patience = 1;
            }
            roundsToLook = patience;
        }
    }

    /** By a wait: who yields goes on before those that other threads have woken, as long as a second does the same. */
    private void letGo(Worker me) {
        if (Thread.interrupted()) {
            me.interrupted = true; // which ends a wait before it has begun
        }
        idle(me, 1);
    }
}
