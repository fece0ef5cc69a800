// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.FifoItems;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.Items;
import dev.signalbox.core.internal.Waits;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.StringJoiner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue that hands items from those who put them to those who take them, first in, first out, and that can be joined and
 * shut down.
 *
 * <p>A put waits while a bounded queue is full, a take while the queue is empty. Beside that a queue counts its
 * <em>unfinished</em> items: those that were put and not yet reported {@linkplain #taskDone() done} by who took them.
 * {@link #join()} waits until there are none. {@link #shutdown()} ends the puts at once, and the takes when the queue is
 * empty, by {@link QueueShutdownException}.
 *
 * <pre>{@code
 * private final Queue<String> orders = new Queue<>(100);
 *
 * void work() throws InterruptedException {
 *     try {
 *         while (true) {
 *             String order = orders.take();
 *             deliver(order);
 *             orders.taskDone();
 *         }
 *     } catch (QueueShutdownException e) {
 *         goHome(); // shut down, and nothing is left
 *     }
 * }
 *
 * void close() throws InterruptedException {
 *     orders.shutdown();
 *     orders.join();
 * }
 * }</pre>
 *
 * <p>Items are not null. An item that is removed without being taken, by {@link #remove(Object)}, {@link #clear()},
 * {@link #removeIf}, {@link Iterator#remove()} and their like, is not unfinished any more: there is nobody to report it.
 * One that is taken by {@link #drainTo(Collection)} is.
 *
 * <p><b>Iterators</b>, streams, {@code contains}, {@code toArray} and whatever else goes through the items see those of one
 * moment, in the order in which they would be taken; {@code remove} takes an item out if it is still there. They never
 * throw {@link java.util.ConcurrentModificationException}.
 *
 * <p><b>Fairness.</b> Items come out in the order in which they went in. Callers that wait are woken in the order of
 * arrival, but whoever comes while there is an item, or room, takes it first (barging). In a {@linkplain #fair(int) fair}
 * queue nobody is overtaken: while callers wait to put, others that want to put wait behind them or, when they do not
 * wait, find the queue full; while callers wait to take, others that want to take wait behind them or find it empty. Only
 * {@code drainTo} and what removes items anywhere in the queue do not stand in line. Two callers that ask at nearly the
 * same time may get in line in either order, and so may two tasks of one event loop: a task lets its loop go on before.
 *
 * <p><b>Interruption.</b> A waiting caller that is interrupted, or whose time runs out, has put or taken nothing. One that
 * has put or taken its item keeps its interrupt status for the next wait.
 *
 * <p><b>Memory consistency effects:</b> what a thread does before it puts an item <i>happens before</i> what another does
 * after it has taken or seen that item; what it does before {@link #taskDone()} happens before what another does after the
 * {@link #join()} that was released by it.
 *
 * <p>After {@link java.util.concurrent.LinkedBlockingQueue}, whose two locks it has, and from which it differs in that it
 * can be joined and shut down. Python: {@code queue.Queue}; {@code get} is {@link #take()}, {@code put_nowait} is
 * {@link #offer(Object) offer} or {@link #add(Object) add}, {@code get_nowait} is {@link #poll()} or {@link #remove()}.
 *
 * @param <E> the type of the items
 */
public sealed class Queue<E> extends AbstractQueue<E> implements BlockingQueue<E> permits LifoQueue, PriorityQueue {
    /*
     * Two locks, so that puts and takes do not meet (Michael and Scott 1996), and two counts: of the puts, written with the
     * put lock, and of the takes, written with the take lock. Their difference is the number of items. Each side looks at
     * the count of the other only when the one it saw last does not allow it to go on, so most of the time neither reads
     * what the other writes.
     *
     *   - A take may go on if it has seen a count of puts above that of the takes, a put if it has seen a count of takes
     *     that leaves room. What it has seen may be old, and then errs on the safe side only: with its own lock held its
     *     own count is exact, and the other's can only have moved away.
     *   - Who cannot go on looks for a moment, and then waits: parking and waking take longer than the other side needs.
     *   - The conditions are crossed: who waits for an item does so with the put lock, who waits for room with the take
     *     lock. So the one that has to signal holds the lock already, and while a waiter looks, nothing can come to be
     *     between the look and the wait. A waiter then lets go of that lock and tries again with its own.
     *   - Each put signals one that waits for an item, each take one that waits for room. Who was signalled tries again
     *     before it gives up, so while somebody waits unsignalled there are never more items than there are threads on
     *     their way to them; and if trying fails by an exception of the user's order, it signals the next in its place.
     *   - Whatever concerns items in the middle holds both locks, in the order take lock, put lock. Items that are removed
     *     there are taken off the count of the puts, as if they had never been put.
     *   - LifoQueue and PriorityQueue have items of which both ends are one; there both locks are the same.
     *   - A fair queue has a line for each side, which is outside of all locks. Who cannot go on at once enters it, and only
     *     its first does all of the above; whoever is not in it goes on only while nobody is. Who gets to be the first looks
     *     before it waits, so nothing has to be handed over when the first leaves, in whatever way.
     */

    /** A capacity that is never reached, and a wait that never ends. */
    static final long NONE = Long.MAX_VALUE;

    /** How many items are shown. */
    private static final int SHOWN = 10;

    /** How often a waiter looks before it parks, which takes longer, and for how long it spins before each look. */
    private static final int LOOKS = 4;

    private static final int PAUSES = 32;

    private final Items<E> items;
    private final long capacity;

    private final ReentrantLock putLock;
    private final java.util.concurrent.locks.Condition notEmpty; // of the put lock
    private final Side puts; // written with the put lock

    private final ReentrantLock takeLock;
    private final java.util.concurrent.locks.Condition notFull; // of the take lock
    private final Side takes; // written with the take lock

    private long removals; // of items anywhere in the queue; guarded by both locks

    private final @Nullable Line putters; // null: not fair
    private final @Nullable Line takers;

    private volatile boolean shutdown; // written with both locks

    private final ReentrantLock doneLock = new ReentrantLock(); // within the others, or alone
    private final java.util.concurrent.locks.Condition allDone = doneLock.newCondition();
    private volatile long dones; // written with the done lock
    private boolean released; // of join, for ever; guarded by the done lock

    /** The count of the items that have passed one side; written with its lock, released to those who read it without. */
    private static final class Side extends AtomicLong {
        private static final long serialVersionUID = 1L;

        /** A count of the other side, at most the present one; guarded by the lock of this side. */
        transient long otherSeen;

        final transient ReentrantLock lock;

        // They keep what the two sides write out of each other's cache lines.
        @SuppressWarnings("unused")
        transient long p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14;

        Side() {
            this(new ReentrantLock());
        }

        Side(ReentrantLock lock) {
            this.lock = lock;
        }
    }

    /** Creates a queue without a bound. */
    public Queue() {
        this(new FifoItems<>(), NONE, new Side(), new Side(), false);
    }

    /**
     * Creates a bounded queue.
     *
     * @param capacity how many items it holds at most, at least 1
     * @throws IllegalArgumentException if {@code capacity} is zero or negative; Python's 0, for a queue without a bound, is
     *     {@link #Queue()} here
     */
    public Queue(int capacity) {
        this(new FifoItems<>(), Checks.capacity(capacity, "Queue"), new Side(), new Side(), false);
    }

    /** Creates a queue whose items have but one end. */
    Queue(Items<E> items, long capacity, ReentrantLock lock, boolean fair) {
        this(items, capacity, new Side(lock), new Side(lock), fair);
    }

    private Queue(Items<E> items, long capacity, Side puts, Side takes, boolean fair) {
        this.items = items;
        this.capacity = capacity;
        this.puts = puts;
        this.takes = takes;
        this.putLock = puts.lock;
        this.takeLock = takes.lock;
        this.notEmpty = putLock.newCondition();
        this.notFull = takeLock.newCondition();
        this.putters = fair ? new Line() : null;
        this.takers = fair ? new Line() : null;
    }

    /**
     * Creates a bounded queue in which nobody who waits is overtaken: those who wait to put do so in the order in which they
     * came, and so do those who wait to take.
     *
     * @param capacity how many items it holds at most, at least 1; {@link Integer#MAX_VALUE} for a queue that is never full
     * @param <E> the type of the items
     * @return the queue
     * @throws IllegalArgumentException if {@code capacity} is zero or negative
     */
    public static <E> Queue<E> fair(int capacity) {
        int checked = Checks.positive(capacity, "capacity");
        return new Queue<>(new FifoItems<>(), checked, new Side(), new Side(), true);
    }

    private static long limit(Duration timeout) {
        return Math.min(Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")), NONE - 1);
    }

    private static long limit(long timeout, TimeUnit unit) {
        return Math.min(Objects.requireNonNull(unit, "unit").toNanos(timeout), NONE - 1);
    }

    // ------------------------------------------------------------------------------------------------------ putting

    /**
     * Puts an item, and waits until there is room.
     *
     * @param e the item
     * @throws QueueShutdownException if the queue is or gets shut down; the item is not in it
     * @throws InterruptedException if the caller is interrupted before or while it waits; the item is not in the queue
     */
    @Override
    public void put(E e) throws InterruptedException {
        offerWithin(Objects.requireNonNull(e, "e"), NONE);
    }

    /**
     * Puts an item, and waits for room no longer than the given time.
     *
     * @param e the item
     * @param timeout how long to wait; zero or less: one try, without waiting
     * @return true if the item is in the queue; false if the time ran out
     * @throws QueueShutdownException if the queue is or gets shut down; the item is not in it
     * @throws InterruptedException if the caller is interrupted before or while it waits; the item is not in the queue
     */
    @CheckReturnValue
    public boolean offer(E e, Duration timeout) throws InterruptedException {
        Objects.requireNonNull(e, "e");
        return offerWithin(e, limit(timeout));
    }

    /**
     * Puts an item, and waits for room no longer than the given time.
     *
     * @param e the item
     * @param timeout how long to wait, in {@code unit}; zero or less: one try, without waiting
     * @param unit the unit of {@code timeout}
     * @return true if the item is in the queue; false if the time ran out
     * @throws QueueShutdownException if the queue is or gets shut down; the item is not in it
     * @throws InterruptedException if the caller is interrupted before or while it waits; the item is not in the queue
     */
    @Override
    public boolean offer(E e, long timeout, TimeUnit unit) throws InterruptedException {
        Objects.requireNonNull(e, "e");
        return offerWithin(e, limit(timeout, unit));
    }

    /**
     * Puts an item if there is room, without waiting.
     *
     * @param e the item
     * @return whether it is in the queue; false if the queue is full, or if it is fair and others wait to put
     * @throws QueueShutdownException if the queue is shut down
     */
    @Override
    public boolean offer(E e) {
        return tryPut(Objects.requireNonNull(e, "e"));
    }

    /**
     * Puts an item without waiting.
     *
     * @param e the item
     * @return true
     * @throws QueueShutdownException if the queue is shut down
     * @throws IllegalStateException if it is full, or if it is fair and others wait to put
     */
    @Override
    public boolean add(E e) {
        if (!offer(e)) {
            throw new IllegalStateException(
                    "queue is full" + (putters == null ? ": " : ", or others wait to put: ") + describe());
        }
        return true;
    }

    /**
     * Puts the items of a collection one by one, without waiting; those before a failure stay in the queue.
     *
     * @param c the items
     * @return whether there were any
     * @throws IllegalArgumentException if {@code c} is this queue
     * @throws QueueShutdownException if the queue is or gets shut down
     * @throws IllegalStateException if it gets full, or if it is fair and others wait to put
     */
    @Override
    public boolean addAll(Collection<? extends E> c) {
        boolean added = false;
        for (E e : requireOther(c)) {
            added |= add(e);
        }
        return added;
    }

    private boolean offerWithin(E e, long nanos) throws InterruptedException {
        checkOpen();
        Checks.notInterrupted();
        return tryPut(e) || (nanos > 0 && Waits.await(this, () -> waitToPut(e, nanos)));
    }

    /** Puts an item if there is room, and nobody in line for it before the caller. */
    private boolean tryPut(E e) {
        putLock.lock();
        try {
            checkOpen();
            if (!hasRoom() || (putters != null && !putters.isTurn())) {
                return false;
            }
            items.add(e);
            puts.setRelease(puts.getPlain() + 1);
            notEmpty.signal();
            return true;
        } finally {
            putLock.unlock();
        }
    }

    /** Whether there is room; with the put lock. */
    private boolean hasRoom() {
        long count = puts.getPlain();
        return count - puts.otherSeen < capacity || count - (puts.otherSeen = takes.getAcquire()) < capacity;
    }

    private boolean waitToPut(E e, long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        if (putters == null) {
            return putWhenThereIsRoom(e, nanos, deadline);
        }
        if (!putters.enter(nanos, deadline)) {
            return false;
        }
        try {
            return putWhenThereIsRoom(e, nanos, deadline);
        } finally {
            putters.leave();
        }
    }

    private boolean putWhenThereIsRoom(E e, long nanos, long deadline) throws InterruptedException {
        try {
            while (awaitRoom(nanos, deadline)) {
                if (tryPut(e)) {
                    return true;
                }
            }
            return tryPut(e);
        } catch (RuntimeException | Error failure) {
            // By the order of the items, or a shutdown: the room is for another.
            signalRoom();
            throw failure;
        }
    }

    /** Waits until there seems to be room, or no sense in waiting for it; false if the time ran out. */
    private boolean awaitRoom(long nanos, long deadline) throws InterruptedException {
        if (comesSoon(() -> shutdown || size() < capacity)) {
            return true;
        }
        takeLock.lockInterruptibly();
        try {
            while (!shutdown && puts.getAcquire() - takes.getPlain() >= capacity) {
                if (!await(notFull, nanos, deadline)) {
                    return false;
                }
            }
            return true;
        } finally {
            takeLock.unlock();
        }
    }

    private void signalRoom() {
        takeLock.lock();
        try {
            notFull.signal();
        } finally {
            takeLock.unlock();
        }
    }

    /** Looks for a moment without any lock whether there is what the caller waits for: mostly the other side is at work. */
    @SuppressWarnings("ThreadPriorityCheck") // what depends on the yield is the speed
    private static boolean comesSoon(BooleanSupplier condition) {
        for (int look = 0; look < LOOKS; look++) {
            // A while between the looks: they disturb the other side, and what comes meanwhile goes through at once.
            for (int pause = 0; pause < PAUSES; pause++) {
                Thread.onSpinWait();
            }
            if (condition.getAsBoolean()) {
                return true;
            }
            Thread.yield();
        }
        return false;
    }

    private static boolean await(java.util.concurrent.locks.Condition condition, long nanos, long deadline)
            throws InterruptedException {
        if (nanos == NONE) {
            condition.await();
            return true;
        }
        long left = deadline - System.nanoTime();
        return left > 0 && condition.awaitNanos(left) > 0;
    }

    // ------------------------------------------------------------------------------------------------------- taking

    /**
     * Takes the next item, and waits until there is one.
     *
     * @return the item
     * @throws QueueShutdownException if the queue is or gets shut down, and is empty
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has taken nothing
     */
    @Override
    @SuppressWarnings("NullAway") // without a time limit there is an item
    public E take() throws InterruptedException {
        return pollWithin(NONE);
    }

    /**
     * Takes the next item, and waits for it no longer than the given time.
     *
     * @param timeout how long to wait; zero or less: one try, without waiting
     * @return the item; null if the time ran out
     * @throws QueueShutdownException if the queue is or gets shut down, and is empty
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has taken nothing
     */
    @CheckReturnValue
    public @Nullable E poll(Duration timeout) throws InterruptedException {
        return pollWithin(limit(timeout));
    }

    /**
     * Takes the next item, and waits for it no longer than the given time.
     *
     * @param timeout how long to wait, in {@code unit}; zero or less: one try, without waiting
     * @param unit the unit of {@code timeout}
     * @return the item; null if the time ran out
     * @throws QueueShutdownException if the queue is or gets shut down, and is empty
     * @throws InterruptedException if the caller is interrupted before or while it waits; it then has taken nothing
     */
    @Override
    public @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
        return pollWithin(limit(timeout, unit));
    }

    /**
     * Takes the next item if there is one, without waiting.
     *
     * @return the item; null if the queue is empty, or if it is fair and others wait to take
     * @throws QueueShutdownException if it is shut down and empty
     */
    @Override
    public @Nullable E poll() {
        return tryTake();
    }

    /**
     * Takes the next item without waiting.
     *
     * @return the item
     * @throws QueueShutdownException if the queue is shut down and empty
     * @throws NoSuchElementException if it is just empty, or if it is fair and others wait to take
     */
    @Override
    public E remove() {
        E item = poll();
        if (item == null) {
            throw new NoSuchElementException(
                    "queue is empty" + (takers == null ? ": " : ", or others wait to take: ") + describe());
        }
        return item;
    }

    /**
     * Takes all items that there are, without waiting, and adds them to a collection; in a fair queue before all that wait.
     *
     * @param c the collection; it must not wait, since takes from this queue are held up meanwhile: two queues that are drained
     *     into each other at once may wait for ever. When it refuses an item, that one and those behind it stay in the queue
     * @return how many items were taken, also zero after a shutdown
     * @throws IllegalArgumentException if {@code c} is this queue
     * @throws IllegalStateException if {@code c}, while an item is added to it, takes or removes that item itself, or puts
     *     one before it
     */
    @Override
    public int drainTo(Collection<? super E> c) {
        return drainTo(c, Integer.MAX_VALUE);
    }

    /**
     * Takes the items that there are, no more than the given number and without waiting, and adds them to a collection; in a
     * fair queue before all that wait.
     *
     * @param c the collection; it must not wait, since takes from this queue are held up meanwhile: two queues that are drained
     *     into each other at once may wait for ever. When it refuses an item, that one and those behind it stay in the queue
     * @param maxElements how many to take at most; zero or less: none
     * @return how many items were taken, also zero after a shutdown
     * @throws IllegalArgumentException if {@code c} is this queue
     * @throws IllegalStateException if {@code c}, while an item is added to it, takes or removes that item itself, or puts
     *     one before it
     */
    @Override
    public int drainTo(Collection<? super E> c, int maxElements) {
        requireOther(c);
        int drained = 0;
        takeLock.lock();
        try {
            // Order matters: an item that the collection refuses has not been removed, and one that cannot be removed,
            // since the order throws, is not in the collection.
            for (; drained < maxElements && hasItem(); drained++) {
                E item = items.peek();
                items.checkRemovable();
                c.add(item);
                checkIsNext(item);
                removeNext();
            }
        } finally {
            takeLock.unlock();
        }
        return drained;
    }

    /** Throws unless this item is the next, still after the code of a user; with the take lock. */
    private void checkIsNext(E item) {
        if (!hasItem() || items.peek() != item) {
            throw new IllegalStateException("queue was changed by the collection that it is drained to: " + describe());
        }
    }

    private @Nullable E pollWithin(long nanos) throws InterruptedException {
        if (shutdown && isEmpty()) {
            throw isShutDown();
        }
        Checks.notInterrupted();
        E item = tryTake();
        return item == null && nanos > 0 ? pollWaiting(nanos) : item;
    }

    private @Nullable E pollWaiting(long nanos) throws InterruptedException {
        var taken = new Object() {
            @Nullable
            E item;
        };
        Waits.await(this, () -> {
            taken.item = waitToTake(nanos);
            return taken.item != null;
        });
        return taken.item;
    }

    /** Takes the next item if there is one, and nobody in line for it before the caller. */
    private @Nullable E tryTake() {
        takeLock.lock();
        try {
            if (hasItem()) {
                return takers == null || takers.isTurn() ? removeNext() : null;
            }
            // No put can have come in between: a shutdown has both locks, so this one has seen what was put before it.
            if (shutdown) {
                throw isShutDown();
            }
            return null;
        } finally {
            takeLock.unlock();
        }
    }

    /** Whether there is an item; with the take lock. */
    private boolean hasItem() {
        long count = takes.getPlain();
        return count < takes.otherSeen || count < (takes.otherSeen = puts.getAcquire());
    }

    /** Takes the next item, which there is; with the take lock. */
    private E removeNext() {
        E item = items.remove();
        takes.setRelease(takes.getPlain() + 1);
        notFull.signal();
        return item;
    }

    private @Nullable E waitToTake(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        if (takers == null) {
            return takeWhenThereIsAnItem(nanos, deadline);
        }
        if (!takers.enter(nanos, deadline)) {
            return null;
        }
        try {
            return takeWhenThereIsAnItem(nanos, deadline);
        } finally {
            takers.leave();
        }
    }

    private @Nullable E takeWhenThereIsAnItem(long nanos, long deadline) throws InterruptedException {
        try {
            while (awaitItem(nanos, deadline)) {
                E item = tryTake();
                if (item != null) {
                    return item;
                }
            }
            return tryTake();
        } catch (RuntimeException | Error failure) {
            // By the order of the items, or a shutdown: what there is is for another.
            signalItem();
            throw failure;
        }
    }

    /** Waits until there seems to be an item, or no sense in waiting for one; false if the time ran out. */
    private boolean awaitItem(long nanos, long deadline) throws InterruptedException {
        if (comesSoon(() -> shutdown || !isEmpty())) {
            return true;
        }
        putLock.lockInterruptibly();
        try {
            while (!shutdown && puts.getPlain() == takes.getAcquire()) {
                if (!await(notEmpty, nanos, deadline)) {
                    return false;
                }
            }
            return true;
        } finally {
            putLock.unlock();
        }
    }

    private void signalItem() {
        putLock.lock();
        try {
            notEmpty.signal();
        } finally {
            putLock.unlock();
        }
    }

    // ----------------------------------------------------------------------------------------------- unfinished items

    /**
     * Reports that an item which was taken is done with; to be called once for each item, by any thread.
     *
     * @throws IllegalStateException if that has been reported for every item that was put; nothing has changed then
     */
    public void taskDone() {
        doneLock.lock();
        try {
            long expected = puts.getAcquire();
            long reported = dones + 1;
            if (reported > expected) {
                throw new IllegalStateException("taskDone() called more often than items were put: " + reported + " of "
                        + expected + ": " + describe());
            }
            dones = reported;
            signalIfAllDone();
        } finally {
            doneLock.unlock();
        }
    }

    /** With the done lock. */
    private void signalIfAllDone() {
        if (isAllDone()) {
            allDone.signalAll();
        }
    }

    /** With the done lock. */
    private boolean isAllDone() {
        return released || dones >= puts.getAcquire();
    }

    /**
     * Waits until every item that was put is {@linkplain #taskDone() done}; an item that is put in the meantime counts too.
     * After {@link #shutdownNow()} it waits for nothing.
     *
     * @throws InterruptedException if the caller is interrupted before or while it waits
     */
    public void join() throws InterruptedException {
        joinWithin(NONE);
    }

    /**
     * Waits until every item that was put is {@linkplain #taskDone() done}, no longer than the given time; an item that is
     * put in the meantime counts too. After {@link #shutdownNow()} it waits for nothing.
     *
     * @param timeout how long to wait; zero or less: one look, without waiting
     * @return true if there is no unfinished item; false if the time ran out
     * @throws InterruptedException if the caller is interrupted before or while it waits
     */
    @CheckReturnValue
    public boolean join(Duration timeout) throws InterruptedException {
        return joinWithin(limit(timeout));
    }

    private boolean joinWithin(long nanos) throws InterruptedException {
        Checks.notInterrupted();
        return isAllDoneNow() || (nanos > 0 && Waits.await(this, () -> awaitAllDone(nanos)));
    }

    private boolean isAllDoneNow() {
        doneLock.lock();
        try {
            return isAllDone();
        } finally {
            doneLock.unlock();
        }
    }

    private boolean awaitAllDone(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        doneLock.lockInterruptibly();
        try {
            while (!isAllDone()) {
                if (!await(allDone, nanos, deadline)) {
                    return isAllDone();
                }
            }
            return true;
        } finally {
            doneLock.unlock();
        }
    }

    // ----------------------------------------------------------------------------------------------------- shutting
    // down

    /**
     * Ends the puts: those that wait and those to come throw {@link QueueShutdownException}. What is in the queue can still
     * be taken; then the takes throw it too, those that wait included. Cannot be undone; later calls do nothing.
     *
     * <p>{@link #join()} waits on for what is unfinished.
     */
    public void shutdown() {
        lockBoth();
        try {
            shutdown = true;
            notFull.signalAll();
            notEmpty.signalAll();
        } finally {
            unlockBoth();
        }
    }

    /**
     * Ends the puts and the takes, and drops what is in the queue; also after a {@link #shutdown()}. Those that wait and
     * those to come throw {@link QueueShutdownException}, and {@link #join()} waits for nothing any more, even if items
     * that were taken are not {@linkplain #taskDone() done}.
     */
    public void shutdownNow() {
        shutdown();
        clear();
        doneLock.lock();
        try {
            released = true;
            allDone.signalAll();
        } finally {
            doneLock.unlock();
        }
    }

    /**
     * Returns whether the queue was shut down, in either way.
     *
     * @return true if it was
     */
    public boolean isShutdown() {
        return shutdown;
    }

    /** Throws if no more items are accepted. */
    private void checkOpen() {
        if (shutdown) {
            throw isShutDown();
        }
    }

    private QueueShutdownException isShutDown() {
        return new QueueShutdownException("queue is shut down: " + describe());
    }

    // -------------------------------------------------------------------------------------- items anywhere in the
    // queue

    /**
     * Removes all items, none of which is unfinished any more.
     */
    @Override
    public void clear() {
        discard(item -> true);
    }

    /**
     * Removes the first item that is equal to an object, or any one in a {@link PriorityQueue}; it is not unfinished any more.
     * Takes time in proportion to the size.
     *
     * @param o what the item has to be equal to
     * @return whether there was one
     */
    @Override
    public boolean remove(@Nullable Object o) {
        Snapshot<E> present = snapshot(false);
        while (o != null && present.hasNext()) {
            if (o.equals(present.next()) && present.removeIfPresent()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether an item is in the queue at this moment. Takes time in proportion to the size.
     *
     * @param o what the item has to be equal to
     * @return true if there is one
     */
    @Override
    public boolean contains(@Nullable Object o) {
        Snapshot<E> present = snapshot(false);
        while (o != null && present.hasNext()) {
            if (o.equals(present.next())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether everything in a collection is in the queue, all of it at the same moment. Takes time in proportion to
     * both sizes.
     *
     * @param c the collection
     * @return true if it is
     */
    @Override
    public boolean containsAll(Collection<?> c) {
        Objects.requireNonNull(c, "c");
        return Arrays.asList(present()).containsAll(c);
    }

    /**
     * Removes all items that are in a collection; they are not unfinished any more.
     *
     * @param c the collection
     * @return whether there were any
     */
    @Override
    public boolean removeAll(Collection<?> c) {
        Objects.requireNonNull(c, "c");
        return removeIf(c::contains);
    }

    /**
     * Removes all items that are not in a collection; they are not unfinished any more.
     *
     * @param c the collection
     * @return whether there were any
     */
    @Override
    public boolean retainAll(Collection<?> c) {
        Objects.requireNonNull(c, "c");
        return removeIf(item -> !c.contains(item));
    }

    /**
     * Removes all items for which a predicate is true; they are not unfinished any more. The predicate is asked about the
     * items of one moment, and may use the queue. Of an object that is in the queue several times as many are removed as
     * it was true for, the last ones.
     *
     * @param filter the predicate; when it throws, nothing is removed
     * @return whether there were any
     */
    @Override
    public boolean removeIf(Predicate<? super E> filter) {
        Objects.requireNonNull(filter, "filter");
        // Counted, as an item may be in the queue several times and the predicate true for some of them only.
        IdentityHashMap<Object, Integer> matches = new IdentityHashMap<>();
        snapshot(false).forEachRemaining(item -> {
            if (filter.test(item)) {
                matches.merge(item, 1, Integer::sum);
            }
        });
        return !matches.isEmpty() && discard(item -> matches.merge(item, -1, Integer::sum) >= 0);
    }

    /** Removes the present item of a snapshot; false if it was not there any more. */
    boolean discard(Snapshot<E> snapshot) {
        lockBoth();
        try {
            int index = find(snapshot);
            if (index < 0) {
                return false;
            }
            items.removeAt(index);
            forget(1);
            notFull.signal();
            return true;
        } finally {
            unlockBoth();
        }
    }

    /** Finds the present item of a snapshot; with both locks. */
    private int find(Snapshot<E> snapshot) {
        Object item = snapshot.item();
        int size = size();
        if (removals == snapshot.removals()) {
            long taken = takes.getPlain() - snapshot.takes();
            int index = items.find(item, snapshot.index(), taken, size - snapshot.size(), size);
            if (index >= 0) {
                return index;
            }
        }
        // It may be in the queue several times. If it is so fewer times than before, the first ones are gone.
        int gone = Math.max(0, snapshot.all() - count(item, size));
        int left = snapshot.earlier() - gone;
        int index = left < 0 ? -1 : items.indexOf(item, 0, size);
        for (; left > 0 && index >= 0; left--) {
            index = items.indexOf(item, index + 1, size);
        }
        return index;
    }

    /** How often an item is in the queue; with both locks. */
    private int count(Object item, int size) {
        int count = 0;
        for (int i = items.indexOf(item, 0, size); i >= 0; i = items.indexOf(item, i + 1, size)) {
            count++;
        }
        return count;
    }

    /** Removes all items for which this is true, from the last on; with the locks held, so it is no code of the user. */
    private boolean discard(Predicate<Object> isDiscarded) {
        lockBoth();
        try {
            Object[] all = items.toArray(size());
            int discarded = all.length; // none of those from here on
            for (int i = all.length - 1; i >= 0; i--) {
                if (!isDiscarded.test(all[i])) {
                    all[--discarded] = all[i];
                }
            }
            int kept = all.length - discarded;
            if (discarded > 0) {
                System.arraycopy(all, discarded, all, 0, kept);
                items.replaceAll(all, kept);
                forget(discarded);
                notFull.signalAll();
            }
            return discarded > 0;
        } finally {
            unlockBoth();
        }
    }

    /** Takes that many items that were removed off the count of the puts; with both locks. */
    private void forget(int removed) {
        removals += removed;
        long left = puts.getPlain() - removed;
        takes.otherSeen = left;
        puts.setRelease(left);
        doneLock.lock();
        try {
            // What was reported done before it was taken may have been removed: the next item is unfinished all the
            // same.
            dones = Math.min(dones, left);
            signalIfAllDone();
        } finally {
            doneLock.unlock();
        }
    }

    private void lockBoth() {
        takeLock.lock();
        putLock.lock();
    }

    private void unlockBoth() {
        putLock.unlock();
        takeLock.unlock();
    }

    private <C extends Collection<?>> C requireOther(C c) {
        if (Objects.requireNonNull(c, "c") == this) {
            throw new IllegalArgumentException("c: this queue (expected: another collection)");
        }
        return c;
    }

    // --------------------------------------------------------------------------------------------------- inspection

    /**
     * Returns the next item without taking it.
     *
     * @return the item; null if the queue is empty, also when it is shut down
     */
    @Override
    public @Nullable E peek() {
        takeLock.lock();
        try {
            return hasItem() ? items.peek() : null;
        } finally {
            takeLock.unlock();
        }
    }

    /**
     * Returns the next item without taking it.
     *
     * @return the item
     * @throws NoSuchElementException if the queue is empty, also when it is shut down
     */
    @Override
    public E element() {
        E item = peek();
        if (item == null) {
            throw new NoSuchElementException("queue is empty: " + describe());
        }
        return item;
    }

    /**
     * Returns how many items are in the queue at this moment.
     *
     * @return the number; at most {@link Integer#MAX_VALUE}
     */
    @Override
    public int size() {
        for (; ; ) {
            long before = takes.getAcquire();
            long size = puts.getAcquire() - before;
            // Without a take in between the two counts are of one moment.
            VarHandle.acquireFence();
            if (before == takes.getOpaque()) {
                return (int) Math.min(size, Integer.MAX_VALUE);
            }
        }
    }

    /**
     * Returns whether the queue is empty at this moment.
     *
     * @return true if it is
     */
    @Override
    public boolean isEmpty() {
        return size() == 0;
    }

    /**
     * Returns for how many items there is room at this moment.
     *
     * @return the number; {@link Integer#MAX_VALUE} for a queue without a bound
     */
    @Override
    public int remainingCapacity() {
        return capacity == NONE ? Integer.MAX_VALUE : (int) capacity - size();
    }

    /**
     * Returns an iterator over the items of this moment, in the order in which they would be taken. Its {@code remove} takes
     * an item out of the queue if it is still there: at once if items come out first in, first out, and nothing but takes
     * and this iterator has removed any meanwhile; otherwise in time in proportion to the size.
     *
     * @return the iterator
     */
    @Override
    public Iterator<E> iterator() {
        return snapshot(true);
    }

    /** The items of this moment, in the order in which they would be taken if that is wanted. */
    private Snapshot<E> snapshot(boolean sorted) {
        Object[] all;
        Snapshot<E> snapshot;
        lockBoth();
        try {
            all = items.toArray(size());
            snapshot = new Snapshot<>(this, all, takes.getPlain(), removals);
        } finally {
            unlockBoth();
        }
        if (sorted) {
            items.sort(all);
        }
        return snapshot;
    }

    /**
     * Returns a spliterator over the items of this moment, in the order in which they would be taken.
     *
     * @return the spliterator
     */
    @Override
    public Spliterator<E> spliterator() {
        return Spliterators.spliterator(toArray(), Spliterator.ORDERED | Spliterator.NONNULL);
    }

    /**
     * Calls an action with each item of this moment, in the order in which they would be taken.
     *
     * @param action the action; it may use the queue
     */
    @Override
    @SuppressWarnings("unchecked") // the queue has no other items
    public void forEach(Consumer<? super E> action) {
        Objects.requireNonNull(action, "action");
        for (Object item : toArray()) {
            action.accept((E) item);
        }
    }

    /**
     * Returns the items of this moment, in the order in which they would be taken.
     *
     * @return a new array
     */
    @Override
    public Object[] toArray() {
        Object[] all = present();
        items.sort(all);
        return all;
    }

    /** The items of this moment, in no particular order. */
    private Object[] present() {
        lockBoth();
        try {
            return items.toArray(size());
        } finally {
            unlockBoth();
        }
    }

    /**
     * Returns the items of this moment, in the order in which they would be taken.
     *
     * @param a the array to fill if it is large enough, with null behind the last item; otherwise one of its type is made
     * @param <T> the type of the array
     * @return the array
     * @throws ArrayStoreException if an item is not of the type of the array
     */
    @Override
    @SuppressWarnings("NullAway") // null marks the end, as in every collection
    public <T extends @Nullable Object> T[] toArray(T[] a) {
        return Arrays.asList(toArray()).toArray(Objects.requireNonNull(a, "a"));
    }

    /**
     * Returns the identity of the queue, its state, and the first items in the order in which they would be taken; without the
     * items while another thread puts, takes or removes some, or if one of them, or the order of a {@link PriorityQueue},
     * throws. The messages of exceptions have no items.
     */
    @Override
    public String toString() {
        Object[] all = presentUnlessBusy();
        if (all == null) {
            return describe();
        }
        StringJoiner shown = new StringJoiner(", ", ", items=[", "]");
        try {
            items.sort(all);
            for (int i = 0; i < Math.min(all.length, SHOWN); i++) {
                shown.add(all[i] == this ? "(this queue)" : all[i].toString());
            }
        } catch (RuntimeException e) {
            return describe();
        }
        if (all.length > SHOWN) {
            shown.add((all.length - SHOWN) + " more");
        }
        return describe(all.length, shown.toString());
    }

    /** The items of this moment, in no particular order; null if that would be to wait, perhaps for code of the user. */
    private Object @Nullable [] presentUnlessBusy() {
        if (takeLock.tryLock()) {
            try {
                if (putLock.tryLock()) {
                    try {
                        return items.toArray(size());
                    } finally {
                        putLock.unlock();
                    }
                }
            } finally {
                takeLock.unlock();
            }
        }
        return null;
    }

    /** Identity and state, for messages: items may be secret, and their code must not run with a lock held. */
    final String describe() {
        return describe(size(), "");
    }

    private String describe(int size, String shown) {
        return Identity.of(this) + " [size=" + size + ", capacity=" + (capacity == NONE ? "unbounded" : capacity)
                + ", unfinished=" + Math.max(0, puts.getAcquire() - dones) + ", shutdown=" + shutdown + shown
                + ']';
    }
}
