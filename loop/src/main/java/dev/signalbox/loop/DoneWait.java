// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task that waits until all of many futures are done, or one is, and leaves them alone whatever becomes of it or them. */
final class DoneWait<F extends Future<?>> extends Wait {
    private final List<F> futures;
    private final boolean one;
    private final Watch<F> watch;
    private @Nullable F first;

    private DoneWait(Task<?> task, List<F> futures, boolean one) {
        super(task);
        this.futures = futures;
        this.watch = new Watch<>(futures.size(), this::done);
        this.one = one;
    }

    /** Waits for all of the {@linkplain Watch#checked checked} futures; returns whether they are done now. */
    static <F extends Future<?>> boolean all(Task<?> task, List<F> futures, long nanos) {
        DoneWait<F> wait = new DoneWait<>(task, futures, false);
        wait.await(nanos);
        return wait.watch.pending() == 0;
    }

    /** Waits for one of the {@linkplain Watch#checked checked} futures; null: none is done now. */
    static <F extends Future<?>> @Nullable F any(Task<?> task, List<F> futures, long nanos) {
        DoneWait<F> wait = new DoneWait<>(task, futures, true);
        wait.await(nanos);
        return wait.first;
    }

    private void await(long nanos) {
        try {
            if (!watch() && nanos > 0) {
                task.suspend(this, nanos);
            }
        } finally {
            watch.leave();
        }
    }

    /** Whether there is nothing to wait for. */
    private boolean watch() {
        for (F future : futures) {
            if (future.isPending()) {
                watch.add(future);
            } else if (one) {
                first = future;
                return true;
            }
        }
        return watch.pending() == 0;
    }

    @Override
    Collection<?> subjects() {
        return futures;
    }

    @Override
    boolean isForAny() {
        return one;
    }

    /** Also counts those that are done after the time was up, but before the task runs: they are done when it looks. */
    private void done(F future) {
        future.untold();
        if (first == null) {
            first = future;
        }
        if (one || watch.pending() == 0) {
            grant();
        }
    }
}
