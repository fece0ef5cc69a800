// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.concurrent.locks.LockSupport;

/**
 * How one stack waits for its turn and another gives it: everything that depends on what kind of thread a worker is stands below here, and
 * in {@link Threads}.
 *
 * <p>A hand-over is a happens-before edge: what the giver did before {@link #pass} is seen after {@link #await}.
 */
abstract class Baton {
    /** A worker whose thread this baton can be passed to. */
    abstract Worker newWorker(Engine engine);

    /**
     * Lets {@code to} go on. When its thread cannot be woken the turn is taken back and the error thrown: then nothing was passed. After it
     * returned the caller must not touch the loop until its own turn.
     */
    abstract void pass(Worker to);

    /** Waits until the baton was passed to {@code me}, the calling thread's worker. Never fails, never ends early. */
    abstract void await(Worker me);

    /** Lets those go on that are off the loop, should they need the thread of {@code me}, which has the baton and keeps it. */
    void letOthersRun(Worker me) {}

    /** Sleeps on the stack of {@code me}, which has the baton, until it is woken, or for so long. May return early. */
    abstract void idle(Worker me, long nanos);

    /** Ends the sleep of a worker, now or as soon as it begins. Any thread. */
    abstract void wake(Worker sleeper);

    /**
     * Sees to it that {@code me}, which has passed the baton on, does not keep others from going on. Never fails.
     *
     * @param foreign whether what follows is user code, which may do anything, and not a wait of core
     */
    void stepOff(Worker me, boolean foreign) {}

    /** No worker of this baton has anything left to do, or will have. */
    void close() {}

    /** Waits on the stack of a thread that runs a loop; may return early. */
    static void parkRunner(Object blocker) {
        try {
            LockSupport.park(blocker);
        } catch (StackOverflowError | OutOfMemoryError e) {
            // Too deep to be put away, but the loop has begun: the caller looks again, and again.
        }
    }
}
