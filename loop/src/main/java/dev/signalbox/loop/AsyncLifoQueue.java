// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.LifoItems;

/**
 * An {@link AsyncQueue} that gives the newest item first: {@code asyncio.LifoQueue}.
 *
 * <pre>{@code
 * var drafts = new AsyncLifoQueue<String>();
 * drafts.put("first");
 * drafts.put("second");
 * var latest = drafts.take(); // "second"
 * }</pre>
 *
 * <p>Cancellation, binding, joining, shutdown and memory consistency effects are those of {@link AsyncQueue}; so is fairness among tasks,
 * whereas an item may stay for ever under newer ones. For threads there is {@link dev.signalbox.core.LifoQueue}.
 *
 * @param <E> the type of the items
 */
public final class AsyncLifoQueue<E> extends AsyncQueue<E> {
    /** Creates a queue without a bound. */
    public AsyncLifoQueue() {
        super(new LifoItems<>(), UNBOUNDED);
    }

    /**
     * Creates a bounded queue.
     *
     * @param capacity how many items it holds at most, at least 1
     * @throws IllegalArgumentException if {@code capacity} is zero or negative; Python's 0, for a queue without a bound, is
     *     {@link #AsyncLifoQueue()} here
     */
    public AsyncLifoQueue(int capacity) {
        super(new LifoItems<>(), Checks.capacity(capacity, "AsyncLifoQueue"));
    }

    @Override
    E removeNext() {
        return hasKept() ? removeKept() : returned.pollLastEntry().getValue();
    }
}
