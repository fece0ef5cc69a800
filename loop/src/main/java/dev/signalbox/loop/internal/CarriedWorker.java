// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A worker on a virtual thread whose scheduler it is itself: the JDK gives the thread's continuation to {@link #execute} whenever the thread
 * can go on, and {@link CarriedBaton} decides what becomes of it.
 */
final class CarriedWorker extends Worker implements Executor {
    private final CarriedBaton baton;

    /** What runs the thread until it lets go of its carrier; the same object for all its life. Known from the start of the thread on. */
    @Nullable
    Runnable continuation;

    /** Was given to its scheduler since it last tried to let go of its thread. */
    boolean moved;

    /** What follows is user code, to be run on other threads than the carrier. Written by the worker's own thread. */
    boolean outside;

    // Confined to the carrier.
    /** Lets go of the carrier to wait for the baton, or to sleep with it. */
    boolean wants;
    /** Has let go of it. */
    boolean stashed;
    /** Waits on a thread that it cannot leave. */
    boolean apart;
    /** The baton was passed to it, and it has not taken it yet. */
    boolean called;

    CarriedWorker(Engine engine, CarriedBaton baton) {
        super(engine);
        this.baton = baton;
    }

    /** Runs until it lets go of the carrier. */
    void goOn() {
        stashed = false;
        Objects.requireNonNull(continuation).run();
    }

    @Override
    public void execute(Runnable task) {
        baton.execute(this, task);
    }

    @Override
    public boolean isCalled() {
        return called || super.isCalled();
    }

    @Override
    public boolean isResting() {
        return stashed || super.isResting();
    }
}
