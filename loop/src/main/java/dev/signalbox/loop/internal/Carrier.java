// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A platform thread that runs the stacks of one engine, one after the other: at most one thread at a time, and a thread only while there is
 * something to do.
 *
 * <p>What is confined to the carrier is plain; it is read and written by the thread that {@link #carrier} names alone. The others send a
 * message. The confinement moves to another thread with that field: who stops being the carrier clears it after its last write, and who
 * becomes it sets it before its first read.
 */
final class Carrier {
    private static final VarHandle CARRIER;

    static {
        try {
            CARRIER = MethodHandles.lookup().findVarHandle(Carrier.class, "carrier", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** How long a thread without anything to do stays. */
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long to wait for memory. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Executor threads;
    private final Supplier<Thread> platformThread;
    private final long keepNanos;
    private final Runnable life = this::carry; // made early: it may be needed at the end of a stack

    // Confined to the carrier.
    private final ReadyQueue stacks = new ReadyQueue();
    private @Nullable Runnable alarm;
    private long alarmTime;

    private final Queue<Runnable> messages = new ConcurrentLinkedQueue<>();
    /** Whether there may be messages: what a carrier that is busy looks at, since to ask the queue takes longer. Written after it. */
    private volatile boolean mail;

    private volatile @Nullable Thread carrier;
    /** Set by the carrier before its last look at {@link #messages}, read by others after they sent one. */
    private volatile boolean asleep;

    private volatile boolean closed;

    /** A carrier that is no thread yet, and will be one of {@link CarrierThreads}. */
    Carrier() {
        this(CarrierThreads::execute, OwnThreads::currentCarrier, KEEP_NANOS);
    }

    /**
     * A carrier that is no thread yet.
     *
     * @param threads runs it
     * @param platformThread what the calling thread runs on
     * @param keepNanos how long a thread without anything to do stays
     */
    Carrier(Executor threads, Supplier<Thread> platformThread, long keepNanos) {
        this.threads = threads;
        this.platformThread = platformThread;
        this.keepNanos = keepNanos;
        new Successor().order = Order.LEAVE; // the classes are there when a stack at its end needs them
    }

    // ---------------------------------------------------------------- any thread

    /** Whether the calling thread is the carrier, or runs on it. */
    boolean isCurrent() {
        return carrier == platformThread.get();
    }

    /**
     * Has something done on the carrier. It must not throw anything but an {@link OutOfMemoryError}, and that before it has changed
     * anything: then it is tried again.
     *
     * @throws OutOfMemoryError when no thread can be had to do it; then it will not be done
     */
    void send(Runnable message) {
        messages.add(message);
        mail = true;
        try {
            Thread known = carrier;
            if (known == null) {
                threads.execute(life);
            } else if (asleep) {
                LockSupport.unpark(known);
            }
        } catch (StackOverflowError | OutOfMemoryError e) {
            if (messages.remove(message)) {
                throw e;
            }
        }
    }

    /** Waits until no stack can go on, nor could after what was sent by now. Not from within one. */
    void awaitRest() {
        CompletableFuture<@Nullable Void> rest = new CompletableFuture<>();
        send(new Runnable() {
            @Override
            public void run() {
                if (stacks.isEmpty() && messages.isEmpty()) {
                    rest.complete(null);
                } else {
                    send(this);
                }
            }
        });
        rest.join();
    }

    /** The thread need not stay any longer than there is something to do. */
    void close() {
        closed = true;
        LockSupport.unpark(carrier);
    }

    // ---------------------------------------------------------------- on the carrier

    /** Runs a stack after those that can go on already. */
    void add(CarriedWorker stack) {
        stacks.add(stack);
    }

    /** Whether somebody else could go on now; elsewhere than on the carrier, as it happens to be. */
    boolean isWanted() {
        return mail || !stacks.isEmpty();
    }

    /** Does something at that point of {@link System#nanoTime()}, if nothing else is to do then; in place of what was to be done before. */
    void setAlarm(long time, @Nullable Runnable action) {
        alarmTime = time;
        alarm = action;
    }

    /**
     * Makes another thread the carrier, since this one is going to be blocked.
     *
     * @return false when no thread can be had: then this one still is the carrier
     */
    boolean abdicate() {
        Successor successor = null;
        try {
            successor = new Successor();
            threads.execute(successor);
            carrier = null; // from here on nothing can fail
            successor.order = Order.CARRY;
            return true;
        } catch (StackOverflowError | OutOfMemoryError e) {
            if (successor != null) {
                successor.order = Order.LEAVE; // it may have begun all the same
            }
            return false;
        }
    }

    /** What a successor is to do. */
    private enum Order {
        WAIT,
        CARRY,
        LEAVE
    }

    /** Waits, a moment, until its predecessor has stepped down or could not find another. */
    private final class Successor implements Runnable {
        private volatile Order order = Order.WAIT;

        @Override
        public void run() {
            while (order == Order.WAIT) {
                Thread.onSpinWait();
            }
            if (order == Order.CARRY) {
                carry();
            }
        }
    }

    /** The life of a carrier, as long as nobody else is. */
    void carry() {
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
        } while (!messages.isEmpty()); // sent while this was the carrier, so nobody else was started
    }

    private boolean runNext() {
        boolean received = receive();
        CarriedWorker stack = (CarriedWorker) stacks.poll();
        if (stack == null) {
            return received;
        }
        try {
            stack.goOn();
        } catch (OutOfMemoryError e) {
            // the JDK's, beside the stack: what it says is for nobody, and the others must be carried on
        }
        return true;
    }

    private boolean receive() {
        if (!mail) {
            return false;
        }
        Runnable message = messages.poll();
        if (message == null) {
            mail = false;
            message = messages.poll(); // sent before that: its sender's mark is gone
            if (message == null) {
                return false;
            }
            mail = true; // there may be more of that kind
        }
        perform(message);
        return true;
    }

    private static void perform(Runnable message) {
        for (; ; ) {
            try {
                message.run();
                return;
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(RETRY_NANOS); // it has changed nothing, and nobody else will do it
            }
        }
    }

    /**
     * Waits for a message or the alarm.
     *
     * @return false when there was nothing to do for a while
     */
    private boolean rest() {
        Runnable action = alarm;
        long end = action == null ? System.nanoTime() + keepNanos : alarmTime;
        long nanos = 1;
        asleep = true;
        while (messages.isEmpty() && !(closed && action == null)) {
            nanos = end == Engine.FOREVER ? Engine.FOREVER : end - System.nanoTime();
            if (nanos <= 0) {
                break;
            }
            LockSupport.parkNanos(this, nanos);
            Thread.interrupted(); // meant for nobody
        }
        asleep = false;
        if (action != null && nanos <= 0) {
            perform(action);
        }
        return action != null || !messages.isEmpty();
    }
}
