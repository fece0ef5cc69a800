// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A thread that can hold an engine's baton: it runs jobs at the bottom of its stack, and a job that suspends keeps the whole thread until
 * it goes on. As an {@link Item} it means "let this suspended stack continue".
 */
public sealed class Worker extends Item implements Runnable permits CarriedWorker {
    private final Engine engine;
    private @Nullable Thread thread;

    // Guarded by the baton; whoever passes it writes them before, the receiver reads them after.
    /** What to run on receiving the baton; null: look for work. */
    @Nullable
    Job start;
    /** The thread ends instead of waiting for the baton again. */
    boolean exit;

    // Owned by the worker's own thread.
    /** An interrupt that arrived while the thread was parked, kept for the job; parking again would spin otherwise. */
    boolean interrupted;

    // Crosses threads: see ParkingBaton.
    volatile boolean go;
    volatile boolean onMonitor;
    /** Has posted itself after stepping off, and waits for its turn. Written by the worker's own thread. */
    volatile boolean back;

    Worker(Engine engine) {
        this.engine = engine;
    }

    void bind(Thread thread) {
        this.thread = thread;
    }

    /** Whether it has stepped off and posted itself to go on. */
    public boolean isBack() {
        return back;
    }

    /** Whether the baton was passed to it, and it has not taken it yet. */
    public boolean isCalled() {
        return go;
    }

    /** Whether it waits, for whatever, and what it waits for has not come: as it happens to be. */
    public boolean isResting() {
        Thread.State state = thread().getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    /** The thread of this worker. */
    public Thread thread() {
        return Objects.requireNonNull(thread);
    }

    @Override
    public void run() {
        engine.live(this);
    }

    /** Gives an interrupt that arrived while the thread was parked to the code that goes on now. */
    void restoreInterrupt() {
        if (interrupted) {
            interrupted = false;
            Thread.currentThread().interrupt();
        }
    }
}
