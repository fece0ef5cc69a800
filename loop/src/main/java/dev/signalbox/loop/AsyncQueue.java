// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.QueueShutdownException;
import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.FifoItems;
import dev.signalbox.core.internal.Items;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A queue that hands items from the tasks that put them to those that take them, first in, first out, and that can be joined and shut down:
 * {@code asyncio.Queue}.
 *
 * <p>A put waits while a bounded queue is full, a take while the queue is empty. Beside that a queue counts its <em>unfinished</em> items:
 * those that were put and not yet reported {@linkplain #taskDone() done} by who took them. {@link #join()} waits until there are none.
 * {@link #shutdown()} ends the puts at once, and the takes when the queue is empty, by {@link QueueShutdownException}.
 *
 * <pre>{@code
 * void work(AsyncQueue<String> pages) {
 *     try {
 *         while (true) {
 *             visit(pages.take(), pages);
 *             pages.taskDone();
 *         }
 *     } catch (QueueShutdownException e) {
 *         log("done"); // shut down, and nothing is left
 *     }
 * }
 *
 * void crawl(String start) {
 *     var pages = new AsyncQueue<String>();
 *     createTask(() -> work(pages));
 *     createTask(() -> work(pages));
 *     pages.put(start);
 *     pages.join(); // until all are visited, also those that a visit has put
 *     pages.shutdown();
 * }
 * }</pre>
 *
 * <p>Items are not null. A put that finds tasks waiting for an item hands it to the first of them at once; it is that task's own from then
 * on, even before it runs.
 *
 * <p><b>Fairness.</b> Items come out in the order in which they went in. Tasks that wait are served in the order of arrival, and nobody
 * overtakes: room goes to the first who waits to put, which puts its item when it runs, and until then whoever comes queues up behind.
 *
 * <p><b>Cancellation.</b> A put that throws {@link CancelledException} has put nothing, a take has taken nothing. Room that was given to a
 * cancelled task goes to the next. An item that was handed to it goes to the next who waits for one, or back to where it would be if it had
 * never been handed over; so for a while a queue may hold more than its capacity.
 *
 * <p><b>Binding.</b> Every method but {@code toString()} belongs to one loop, and throws {@link WrongLoopException} elsewhere before anything
 * changes. For threads, or for threads and loops together, there is {@link dev.signalbox.core.Queue}.
 *
 * <p><b>Memory consistency effects.</b> As between any two turns of a loop: what happened before a put is visible after the take of that
 * item, what happened before {@link #taskDone()} after the {@link #join()} that it released.
 *
 * @param <E> the type of the items
 */
public sealed class AsyncQueue<E> extends Primitive permits AsyncLifoQueue, AsyncPriorityQueue {
    /*
     * Guarded by the baton. Whenever a turn ends:
     *
     *   - Nobody waits to take while there is an item.
     *   - Nobody waits to put while there is room, unless somebody is entering: has been given room, and has not run yet.
     *   - After a shutdown nobody waits to put. To take only while an item is promised: handed to a task that has not run
     *     yet, and that may be cancelled and give it back.
     *
     * Who enters puts its item itself, and not whoever made room for it: then a put that is cancelled has put nothing in any
     * case, and the order of a priority queue, which is code of the user, is asked on no stack but that of the task whose
     * put or take it is.
     */

    /** A capacity that is never reached. */
    static final long UNBOUNDED = Long.MAX_VALUE;

    private final Items<E> items;
    private final long capacity;
    private long kept; // how many are in items

    /**
     * What was handed over and given back, by the number of its put. Whatever {@link #items} holds was put after all of these: when they were
     * handed over there was nothing else.
     */
    final NavigableMap<Long, E> returned = new TreeMap<>();

    private final WaitList takers = new WaitList(this);
    private long promised;

    private final WaitList putters = new WaitList(this);
    private long entering;

    private final WaitList joiners = new WaitList(this);
    private long puts;
    private long dones;

    private boolean shutdown;
    private boolean released; // of join, for ever

    /** Creates a queue without a bound. */
    public AsyncQueue() {
        this(new FifoItems<>(), UNBOUNDED);
    }

    /**
     * Creates a bounded queue.
     *
     * @param capacity how many items it holds at most, at least 1
     * @throws IllegalArgumentException if {@code capacity} is zero or negative; Python's 0, for a queue without a bound, is
     *     {@link #AsyncQueue()} here
     */
    public AsyncQueue(int capacity) {
        this(new FifoItems<>(), Checks.capacity(capacity, "AsyncQueue"));
    }

    /** Creates a queue of another order. */
    AsyncQueue(Items<E> items, long capacity) {
        this.items = items;
        this.capacity = capacity;
    }

    /** One task that waits for an item. Granted without one: there will be none. */
    private static final class Taker<E> extends Wait {
        private final AsyncQueue<E> queue;
        private @Nullable E item;
        private long put; // the number of the item's put

        Taker(Task<?> task, AsyncQueue<E> queue) {
            super(task);
            this.queue = queue;
        }

        @Override
        void giveBack() {
            if (item != null) {
                queue.takeBack(item, put);
            }
        }
    }

    /** One task that waits for room. */
    private static final class Putter extends Wait {
        private final AsyncQueue<?> queue;

        Putter(Task<?> task, AsyncQueue<?> queue) {
            super(task);
            this.queue = queue;
        }

        @Override
        void giveBack() {
            queue.entered();
        }
    }

    // ---------------------------------------------------------------- putting

    /**
     * Puts an item, and waits until there is room. In a task only, even when there is.
     *
     * @param e the item
     * @throws QueueShutdownException if the queue is or gets shut down; the item is not in it
     * @throws CancelledException if the task was cancelled; the item is not in the queue
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public void put(E e) {
        put(checkTask(), Objects.requireNonNull(e, "e"), Task.FOREVER);
    }

    /**
     * Puts an item if there is room and nobody waits to put. Never waits; also for callbacks.
     *
     * @param e the item
     * @return whether it is in the queue, or handed to a task that waited for it
     * @throws QueueShutdownException if the queue is shut down
     * @throws WrongLoopException off its loop
     */
    public boolean offer(E e) {
        check();
        return putNow(Objects.requireNonNull(e, "e"));
    }

    /**
     * Puts an item, and waits for room no longer than the timeout. In a task only.
     *
     * @param e the item
     * @param timeout how long; zero or negative: try once
     * @return whether the item is in the queue; false if the time was up
     * @throws QueueShutdownException if the queue is or gets shut down; the item is not in it
     * @throws CancelledException if the task was cancelled; the item is not in the queue
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    @CheckReturnValue
    public boolean offer(E e, Duration timeout) {
        Task<?> task = checkTask();
        Objects.requireNonNull(e, "e");
        return put(task, e, Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
    }

    private boolean put(Task<?> task, E e, long nanos) {
        if (putNow(e)) {
            return true;
        }
        if (nanos <= 0) {
            return false;
        }
        Putter putter = new Putter(task, this);
        putters.add(putter);
        if (!task.suspend(putter, nanos)) {
            return false;
        }
        try {
            checkOpen();
            add(e);
        } finally {
            entered();
        }
        return true;
    }

    private boolean putNow(E e) {
        checkOpen();
        if (entering > 0 || held() >= capacity) {
            return false;
        }
        add(e);
        return true;
    }

    private void add(E e) {
        items.add(e); // first: this may ask the order, and when that throws nothing has changed
        kept++;
        puts++;
        if (!takers.isEmpty()) {
            hand(removeKept(), puts); // the only item, so this asks nobody
        }
    }

    /** Who was given room has put its item, or will not. */
    private void entered() {
        entering--;
        letIn();
    }

    /** Gives room to those who wait for it, as long as there is some. */
    private void letIn() {
        while (!putters.isEmpty() && held() + entering < capacity) {
            entering++;
            putters.signalFirst();
        }
    }

    // ---------------------------------------------------------------- taking

    /**
     * Takes the next item, and waits until there is one. In a task only, even when there is.
     *
     * @return the item
     * @throws QueueShutdownException if the queue is or gets shut down, and is empty
     * @throws CancelledException if the task was cancelled; it has taken nothing
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    @SuppressWarnings("NullAway") // without a time limit there is an item
    public E take() {
        return take(checkTask(), Task.FOREVER);
    }

    /**
     * Takes the next item if there is one; those that were handed to waiting tasks are not there. Never waits; also for callbacks.
     *
     * @return the item; null if the queue is empty
     * @throws QueueShutdownException if it is shut down and empty
     * @throws WrongLoopException off its loop
     */
    public @Nullable E poll() {
        check();
        return takeNow();
    }

    /**
     * Takes the next item, and waits for it no longer than the timeout. In a task only.
     *
     * @param timeout how long; zero or negative: try once
     * @return the item; null if the time was up
     * @throws QueueShutdownException if the queue is or gets shut down, and is empty
     * @throws CancelledException if the task was cancelled; it has taken nothing
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    @CheckReturnValue
    public @Nullable E poll(Duration timeout) {
        Task<?> task = checkTask();
        return take(task, Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
    }

    private @Nullable E take(Task<?> task, long nanos) {
        E item = takeNow();
        if (item != null || nanos <= 0) {
            return item;
        }
        Taker<E> taker = new Taker<>(task, this);
        takers.add(taker);
        if (!task.suspend(taker, nanos)) {
            return null;
        }
        if (taker.item == null) {
            throw isShutDown();
        }
        promised--;
        dismissTakers();
        return taker.item;
    }

    private @Nullable E takeNow() {
        if (held() > 0) {
            E item = removeNext();
            letIn();
            return item;
        }
        if (isDrained()) {
            throw isShutDown();
        }
        return null;
    }

    /** Removes the next item, which there is; when this throws, nothing has changed. */
    E removeNext() {
        return returned.isEmpty() ? removeKept() : returned.pollFirstEntry().getValue();
    }

    /** Removes the next of the items that were never handed over. */
    final E removeKept() {
        E item = items.remove();
        kept--;
        return item;
    }

    /** Adds an item that was given back to those that never were handed over. */
    final void keep(E item) {
        items.add(item);
        kept++;
    }

    final boolean hasKept() {
        return kept > 0;
    }

    /** Gives an item to the first of those who wait for one. */
    @SuppressWarnings({"unchecked", "NullAway"}) // somebody waits, and only takers wait in this list
    private void hand(E item, long put) {
        Taker<E> first = (Taker<E>) takers.first();
        first.item = item;
        first.put = put;
        promised++;
        takers.signalFirst();
    }

    /** Somebody was handed an item and cannot take it any more. Asks no order: what it belongs between is looked for by the next take. */
    private void takeBack(E item, long put) {
        promised--;
        if (released) {
            forget(1);
        } else if (takers.isEmpty()) {
            returned.put(put, item);
        } else {
            hand(item, put);
        }
    }

    // ---------------------------------------------------------------- unfinished items

    /**
     * Reports that an item which was taken is done with; to be called once for each item. Also for callbacks.
     *
     * @throws IllegalStateException if that has been reported for every item that was put; nothing has changed then
     * @throws WrongLoopException off its loop
     */
    public void taskDone() {
        check();
        if (dones >= puts) {
            throw new IllegalStateException(
                    "taskDone() called more often than items were put: " + (dones + 1) + " of " + puts + ": " + this);
        }
        dones++;
        if (isAllDone()) {
            joiners.signalAll();
        }
    }

    /**
     * Waits until every item that was put is {@linkplain #taskDone() done}; an item that is put in the meantime counts too. After
     * {@link #shutdownNow()} it waits for nothing. In a task only, even when there is nothing to wait for.
     *
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    public void join() {
        join(checkTask(), Task.FOREVER);
    }

    /**
     * Waits until every item that was put is {@linkplain #taskDone() done}, no longer than the timeout; an item that is put in the meantime
     * counts too. After {@link #shutdownNow()} it waits for nothing. In a task only.
     *
     * @param timeout how long; zero or negative: just look
     * @return true if there was no unfinished item; false if the time was up
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback
     */
    @CheckReturnValue
    public boolean join(Duration timeout) {
        Task<?> task = checkTask();
        return join(task, Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
    }

    private boolean join(Task<?> task, long nanos) {
        if (isAllDone()) {
            return true;
        }
        if (nanos <= 0) {
            return false;
        }
        Wait wait = new Wait(task);
        joiners.add(wait);
        return task.suspend(wait, nanos);
    }

    private boolean isAllDone() {
        return released || dones >= puts;
    }

    /** Items were dropped, as if they had never been put. */
    private void forget(long items) {
        puts -= items;
        dones = Math.min(dones, puts); // one may have been reported done before it was taken
    }

    // ---------------------------------------------------------------- shutting down

    /**
     * Ends the puts: those that wait and those to come throw {@link QueueShutdownException}. What is in the queue can still be taken; then the
     * takes throw it too, those that wait included. Cannot be undone; later calls do nothing. Also for callbacks.
     *
     * <p>While a task that was handed an item has not run yet, and could be cancelled and give it back, takes wait on, and {@link #poll()}
     * returns null. {@link #join()} waits on for what is unfinished.
     *
     * @throws WrongLoopException off its loop
     */
    public void shutdown() {
        check();
        shutdown = true;
        entering += putters.size(); // to find out
        putters.signalAll();
        dismissTakers();
    }

    /**
     * Ends the puts and the takes, and drops what is in the queue; also after a {@link #shutdown()}. Those that wait and those to come throw
     * {@link QueueShutdownException}, and {@link #join()} waits for nothing any more, even if items that were taken are not
     * {@linkplain #taskDone() done}. A task that was handed an item before has taken it. Also for callbacks.
     *
     * @throws WrongLoopException off its loop
     */
    public void shutdownNow() {
        check();
        forget(held());
        items.replaceAll(new Object[0], 0);
        kept = 0;
        returned.clear();
        released = true;
        joiners.signalAll();
        shutdown();
    }

    /**
     * Whether the queue was shut down, in either way.
     *
     * @return true if it was
     * @throws WrongLoopException off its loop
     */
    public boolean isShutdown() {
        check();
        return shutdown;
    }

    private void checkOpen() {
        if (shutdown) {
            throw isShutDown();
        }
    }

    /** Whether there never will be another item. */
    private boolean isDrained() {
        return released || (shutdown && held() == 0 && promised == 0);
    }

    /** Lets those who wait for an item go, if there never will be another. */
    private void dismissTakers() {
        if (isDrained()) {
            takers.signalAll();
        }
    }

    private QueueShutdownException isShutDown() {
        return new QueueShutdownException("queue is shut down: " + this);
    }

    // ---------------------------------------------------------------- looking

    /**
     * How many items can be taken now; those that were handed to waiting tasks are not counted.
     *
     * @return the number; at most {@link Integer#MAX_VALUE}
     * @throws WrongLoopException off its loop
     */
    public int size() {
        check();
        return (int) Math.min(held(), Integer.MAX_VALUE);
    }

    /**
     * Whether there is nothing to take now.
     *
     * @return true if the queue is empty
     * @throws WrongLoopException off its loop
     */
    public boolean isEmpty() {
        check();
        return held() == 0;
    }

    /**
     * For how many items there is room, beside those of tasks that were given room and have not run yet.
     *
     * @return the number; {@link Integer#MAX_VALUE} for a queue without a bound
     * @throws WrongLoopException off its loop
     */
    public int remainingCapacity() {
        check();
        return capacity == UNBOUNDED ? Integer.MAX_VALUE : (int) Math.max(0, capacity - held() - entering);
    }

    private long held() {
        return kept + returned.size();
    }

    @Override
    String state() {
        return "size=" + held() + ", capacity=" + (capacity == UNBOUNDED ? "unbounded" : capacity) + ", takers="
                + takers.size() + ", putters=" + putters.size() + ", unfinished=" + Math.max(0, puts - dones)
                + ", shutdown=" + shutdown;
    }
}
