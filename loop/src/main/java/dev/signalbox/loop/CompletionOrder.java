// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Collected;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.loop.internal.Op;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Consumer;

/** Futures, to be iterated over in the order in which they are done: each iterator on its own, from when it was made. */
final class CompletionOrder<F extends Future<?>> extends LoopBound implements Iterable<F> {
    private final Collection<F> futures;

    /** The futures are {@linkplain Watch#checked checked} ones, each but once. */
    CompletionOrder(EventLoop loop, Collection<F> futures) {
        super(loop);
        this.futures = futures;
    }

    @Override
    public Iterator<F> iterator() {
        return new AsCompleted<>(check(), futures);
    }

    @Override
    public void forEach(Consumer<? super F> action) {
        checkTask();
        Iterable.super.forEach(Objects.requireNonNull(action, "action"));
    }

    @Override
    public Spliterator<F> spliterator() {
        check();
        return Iterable.super.spliterator();
    }

    @Override
    public String toString() {
        return Identity.of(this) + " [futures=" + futures.size() + "]";
    }

    /**
     * One iteration. It may be left early, and then nobody says so; hence the futures, which may live long, hold on to it weakly, and when it
     * is collected it is taken out of their lists. Whoever waits in {@link #next()} keeps it alive: its task refers to the {@link Taker}.
     *
     * <p>Several tasks may share it. Each call of {@code next} claims one future before it waits, so none waits in vain.
     */
    private static final class AsCompleted<F extends Future<?>> extends LoopBound implements Iterator<F> {
        // Guarded by the baton.
        private final Deque<F> done = new ArrayDeque<>();
        private final WaitList takers = new WaitList(this);
        /** How many no call of {@code next} has claimed. */
        private int left;
        /** How many of the done ones belong to tasks that have been woken for them. */
        private int promised;

        AsCompleted(EventLoop loop, Collection<F> futures) {
            super(loop);
            left = futures.size();
            WeakReference<AsCompleted<F>> self = new WeakReference<>(this);
            Watch<F> watch = new Watch<>(futures.size(), future -> done(self, future));
            for (F future : futures) {
                if (future.isPending()) {
                    watch.add(future);
                } else {
                    done.add(future);
                }
            }
            if (watch.pending() > 0) {
                Cleaner.Cleanable unused = Collected.CLEANER.register(this, () -> leave(loop, watch));
            }
        }

        /** On the cleaner's thread. What it reads of the watch may be stale, but then it is too high, since nobody adds to it any more. */
        private static void leave(EventLoop loop, Watch<?> watch) {
            if (watch.pending() > 0) {
                loop.engine.post(Op.of(watch::leave));
            }
        }

        private static <F extends Future<?>> void done(WeakReference<AsCompleted<F>> iterator, F future) {
            future.untold();
            AsCompleted<F> order = iterator.get();
            if (order != null) {
                order.done.add(future);
                order.promise();
            }
        }

        /** Wakes whoever stands first, if there is something for it. */
        private void promise() {
            if (!takers.isEmpty() && done.size() > promised) {
                promised++;
                takers.signalFirst();
            }
        }

        @Override
        public boolean hasNext() {
            check();
            return left > 0;
        }

        @Override
        public F next() {
            Task<?> task = checkTask();
            if (left == 0) {
                throw new NoSuchElementException("every future was returned, or is claimed by a task that waits here");
            }
            left--;
            if (done.size() == promised) {
                Taker taker = new Taker(task, this);
                takers.add(taker);
                task.suspend(taker, Task.FOREVER);
                promised--;
            }
            return done.remove();
        }

        @Override
        public void remove() {
            check();
            throw new UnsupportedOperationException("futures cannot be removed");
        }

        @Override
        public void forEachRemaining(Consumer<? super F> action) {
            checkTask();
            Iterator.super.forEachRemaining(Objects.requireNonNull(action, "action"));
        }

        @Override
        public String toString() {
            return Identity.of(this) + " [left=" + left + "]";
        }
    }

    /** A task in {@link Iterator#next()}. */
    private static final class Taker extends Wait {
        private final AsCompleted<?> order;

        Taker(Task<?> task, AsCompleted<?> order) {
            super(task);
            this.order = order;
        }

        @Override
        void withdrawn() {
            order.left++;
        }

        @Override
        void giveBack() {
            order.left++;
            order.promised--;
            order.promise();
        }
    }
}
