// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Somebody who stands in the lists of many futures: hears of each as it is done, in that order, until it leaves. Standing there is not being
 * told of a failure; the listener says what it makes of one. Guarded by the baton.
 */
final class Watch<F extends Future<?>> {
    private final Consumer<? super F> listener;
    private final List<Part> parts;
    private int pending;

    /** Of about so many futures; the listener runs as bookkeeping. */
    Watch(int futures, Consumer<? super F> listener) {
        this.parts = new ArrayList<>(futures);
        this.listener = listener;
    }

    /**
     * A copy of what a task means to wait for.
     *
     * @throws NullPointerException if the collection or one of the futures is null
     * @throws WrongLoopException if one of them belongs to another loop
     * @throws IllegalStateException if the task is one of them
     */
    static <F extends Future<?>> List<F> checked(Task<?> task, Collection<? extends F> futures) {
        List<F> copy = new ArrayList<>(Objects.requireNonNull(futures, "futures"));
        for (int i = 0; i < copy.size(); i++) {
            F future = Objects.requireNonNull(copy.get(i), "futures[" + i + "]");
            future.check();
            if (future == task) {
                throw new IllegalStateException("a task cannot await itself: " + task);
            }
        }
        return copy;
    }

    /** Hears of a pending future too; twice of one that is added twice. */
    void add(F future) {
        Part part = new Part(future);
        parts.add(part);
        future.addWaiter(part);
        pending++;
    }

    /** Of how many it has not heard. */
    int pending() {
        return pending;
    }

    /** Leaves nothing behind in futures that may live long. */
    void leave() {
        parts.forEach(Link::unlink);
    }

    private final class Part extends Link {
        private final F future;

        Part(F future) {
            this.future = future;
        }

        @Override
        void signalled() {
            pending--;
            listener.accept(future);
        }
    }
}
