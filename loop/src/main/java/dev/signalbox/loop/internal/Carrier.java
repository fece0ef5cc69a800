// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The loop's own scheduler: runs the virtual threads of one engine's workers on one platform thread, the carrier, so that a hand-over is a
 * change of stacks and nothing else. No atomic operation, no wake-up, and no other virtual thread of the application comes between.
 *
 * <p>A worker that waits for the baton lets go of the carrier ({@link Thread#yield}), and its continuation is put aside until the baton is
 * passed to it. Who runs at what time on which thread never decides who <em>has</em> the baton: a stack that is run for any other reason
 * looks, finds that it was not called, and lets go again.
 *
 * <p>What a hand-over changes ({@link CarriedWorker}, {@link #local}) is confined to the thread that {@link #carrier} names and is plain.
 * All others send a message ({@link #arrived}). The confinement moves to another thread with {@link #carrier}, which is volatile: whoever
 * stops being the carrier clears it after its last write, and who becomes it sets it before its first read.
 *
 * <ul>
 *   <li><b>Pinned</b>: a stack that cannot let go of its thread (a native frame below it, or no room) would keep everybody from running. It
 *       finds out because the yield comes back without a call of the scheduler. It gives up being the carrier then, another thread
 *       becomes it, and the stack waits where it is, {@linkplain CarriedWorker#apart apart}.
 *   <li><b>Off the loop</b>: user code in {@code Async.blocking} moves to a thread of {@link CarrierThreads}. A wait of core stays: it
 *       parks, which lets go of the carrier; whether it can is tried by a yield before it.
 *   <li><b>Threads that user code starts</b> in a task are given the same scheduler by the JDK. They run on {@link CarrierThreads}.
 * </ul>
 */
final class Carrier extends Baton {
    private static final VarHandle CARRIER;

    static {
        try {
            CARRIER = MethodHandles.lookup().findVarHandle(Carrier.class, "carrier", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** How long a carrier without anything to do stays. */
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long to wait for memory. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** After so many stacks at the most the carrier looks at what others have sent; a power of two. */
    private static final int STACKS_PER_LOOK = 16;

    private final ParkingBaton parking = ParkingBaton.INSTANCE;

    /** The stacks that can go on. Confined to the carrier. */
    private final ReadyQueue local = new ReadyQueue();
    /** The stack that sleeps with the baton, and until when. Confined to the carrier. */
    private @Nullable CarriedWorker sleeper;

    private long wakeTime;
    private int runs;

    /** What has to be done on the carrier, from any thread. */
    private final Queue<Runnable> arrived = new ConcurrentLinkedQueue<>();

    private volatile @Nullable Thread carrier;
    /** Set by the carrier before its last look at {@link #arrived} and {@link #woken}, read by others after they wrote these. */
    private volatile boolean asleep;

    /** Ends the sleep of the worker that has the baton. */
    private volatile boolean woken;
    /** The worker that has the baton sleeps on a thread that it cannot leave. */
    private volatile boolean apart;

    private volatile boolean closed;

    // ---------------------------------------------------------------- the baton

    @Override
    Worker newWorker(Engine engine) {
        return new CarriedWorker(engine, this);
    }

    @Override
    void pass(Worker to) {
        CarriedWorker worker = (CarriedWorker) to;
        if (isCarrier()) {
            call(worker);
        } else {
            send(() -> call(worker));
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
            local.add(worker);
            worker.stashed = false;
        }
        worker.called = true; // one that has not let go yet looks before it does
    }

    @Override
    void await(Worker worker) {
        CarriedWorker me = (CarriedWorker) worker;
        for (; ; ) {
            try {
                if (isCarrier()) {
                    if (me.called) {
                        me.called = false;
                        keepInterrupt(me);
                        return;
                    }
                    me.wants = true;
                } else {
                    me.outside = false;
                }
                if (!letGo(me)) {
                    awaitApart(me);
                    return;
                }
            } catch (StackOverflowError | OutOfMemoryError e) {
                // Nothing has changed, and there is no way back without the baton: try again.
            }
        }
    }

    /** Waits on this thread, which cannot be left. Throws before anything has changed, or not at all. */
    private void awaitApart(CarriedWorker me) {
        Runnable message = () -> goApart(me);
        if (isCarrier()) {
            arrived.add(message);
            abdicate();
        } else {
            send(message);
        }
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
        if (isCarrier() && !(local.isEmpty() && arrived.isEmpty()) && !letGo((CarriedWorker) worker)) {
            abdicate();
        }
    }

    @Override
    void idle(Worker worker, long nanos) {
        CarriedWorker me = (CarriedWorker) worker;
        if (isCarrier() || letGo(me)) {
            wakeTime = nanos == Engine.FOREVER ? nanos : System.nanoTime() + nanos;
            sleeper = me;
            me.wants = true;
            if (!letGo(me)) {
                abdicate();
            }
            sleeper = null;
        }
        if (!isCarrier()) {
            idleApart(me, nanos);
        }
        woken = false;
        keepInterrupt(me);
    }

    /** An interrupt of a stack that was put aside is for what goes on there, which is not always what was meant. */
    private static void keepInterrupt(CarriedWorker me) {
        if (Thread.interrupted()) {
            me.interrupted = true;
        }
    }

    /** Sleeps on this thread, which cannot be left. */
    private void idleApart(CarriedWorker me, long nanos) {
        apart = true;
        if (!woken) {
            parking.idle(me, nanos);
        }
        apart = false;
    }

    @Override
    void wake(Worker worker) {
        woken = true;
        if (apart) {
            parking.wake(worker);
        } else {
            wakeCarrier();
        }
    }

    @Override
    void stepOff(Worker worker, boolean foreign) {
        CarriedWorker me = (CarriedWorker) worker;
        me.outside = foreign;
        if (isCarrier() && !letGo(me)) {
            abdicate();
        }
    }

    /** Whether the sleep of this worker is to end: as it happens to be. */
    boolean isWoken(CarriedWorker worker) {
        return worker == sleeper && woken;
    }

    @Override
    void close() {
        closed = true;
        LockSupport.unpark(carrier);
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
        if (!isCarrier()) {
            send(() -> local.add(worker));
        } else if (worker.wants) {
            worker.wants = false;
            worker.stashed = true;
        } else {
            local.add(worker);
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

    // ---------------------------------------------------------------- the carrier

    private boolean isCarrier() {
        return OwnThreads.currentCarrier() == carrier;
    }

    /**
     * Has something done on the carrier.
     *
     * @throws OutOfMemoryError when there is no carrier and no thread to be one; then it will not be done
     */
    private void send(Runnable message) {
        arrived.add(message);
        try {
            wakeCarrier();
        } catch (StackOverflowError | OutOfMemoryError e) {
            if (arrived.remove(message)) {
                throw e;
            }
        }
    }

    private void wakeCarrier() {
        Thread known = carrier;
        if (known == null) {
            CarrierThreads.execute(this::carry);
        } else if (asleep) {
            LockSupport.unpark(known);
        }
    }

    /** Another thread is the carrier from here on. Does not fail: without one nobody would run. */
    private void abdicate() {
        carrier = null;
        for (; ; ) {
            try {
                CarrierThreads.execute(this::carry);
                return;
            } catch (StackOverflowError | OutOfMemoryError e) {
                // until there is a thread
            }
        }
    }

    /** The life of a carrier, as long as nobody else is. */
    private void carry() {
        Thread me = Thread.currentThread();
        do {
            if (!CARRIER.compareAndSet(this, null, me)) {
                return;
            }
            while (carrier == me && (runNext() || rest())) {
                // a stack that found itself pinned here has made another thread the carrier
            }
            if (carrier != me) {
                return;
            }
            carrier = null;
        } while (!arrived.isEmpty()); // sent while this was the carrier: nobody else was started
    }

    private boolean runNext() {
        if ((++runs & (STACKS_PER_LOOK - 1)) == 0) {
            receive();
        }
        CarriedWorker worker = (CarriedWorker) local.poll();
        if (worker == null) {
            return receive();
        }
        worker.stashed = false;
        Objects.requireNonNull(worker.continuation).run();
        return true;
    }

    private boolean receive() {
        Runnable message = arrived.poll();
        if (message == null) {
            return false;
        }
        for (; ; ) {
            try {
                message.run();
                return true;
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(RETRY_NANOS); // it has changed nothing, and nobody else will do it
            }
        }
    }

    /**
     * Waits for a message, or until the sleeping stack has slept enough.
     *
     * @return false when there was nothing to do for a while
     */
    private boolean rest() {
        CarriedWorker sleeping = sleeper;
        long deadline = sleeping == null ? System.nanoTime() + KEEP_NANOS : wakeTime;
        asleep = true;
        while (arrived.isEmpty() && !(sleeping == null ? closed : woken)) {
            long nanos = deadline == Engine.FOREVER ? Engine.FOREVER : deadline - System.nanoTime();
            if (nanos <= 0) {
                break;
            }
            LockSupport.parkNanos(this, nanos);
            Thread.interrupted(); // meant for nobody
        }
        asleep = false;
        if (sleeping == null) {
            return !arrived.isEmpty();
        }
        if (woken || arrived.isEmpty()) {
            local.add(sleeping);
            sleeper = null;
        }
        return true;
    }
}
