// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A task that waits for many futures: until all are done or the first went wrong. A cancel is passed on to all of them. */
final class GatherWait extends Wait {
    private final List<? extends Future<?>> futures;
    private int left;
    private @Nullable Future<?> failed;
    private boolean cancelling;
    private boolean cancelForwarded;

    private GatherWait(Task<?> task, List<? extends Future<?>> futures) {
        super(task);
        this.futures = futures;
    }

    static <T extends @Nullable Object> List<T> await(Task<?> task, List<? extends Future<? extends T>> futures) {
        for (int i = 0; i < futures.size(); i++) {
            Future<?> future = Objects.requireNonNull(futures.get(i), "futures[" + i + "]");
            future.check();
            if (future == task) {
                throw new IllegalStateException("a task cannot await itself: " + task);
            }
        }
        new GatherWait(task, futures).await();
        List<T> results = new ArrayList<>(futures.size());
        for (Future<? extends T> future : futures) {
            results.add(future.result());
        }
        return Collections.unmodifiableList(results);
    }

    private void await() {
        for (Future<?> future : futures) {
            if (future.isPending()) {
                left++;
                future.addWaiter(new Part(this, future));
            } else if (future.failure() != null && failed == null) {
                failed = future;
            }
        }
        if (failed != null) {
            abandon(); // those still pending are watched for their failures, but there is nobody to wake
        } else if (left > 0) {
            task.suspend(this, Task.FOREVER);
        }
        boolean cancelled = failed == null || failed.isCancelled();
        if (cancelForwarded && cancelled) {
            throw task.deliverCancel(null);
        }
        if (failed != null) {
            failed.result();
        }
    }

    /** One of the futures is done. */
    private void done(Future<?> future) {
        left--;
        if (isEnded()) {
            future.observe(); // the first failure is thrown; whoever gathers does not want the others reported
            return;
        }
        if (future.failure() != null) {
            failed = future;
        }
        if (failed != null || left == 0) {
            grant();
        }
    }

    @Override
    boolean forwardCancel(@Nullable String message) {
        if (cancelling) {
            return false; // one of the futures waits for this task in turn
        }
        cancelling = true;
        Set<Future<?>> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        distinct.addAll(futures);
        boolean taken = false;
        for (Future<?> future : distinct) {
            taken |= future.cancelFromLoop(message);
        }
        cancelling = false;
        cancelForwarded = taken;
        return taken;
    }

    private static final class Part extends Link {
        private final GatherWait whole;
        private final Future<?> future;

        Part(GatherWait whole, Future<?> future) {
            this.whole = whole;
            this.future = future;
        }

        @Override
        void signalled() {
            whole.done(future);
        }
    }
}
