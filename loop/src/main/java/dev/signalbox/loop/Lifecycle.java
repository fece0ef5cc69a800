// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a loop is doing, and who may do what next: one run at a time, one close, and nothing after it.
 *
 * <pre>
 *   IDLE ──beginRun──▶ RUNNING ──endRun──▶ IDLE ──beginClose──▶ CLOSING ──endClose──▶ CLOSED
 * </pre>
 *
 * <p>A close is asked for first, in any state: from then on no run begins and nothing is taken in. Decisions are taken under the lock; a look
 * from elsewhere needs none.
 */
final class Lifecycle {
    enum State {
        IDLE,
        RUNNING,
        CLOSING,
        CLOSED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile State state = State.IDLE;
    private volatile boolean closeRequested;
    private int runs; // written under the lock before a run, so its holders of the baton read it without
    private @Nullable Thread closer;

    State state() {
        return state;
    }

    boolean isCloseRequested() {
        return closeRequested;
    }

    /** The number of the run that is under way. With its baton. */
    int run() {
        return runs;
    }

    /** The number of the run that is under way, or else of the next one. */
    int runOrNext() {
        lock.lock();
        try {
            return state == State.RUNNING ? runs : runs + 1;
        } finally {
            lock.unlock();
        }
    }

    /** False when this loop is running, closing or closed. */
    boolean beginRun() {
        lock.lock();
        try {
            if (state != State.IDLE || closeRequested) {
                return false;
            }
            runs++;
            state = State.RUNNING;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Looks at what a run would find, while nobody runs or closes this loop; empty when somebody does, or did. */
    <T> Optional<T> whileIdle(Supplier<T> look) {
        lock.lock();
        try {
            return state == State.IDLE && !closeRequested ? Optional.of(look.get()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** The run that has begun comes to nothing: the next one gets its number, and with it the stops that were meant for it. */
    void withdrawRun() {
        lock.lock();
        try {
            runs--;
            enter(State.IDLE);
        } finally {
            lock.unlock();
        }
    }

    /** After a failure no other run can begin. */
    void endRun(boolean failed) {
        lock.lock();
        try {
            closeRequested |= failed;
            enter(State.IDLE);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the end of a run, or of another close.
     *
     * @param stop ends the run that is under way; under the lock, so it calls no user code
     * @return true if it is the caller's to close; false if it is done, or is being done by the caller further down its stack
     */
    boolean beginClose(Runnable stop) {
        lock.lock();
        try {
            if (state == State.CLOSING && closer == Thread.currentThread()) {
                return false; // code that depends on what is being failed closes once more
            }
            closeRequested = true;
            if (state == State.RUNNING) {
                stop.run();
            }
            while (state == State.RUNNING || state == State.CLOSING) {
                changed.awaitUninterruptibly();
            }
            if (state == State.CLOSED) {
                return false;
            }
            closer = Thread.currentThread();
            enter(State.CLOSING);
            return true;
        } finally {
            lock.unlock();
        }
    }

    void endClose() {
        lock.lock();
        try {
            enter(State.CLOSED);
        } finally {
            lock.unlock();
        }
    }

    void awaitClosed() {
        lock.lock();
        try {
            while (state != State.CLOSED) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void enter(State next) {
        state = next;
        changed.signalAll();
    }
}
