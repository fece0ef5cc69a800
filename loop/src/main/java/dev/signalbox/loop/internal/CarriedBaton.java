// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The hand-over between virtual threads that the loop schedules itself, on one platform thread, its {@link Carrier}: a change of stacks
 * and nothing else. No atomic operation, no wake-up, and no other virtual thread of the application comes between.
 *
 * <p>A worker that waits for the baton lets go of the carrier ({@link Thread#yield}), and is put aside until the baton is passed to it. Who
 * runs at what time on which thread never decides who <em>has</em> the baton: a stack that is run for any other reason looks, finds that
 * it was not called, and lets go again.
 *
 * <ul>
 *   <li><b>Pinned.</b> A stack that cannot let go of its thread (a native frame below it, or no room) would keep everybody from running. It
 *       finds out because the yield comes back without a call of the scheduler. Another thread becomes the carrier then, and the stack
 *       waits where it is, {@linkplain CarriedWorker#apart apart}.
 *   <li><b>Off the loop.</b> User code in {@code Async.blocking} moves to a thread of {@link CarrierThreads}. A wait of core stays: it
 *       parks, which lets go of the carrier; whether it can is tried by a yield before it.
 *   <li><b>Threads that user code starts</b> in a task are given the same scheduler by the JDK. They run on {@link CarrierThreads}.
 * </ul>
 */
final class CarriedBaton extends Baton {
    // Made early: to link a lambda takes more room than there is at the end of a stack.
    private static final Message.What CALL = CarriedBaton::call;
    private static final Message.What ADD = (baton, worker) -> baton.carrier.add(worker);
    private static final Message.What WAKE = CarriedBaton::wakeHere;
    private static final Message.What GO_APART = CarriedBaton::goApart;

    private final ParkingBaton parking = ParkingBaton.INSTANCE;
    private final Carrier carrier;
    /** The stack that sleeps with the baton. Confined to the carrier. */
    private @Nullable CarriedWorker sleeper;

    /** Its stacks run on this carrier, which others may use too. */
    CarriedBaton(Carrier carrier) {
        this.carrier = carrier;
    }

    // ---------------------------------------------------------------- the baton

    @Override
    Worker newWorker(Engine engine) {
        return new CarriedWorker(engine, this);
    }

    @Override
    void pass(Worker to) {
        CarriedWorker worker = (CarriedWorker) to;
        if (carrier.isCurrent()) {
            call(worker);
        } else {
            send(worker, CALL);
        }
    }

    /** On the carrier. */
    private void call(CarriedWorker worker) {
        if (worker.apart) {
            parking.pass(worker);
            worker.apart = false;
            return;
        }
        if (worker.stashed) {
            carrier.add(worker);
            worker.stashed = false;
        }
        worker.called = true; // one that has not let go yet looks before it does
    }

    @Override
    void await(Worker worker) {
        CarriedWorker me = (CarriedWorker) worker;
        for (; ; ) {
            try {
                if (carrier.isCurrent()) {
                    if (me.called) {
                        me.called = false;
                        keepInterrupt(me);
                        return;
                    }
                    me.wants = true;
                } else {
                    me.outside = false;
                }
                if (!letGo(me) && (!carrier.isCurrent() || carrier.abdicate())) {
                    awaitApart(me);
                    return;
                }
            } catch (StackOverflowError | OutOfMemoryError e) {
                // Nothing has changed, and there is no way back without the baton: try again.
            }
        }
    }

    /** Waits on this thread, which cannot be left, and is not the carrier. Throws before anything has changed, or not at all. */
    private void awaitApart(CarriedWorker me) {
        send(me, GO_APART);
        parking.await(me);
    }

    /** On the carrier. */
    private void goApart(CarriedWorker worker) {
        if (worker.called) {
            parking.pass(worker);
            worker.called = false;
        } else {
            worker.apart = true;
        }
    }

    @Override
    void letOthersRun(Worker worker) {
        if (carrier.isWanted() && carrier.isCurrent() && !letGo((CarriedWorker) worker)) {
            boolean unused = carrier.abdicate(); // if not, again in the next round
        }
    }

    @Override
    void idle(Worker worker, long nanos) {
        CarriedWorker me = (CarriedWorker) worker;
        if (carrier.isCurrent()) {
            idleHere(me, nanos);
        } else if (!letGo(me)) {
            parking.idle(me, nanos);
        }
        // Or it has moved to the carrier: a wake-up may have come meanwhile and found no sleeper, so look again first.
        keepInterrupt(me);
    }

    /** On the carrier: no wake-up is looked at before the sleeper is known. */
    private void idleHere(CarriedWorker me, long nanos) {
        long end = nanos == Engine.FOREVER ? nanos : System.nanoTime() + nanos;
        sleeper = me;
        carrier.setAlarm(end, new Message(this, me, WAKE));
        me.wants = true;
        boolean slept = letGo(me);
        sleeper = null;
        carrier.setAlarm(Engine.FOREVER, null);
        if (!slept && carrier.abdicate()) {
            parking.idle(me, nanos);
        }
    }

    @Override
    void wake(Worker worker) {
        send((CarriedWorker) worker, WAKE);
    }

    /** On the carrier. Who sleeps on a thread that it cannot leave, or is about to, finds a permit. */
    private void wakeHere(CarriedWorker worker) {
        if (worker == sleeper) {
            carrier.add(worker);
            sleeper = null;
            carrier.setAlarm(Engine.FOREVER, null);
        } else {
            LockSupport.unpark(worker.thread());
        }
    }

    /** An interrupt of a stack that was put aside is for what goes on there, which is not always what was meant. */
    private static void keepInterrupt(CarriedWorker me) {
        if (Thread.interrupted()) {
            me.interrupted = true;
        }
    }

    @Override
    void stepOff(Worker worker, boolean foreign) {
        CarriedWorker me = (CarriedWorker) worker;
        me.outside = foreign;
        while (carrier.isCurrent() && !letGo(me) && !carrier.abdicate()) {
            // it would keep everybody from running: until there is a thread
        }
    }

    @Override
    void close() {
        carrier.close();
    }

    // ---------------------------------------------------------------- continuations

    /** The thread of this worker, or one that its user code started, can go on. Any thread. */
    void execute(CarriedWorker worker, Runnable task) {
        if (worker.continuation == null) {
            worker.continuation = task; // the start of its own thread comes before any user code on it
        }
        if (task != worker.continuation) {
            CarrierThreads.execute(task);
            return;
        }
        worker.moved = true;
        if (worker.outside && goesOutside(task)) {
            return;
        }
        if (!carrier.isCurrent()) {
            send(worker, ADD);
        } else if (worker.wants) {
            worker.wants = false;
            worker.stashed = true;
        } else {
            carrier.add(worker);
        }
    }

    private void send(CarriedWorker worker, Message.What what) {
        carrier.send(new Message(this, worker, what));
    }

    /** Something to do with a worker on the carrier. */
    private record Message(CarriedBaton baton, CarriedWorker worker, What what) implements Runnable {
        /** Done on the carrier; see {@link Carrier#send} for what it may throw. */
        interface What {
            void on(CarriedBaton baton, CarriedWorker worker);
        }

        @Override
        public void run() {
            what.on(baton, worker);
        }
    }

    private static boolean goesOutside(Runnable task) {
        try {
            CarrierThreads.execute(task);
            return true;
        } catch (OutOfMemoryError e) {
            return false; // then it has to run on the carrier, and may keep the loop from going on
        }
    }

    /**
     * Lets others run on this thread.
     *
     * @return false when the stack cannot let go of it: then nobody has run
     */
    @SuppressWarnings("ThreadPriorityCheck") // here the yield decides
    private static boolean letGo(CarriedWorker me) {
        me.moved = false;
        try {
            Thread.yield();
        } catch (StackOverflowError | OutOfMemoryError e) {
            // no room for putting the stack away
        }
        if (!me.moved) {
            me.wants = false;
        }
        return me.moved;
    }
}
