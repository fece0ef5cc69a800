// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * The hand-over between threads that park: platform threads, and virtual ones on the scheduler of the JDK.
 *
 * <p>The receiver's flag {@code go} is the only thing that crosses: it is set after everything the giver wrote and taken by the receiver
 * before anything it reads, which makes each hand-over a happens-before edge. Parking can fail where the stack is deep (a virtual thread
 * needs native stack for each frame it puts away), and after the flag was set it is too late to fail: hence the monitor to fall back to,
 * which blocks the carrier but needs less, and where even that fails the receiver turns round until its turn has come.
 */
class ParkingBaton extends Baton {
    static final ParkingBaton INSTANCE = new ParkingBaton();

    private static final VarHandle GO;

    static {
        try {
            GO = MethodHandles.lookup().findVarHandle(Worker.class, "go", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long POLL_MILLIS = 1;

    ParkingBaton() {}

    @Override
    Worker newWorker(Engine engine) {
        return new Worker(engine);
    }

    @Override
    void pass(Worker to) {
        Thread thread = to.thread();
        to.go = true;
        try {
            LockSupport.unpark(thread);
            if (to.onMonitor) {
                synchronized (to) {
                    to.notifyAll();
                }
            }
        } catch (StackOverflowError | OutOfMemoryError e) {
            if (GO.compareAndSet(to, true, false)) {
                throw e;
            }
        }
    }

    @Override
    void await(Worker me) {
        while (!(me.go && GO.compareAndSet(me, true, false))) {
            try {
                park(me);
            } catch (StackOverflowError | OutOfMemoryError e) {
                // Not even a frame to wait in. Unwinding without the baton would let two tasks run at once: turn round
                // until it comes.
            }
        }
    }

    private static void park(Worker me) {
        try {
            LockSupport.park(me);
        } catch (StackOverflowError | OutOfMemoryError e) {
            awaitOnMonitor(me);
        }
        if (Thread.interrupted()) {
            me.interrupted = true;
        }
    }

    private static void awaitOnMonitor(Worker me) {
        synchronized (me) {
            me.onMonitor = true; // before the look at go, as the giver sets go before its look at onMonitor
            try {
                while (!me.go) {
                    me.wait();
                }
            } catch (InterruptedException e) {
                me.interrupted = true;
            } finally {
                me.onMonitor = false;
            }
        }
    }

    @Override
    void idle(Worker me, long nanos) {
        try {
            if (nanos == Long.MAX_VALUE) {
                LockSupport.park(me);
            } else {
                LockSupport.parkNanos(me, nanos);
            }
        } catch (StackOverflowError | OutOfMemoryError e) {
            idleOnMonitor(me);
        }
        if (Thread.interrupted()) {
            me.interrupted = true;
        }
    }

    /** An unpark does not end a wait on a monitor: look around each millisecond. */
    private static void idleOnMonitor(Worker me) {
        synchronized (me) {
            try {
                me.wait(POLL_MILLIS);
            } catch (InterruptedException e) {
                me.interrupted = true;
            }
        }
    }

    @Override
    void wake(Worker sleeper) {
        LockSupport.unpark(sleeper.thread());
    }
}
