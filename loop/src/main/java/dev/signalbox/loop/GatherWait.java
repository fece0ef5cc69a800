// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task that waits for many futures: until all are done or the first went wrong. A cancel is passed on to all of them. */
final class GatherWait extends Wait {
    private final List<? extends Future<?>> futures;
    private final Watch<Future<?>> watch;
    private @Nullable Future<?> failed;
    private boolean cancelForwarded;

    private GatherWait(Task<?> task, List<? extends Future<?>> futures) {
        super(task);
        this.futures = futures;
        this.watch = new Watch<>(futures.size(), this::done);
    }

    /** The futures are {@linkplain Watch#checked checked} ones. */
    static <T extends @Nullable Object> List<T> await(Task<?> task, List<? extends Future<? extends T>> futures) {
        new GatherWait(task, futures).await();
        List<T> results = new ArrayList<>(futures.size());
        for (Future<? extends T> future : futures) {
            results.add(future.result());
        }
        return Collections.unmodifiableList(results);
    }

    private void await() {
        try {
            watch();
            if (failed == null && watch.pending() > 0) {
                task.suspend(this, Task.FOREVER);
            }
        } finally {
            leave();
        }
        boolean cancelled = failed == null || failed.isCancelled();
        if (cancelForwarded && cancelled) {
            throw task.deliverCancel(null);
        }
        if (failed != null) {
            failed.result();
        }
    }

    private void watch() {
        for (Future<?> future : futures) {
            if (future.isPending()) {
                watch.add(future);
            } else if (future.hasFailed() && failed == null) {
                failed = future;
            }
        }
    }

    /** Whoever gathers is told of one failure and does not want the others reported. */
    private void leave() {
        watch.leave();
        if (failed != null || watch.pending() > 0) {
            futures.stream().filter(future -> future != failed).forEach(Future::expectFailure);
        }
    }

    /** One of the futures is done. */
    private void done(Future<?> future) {
        if (!isEnded()) {
            failed = future.hasFailed() ? future : null;
            if (failed != null || watch.pending() == 0) {
                grant();
            }
        }
    }

    @Override
    void giveBack() {
        if (failed != null) {
            failed.untold();
        }
    }

    @Override
    Collection<?> subjects() {
        return futures;
    }

    @Override
    Collection<? extends Future<?>> awaited() {
        return futures;
    }

    @Override
    boolean forwardCancel(@Nullable String message) {
        boolean taken = false;
        for (Future<?> future : futures) {
            taken |= future instanceof Task ? future.isPending() : future.cancelFromLoop(message);
        }
        cancelForwarded = taken;
        return taken;
    }
}
