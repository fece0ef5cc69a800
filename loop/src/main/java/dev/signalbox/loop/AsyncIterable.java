// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Identity;
import dev.signalbox.loop.internal.Failures;
import dev.signalbox.loop.internal.Op;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.Spliterator;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The items of a {@link Flow.Publisher}, read by the tasks of one loop as they arrive: Python's asynchronous iterator. Made by
 * {@link Async#iterate(Flow.Publisher, int)}.
 *
 * <pre>{@code
 * try (var prices = Async.iterate(publisher)) {
 *     for (var price : prices) { // waits for the next one: other tasks run here
 *         show(price);
 *     }
 * }
 * }</pre>
 *
 * <p>{@code hasNext()} and {@code next()} of its iterator wait, in a task only, until there is an item or the publisher has ended. When it has
 * completed and its items are read the iteration ends; when it has failed, what it failed with is thrown then, as {@link Future#await()}
 * throws it.
 *
 * <p>There is one subscription, so all iterators read on where the last one stopped. If several tasks read, each item goes to one of
 * them; a task that lets the others run between {@code hasNext()} and {@code next()} may then find it gone, and waits for another.
 *
 * <p><b>Close or leak.</b> Leaving an iteration early does not cancel the subscription, {@link #close()} does. An iteration that has ended
 * need not be closed. A loop that closes cancels the subscriptions that are left.
 *
 * <p><b>Back-pressure.</b> Items are asked for in batches of half the buffer. Items on their way and items that wait to be read never are
 * more than the buffer holds.
 *
 * <p><b>Cancellation.</b> A task that is cancelled while it waits loses no item: the next one to read gets it. The subscription stays.
 *
 * <p><b>Publishers that break the rules</b> of Reactive Streams cannot disturb the loop. A second {@code onSubscribe} is cancelled. A null, an
 * item that nobody asked for, and whatever comes before {@code onSubscribe} cancel the subscription and are its failure. What comes after the
 * end is dropped.
 *
 * <p><b>Binding.</b> Every method but {@code toString()}, those of the iterator too, belongs to the loop on which this was made, and throws
 * {@link WrongLoopException} elsewhere before anything changes.
 *
 * <p><b>Memory consistency effects.</b> What happened before the publisher sent an item is visible to the task that reads it.
 *
 * @param <T> the type of the items
 */
public final class AsyncIterable<T> extends LoopBound implements Iterable<T>, AutoCloseable {
    private final int bufferSize;
    private final Iterator<T> iterator = new Items();
    private final Inlet inlet;

    // Guarded by the baton.
    private final Queue<T> items = new ArrayDeque<>();
    private final WaitList readers = new WaitList(this);
    private Flow.@Nullable Subscription subscription;
    /** Items that were asked for and have not arrived. */
    private int outstanding;
    /** Items that were read since items were asked for. */
    private int read;
    /** Nothing more arrives: the publisher has completed or failed, or this was closed. */
    private boolean ended;

    private boolean closed;
    private @Nullable Throwable failure;

    private AsyncIterable(EventLoop loop, int bufferSize) {
        super(loop);
        this.bufferSize = bufferSize;
        this.inlet = new Inlet(loop);
    }

    static <T> AsyncIterable<T> subscribe(EventLoop loop, Flow.Publisher<? extends T> publisher, int bufferSize) {
        AsyncIterable<T> iterable = new AsyncIterable<>(loop, bufferSize);
        loop.register(iterable.inlet);
        try {
            publisher.subscribe(iterable.inlet);
        } catch (Throwable e) {
            iterable.close();
            throw e;
        }
        return iterable;
    }

    // ---------------------------------------------------------------- reading

    /**
     * The iterator, whose methods wait in a task. Asking again gives the same one.
     *
     * @return the iterator; {@code remove} is not supported
     * @throws WrongLoopException off its loop
     */
    @Override
    public Iterator<T> iterator() {
        check();
        return iterator;
    }

    /**
     * Reads the items that are left and gives each to the action, in the calling task.
     *
     * @param action what to do with an item
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback, or if this was closed
     */
    @Override
    public void forEach(Consumer<? super T> action) {
        checkTask();
        Iterable.super.forEach(Objects.requireNonNull(action, "action"));
    }

    /**
     * The items that are left, for a sequential stream that is evaluated in a task.
     *
     * @return a spliterator over {@link #iterator()}
     * @throws WrongLoopException off its loop
     */
    @Override
    public Spliterator<T> spliterator() {
        check();
        return Iterable.super.spliterator();
    }

    /** What all the iterators are. */
    private final class Items implements Iterator<T> {
        @Override
        public boolean hasNext() {
            return await(checkTask());
        }

        @Override
        public T next() {
            if (!await(checkTask())) {
                throw new NoSuchElementException("no items are left: " + AsyncIterable.this);
            }
            return take();
        }

        @Override
        public void remove() {
            check();
            throw new UnsupportedOperationException("an item of a publisher cannot be removed: next() does that");
        }

        @Override
        public void forEachRemaining(Consumer<? super T> action) {
            checkTask();
            Iterator.super.forEachRemaining(Objects.requireNonNull(action, "action"));
        }
    }

    /** Waits until there is an item, or none will come any more: false. */
    private boolean await(Task<?> task) {
        while (items.isEmpty() && !ended) {
            Wait wait = new Wait(task);
            readers.add(wait);
            loop().wentOut();
            try {
                task.suspend(wait, Task.FOREVER);
            } finally {
                loop().cameBack();
            }
        }
        if (closed) {
            throw new IllegalStateException("the iteration was closed: " + this);
        }
        if (items.isEmpty() && failure != null) {
            throw Failures.unchecked(failure);
        }
        return !items.isEmpty();
    }

    private T take() {
        T item = items.remove();
        read++;
        if (!ended && read >= Math.max(bufferSize / 2, 1)) {
            request();
        }
        return item;
    }

    /** Asks for as many items as there is room for. This is the publisher's code, so only where user code may run. */
    private void request() {
        int room = bufferSize - outstanding - items.size();
        outstanding += room;
        read = 0;
        try {
            Objects.requireNonNull(subscription).request(room);
        } catch (Throwable e) {
            fail(e);
        }
    }

    /**
     * Cancels the subscription, and drops the items that were not read. Tasks that wait for one get {@link IllegalStateException}. Later
     * calls do nothing. Also for callbacks.
     *
     * @throws WrongLoopException off its loop
     */
    @Override
    public void close() {
        check();
        closed = true;
        items.clear();
        Flow.Subscription active = ended ? null : subscription;
        end();
        if (active != null) {
            active.cancel();
        }
    }

    // ---------------------------------------------------------------- with the baton: bookkeeping

    private void subscribed(Flow.Subscription given) {
        if (ended) {
            cancelLater(given);
            return;
        }
        subscription = given;
        // A turn of user code, since the publisher may do anything in there.
        loop().engine.ready(new Callback(loop(), this::requestFirst, false, null));
    }

    private void requestFirst() {
        if (!ended) {
            request();
        }
    }

    private void received(T item) {
        if (ended) {
            return;
        }
        if (outstanding == 0) {
            fail(new IllegalStateException("the publisher broke a rule of Reactive Streams: onNext without a request"));
            return;
        }
        outstanding--;
        items.add(item);
        readers.signalAll();
    }

    private void failed(Throwable exception) {
        if (!ended) {
            failure = exception;
            end();
        }
    }

    /** It is over, but the publisher does not know. */
    private void fail(Throwable exception) {
        if (!ended) {
            failure = exception;
            end();
            if (subscription != null) {
                cancelLater(subscription);
            }
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            loop().unregister(inlet);
            readers.signalAll();
        }
    }

    private void cancelLater(Flow.Subscription subscription) {
        loop().engine.ready(new Notice(loop(), () -> cancel(subscription)));
    }

    /** Where nobody is left to be told of a failure. */
    private void cancel(Flow.Subscription subscription) {
        try {
            subscription.cancel();
        } catch (Throwable e) {
            loop().handle("a subscription could not be cancelled", e);
        }
    }

    // ---------------------------------------------------------------- any thread

    /** What the publisher sees. It sends what it gets into the loop, in order; the loop does the rest. */
    private final class Inlet implements Flow.Subscriber<T>, HandedOut {
        private final EventLoop loop;
        private final AtomicBoolean subscribed = new AtomicBoolean();

        Inlet(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            requireNonNull(given, "onSubscribe");
            if (!subscribed.compareAndSet(false, true)) {
                given.cancel();
                return;
            }
            boolean sent = loop.engine.post(new Op() {
                @Override
                protected void run() {
                    AsyncIterable.this.subscribed(given);
                }

                @Override
                public void rejected(Throwable reason) {
                    cancel(given);
                }
            });
            if (!sent) {
                given.cancel();
            }
        }

        @Override
        public void onNext(T item) {
            requireNonNull(item, "onNext");
            if (requireSubscribed("onNext")) {
                send(() -> received(item));
            }
        }

        @Override
        public void onError(Throwable exception) {
            requireNonNull(exception, "onError");
            if (requireSubscribed("onError")) {
                send(() -> failed(exception));
            }
        }

        @Override
        public void onComplete() {
            if (requireSubscribed("onComplete")) {
                send(AsyncIterable.this::end);
            }
        }

        private boolean requireSubscribed(String signal) {
            if (!subscribed.get()) {
                send(() -> fail(new IllegalStateException(
                        "the publisher broke a rule of Reactive Streams: " + signal + " before onSubscribe")));
                return false;
            }
            return true;
        }

        private void requireNonNull(@Nullable Object argument, String signal) {
            if (argument == null) {
                var broken = new NullPointerException(
                        "the publisher broke a rule of Reactive Streams: " + signal + " with null");
                send(() -> fail(broken));
                throw broken;
            }
        }

        /** A closed loop takes nothing, and has cancelled the subscription. */
        private void send(Runnable bookkeeping) {
            loop.engine.post(Op.of(bookkeeping));
        }

        @Override
        public void closed() {
            ended = true;
            if (subscription != null) {
                cancel(subscription);
            }
        }
    }

    /** Identity and state; any thread may call this, and reads the state as it happens to be. */
    @Override
    public String toString() {
        String state = closed ? "closed" : failure != null ? "failed" : ended ? "completed" : "open";
        return Identity.of(this) + " [" + state + ", items=" + items.size() + ", outstanding=" + outstanding + "]";
    }
}
