// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the running task can do: the module-level functions of {@code asyncio}, made for static import.
 *
 * <pre>{@code
 * import static dev.signalbox.loop.Async.*;
 *
 * var pages = gather(() -> fetch("/a"), () -> fetch("/b"));
 * sleep(Duration.ofSeconds(1));
 * }</pre>
 *
 * <p>Every method but {@link #createTask(TaskBody) createTask} and {@link #shield} waits, or may, so it belongs in a task: in a callback, and
 * in a thread that runs no loop, it throws {@link IllegalStateException}, even where it would not have to wait. A cancel of the task ends
 * each of these waits with {@link CancelledException}; an interrupt of the task's thread from outside ends none.
 */
public final class Async {
    /** The task that the calling thread is while it is off its loop in {@link #blocking}. */
    private static final ThreadLocal<@Nullable Task<?>> BLOCKING = new ThreadLocal<>();

    /** How many tasks are there, of all loops: while there is none, nobody needs to look for its own. */
    private static final AtomicInteger BLOCKED = new AtomicInteger();

    /** What a task that is there waits for, in dumps. */
    static final String BLOCKING_CODE = "code in Async.blocking";

    private Async() {}

    // ---------------------------------------------------------------- tasks

    /**
     * Creates a task of the current loop; it starts in a later turn: {@code asyncio.create_task}. Also for callbacks.
     *
     * @param body what it runs
     * @param <T> the type of its result
     * @return the task
     * @throws IllegalStateException if the calling thread runs no loop, or the loop is closing
     */
    public static <T extends @Nullable Object> Task<T> createTask(TaskBody<? extends T, ?> body) {
        return EventLoop.current().createTask(body);
    }

    /**
     * Creates a task without a result: see {@link #createTask(TaskBody)}.
     *
     * @param body what it runs
     * @return the task
     * @throws IllegalStateException if the calling thread runs no loop, or the loop is closing
     */
    public static Task<Void> createTask(VoidTaskBody<?> body) {
        return EventLoop.current().createTask(body);
    }

    /**
     * Creates a task with a name: see {@link #createTask(TaskBody)}.
     *
     * @param name for messages and dumps
     * @param body what it runs
     * @param <T> the type of its result
     * @return the task
     * @throws IllegalStateException if the calling thread runs no loop, or the loop is closing
     */
    public static <T extends @Nullable Object> Task<T> createTask(String name, TaskBody<? extends T, ?> body) {
        return EventLoop.current().createTask(name, body);
    }

    /**
     * Creates a task with a name and without a result: see {@link #createTask(TaskBody)}.
     *
     * @param name for messages and dumps
     * @param body what it runs
     * @return the task
     * @throws IllegalStateException if the calling thread runs no loop, or the loop is closing
     */
    public static Task<Void> createTask(String name, VoidTaskBody<?> body) {
        return EventLoop.current().createTask(name, body);
    }

    /**
     * The task that calls this: {@code asyncio.current_task}.
     *
     * @return the running task
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static Task<?> currentTask() {
        return EventLoop.current().requireTask();
    }

    // ---------------------------------------------------------------- waiting

    /**
     * Lets the others run for a time: {@code asyncio.sleep}.
     *
     * @param duration how long at the least; zero or negative: as {@link #yieldNow()}
     * @throws CancelledException if the task was cancelled
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static void sleep(Duration duration) {
        Task<?> task = currentTask();
        long nanos = Durations.saturatedNanos(Objects.requireNonNull(duration, "duration"));
        if (nanos <= 0) {
            task.letOthersRun();
        } else {
            task.suspend(new Wait(task), nanos);
        }
    }

    /**
     * Lets those that are ready run first: {@code asyncio.sleep(0)}.
     *
     * @throws CancelledException if the task was cancelled
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static void yieldNow() {
        currentTask().letOthersRun();
    }

    /**
     * Waits for a stage that somebody outside the loop completes: {@code asyncio.wrap_future} and {@code await}. If the stage is done
     * already the call returns without letting others run. A cancel of the task cancels the stage too, where that is supported.
     *
     * @param stage the stage
     * @param <T> the type of its result
     * @return its result
     * @throws CancelledException if the task was cancelled
     * @throws java.util.concurrent.CompletionException if the stage failed with a checked exception, which is the cause; unchecked
     *     exceptions and errors are thrown as they are
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static <T extends @Nullable Object> T await(CompletionStage<? extends T> stage) {
        Task<?> task = currentTask();
        return StageWait.await(task, Objects.requireNonNull(stage, "stage"));
    }

    /**
     * Subscribes to a publisher and has its items read by tasks, with {@link Flow#defaultBufferSize()} as the size of the buffer: see {@link
     * #iterate(Flow.Publisher, int)}.
     *
     * @param publisher the publisher
     * @param <T> the type of the items
     * @return its items, to be closed
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static <T> AsyncIterable<T> iterate(Flow.Publisher<? extends T> publisher) {
        return iterate(publisher, Flow.defaultBufferSize());
    }

    /**
     * Subscribes to a publisher and has its items read by tasks: an {@code async for} over a {@link Flow.Publisher}.
     *
     * <p>The publisher is asked for no more items than the buffer has room for, so a slow task slows it down.
     *
     * @param publisher the publisher; it may send from any thread
     * @param bufferSize how many items may be on their way or waiting for a task at the most; more than zero
     * @param <T> the type of the items
     * @return its items, to be closed
     * @throws IllegalArgumentException if the size is not more than zero
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static <T> AsyncIterable<T> iterate(Flow.Publisher<? extends T> publisher, int bufferSize) {
        Task<?> task = currentTask();
        Objects.requireNonNull(publisher, "publisher");
        Checks.positive(bufferSize, "bufferSize");
        return AsyncIterable.subscribe(task.loop(), publisher, bufferSize);
    }

    /**
     * Runs code that blocks while the loop goes on with the other tasks: {@code asyncio.to_thread}, but in place. The code runs on the
     * task's own stack and thread, with its thread-locals, though not as part of the loop: there it can use nothing that is bound to one.
     *
     * <p>A cancel interrupts the code. If the code throws then, the task gets {@link CancelledException} with that exception suppressed; if
     * it returns all the same, its result counts, and the cancel waits for the next wait.
     *
     * @param body the code
     * @param <T> the type of its result
     * @param <X> what it throws
     * @return what the body returned
     * @throws X what the body threw, as it is
     * @throws CancelledException if the task was cancelled before, or the body ended by the cancel, or by an interrupt from elsewhere
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static <T extends @Nullable Object, X extends Throwable> T blocking(TaskBody<T, X> body) throws X {
        Task<?> task = currentTask();
        Objects.requireNonNull(body, "body");
        try {
            return task.offLoop(null, () -> blockIn(task, body), true);
        } catch (InterruptedException e) {
            throw new CancelledException("interrupted", task, e);
        }
    }

    /**
     * Runs code that blocks and has no result: see {@link #blocking(TaskBody)}.
     *
     * @param body the code
     * @param <X> what it throws
     * @throws X what the body threw, as it is
     * @throws CancelledException as in {@link #blocking(TaskBody)}
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static <X extends Throwable> void blocking(VoidTaskBody<X> body) throws X {
        blocking(Task.valued(body));
    }

    private static <T extends @Nullable Object, X extends Throwable> T blockIn(Task<?> task, TaskBody<T, X> body)
            throws X, InterruptedException {
        BLOCKED.incrementAndGet();
        BLOCKING.set(task);
        try {
            return body.call();
        } finally {
            BLOCKING.remove();
            BLOCKED.decrementAndGet();
        }
    }

    /** The task that the calling thread is in {@link #blocking}; null for any other thread. */
    static @Nullable Task<?> blockingTask() {
        return BLOCKED.get() == 0 ? null : BLOCKING.get();
    }

    /**
     * Runs a body and cancels it when it takes too long: {@code asyncio.timeout} and {@code asyncio.wait_for}. The body runs in the calling
     * task, which the limit cancels at its next wait; a body that does not wait is not stopped. A limit that can be moved is a {@link
     * Deadline}.
     *
     * <p>Only the cancel of this limit becomes {@link TimeoutException}. If somebody else cancelled the task too, before the call or
     * during it, {@link CancelledException} is thrown: no foreign cancel is swallowed. If the body returns in spite of the cancel, its
     * result counts.
     *
     * @param timeout how long; zero or negative: the first wait of the body throws
     * @param body the body
     * @param <T> the type of its result
     * @param <X> what it throws
     * @return what the body returned
     * @throws X what the body threw, as it is
     * @throws TimeoutException if the body was cancelled by this limit
     * @throws CancelledException if the task was cancelled
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static <T extends @Nullable Object, X extends Throwable> T timeout(Duration timeout, TaskBody<T, X> body)
            throws X, TimeoutException {
        Task<?> task = currentTask();
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(body, "body");
        return new TimeLimit(task, TimeLimit.message(timeout)).run(Durations.saturatedNanos(timeout), body);
    }

    /**
     * Runs a body without a result and cancels it when it takes too long: see {@link #timeout(Duration, TaskBody)}.
     *
     * @param timeout how long; zero or negative: the first wait of the body throws
     * @param body the body
     * @param <X> what it throws
     * @throws X what the body threw, as it is
     * @throws TimeoutException if the body was cancelled by this limit
     * @throws CancelledException if the task was cancelled
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static <X extends Throwable> void timeout(Duration timeout, VoidTaskBody<X> body)
            throws X, TimeoutException {
        timeout(timeout, Task.valued(body));
    }

    // ---------------------------------------------------------------- several at once

    /**
     * Waits for all the futures: {@code asyncio.gather}. The first failure, or the first that is cancelled, is thrown at once; the others go
     * on, and failures of theirs are not reported. A cancel of the waiting task cancels them all.
     *
     * <p>To have every outcome, as with {@code return_exceptions=True}, use {@link #awaitAll(Collection)} and look at each future's
     * {@link Future#state() state()}.
     *
     * @param futures futures of the current loop; the same one may occur more than once
     * @param <T> the type of the results
     * @return the results, in the order of the futures; not modifiable
     * @throws CancelledException if one of them or the task was cancelled
     * @throws java.util.concurrent.CompletionException if the first that failed did so with a checked exception, which is the cause;
     *     unchecked exceptions and errors are thrown as they are
     * @throws WrongLoopException if one of them belongs to another loop
     * @throws IllegalStateException in a callback, in a thread that runs no loop, or when a task awaits itself
     */
    public static <T extends @Nullable Object> List<T> gather(Collection<? extends Future<? extends T>> futures) {
        Task<?> task = currentTask();
        List<Future<? extends T>> checked = Watch.checked(task, futures);
        return GatherWait.await(task, checked);
    }

    /**
     * Waits for all the futures: see {@link #gather(Collection)}.
     *
     * @param futures futures of the current loop
     * @param <T> the type of the results
     * @return the results, in the order of the futures; not modifiable
     * @throws CancelledException if one of them or the task was cancelled
     * @throws java.util.concurrent.CompletionException as in {@link #gather(Collection)}
     * @throws WrongLoopException if one of them belongs to another loop
     * @throws IllegalStateException in a callback, in a thread that runs no loop, or when a task awaits itself
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object> List<T> gather(Future<? extends T>... futures) {
        return gather(Arrays.asList(Objects.requireNonNull(futures, "futures")));
    }

    /**
     * Runs the bodies as tasks and waits for them all: see {@link #gather(Collection)}.
     *
     * @param bodies what the tasks run
     * @param <T> the type of the results
     * @return the results, in the order of the bodies; not modifiable
     * @throws CancelledException if one of the tasks or the waiting task was cancelled
     * @throws java.util.concurrent.CompletionException as in {@link #gather(Collection)}
     * @throws IllegalStateException in a callback, or in a thread that runs no loop, or if the loop is closing
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object> List<T> gather(TaskBody<? extends T, ?>... bodies) {
        Task<?> caller = currentTask();
        requireBodies(bodies);
        List<Future<? extends T>> tasks = new ArrayList<>(bodies.length);
        for (TaskBody<? extends T, ?> body : bodies) {
            tasks.add(caller.loop().<T>createTask(body));
        }
        return GatherWait.await(caller, tasks);
    }

    /**
     * Runs the bodies as tasks and waits for them all: see {@link #gather(Collection)}.
     *
     * @param bodies what the tasks run
     * @throws CancelledException if one of the tasks or the waiting task was cancelled
     * @throws java.util.concurrent.CompletionException as in {@link #gather(Collection)}
     * @throws IllegalStateException in a callback, or in a thread that runs no loop, or if the loop is closing
     */
    public static void gather(VoidTaskBody<?>... bodies) {
        Task<?> caller = currentTask();
        requireBodies(bodies);
        List<Future<?>> tasks = new ArrayList<>(bodies.length);
        for (VoidTaskBody<?> body : bodies) {
            tasks.add(caller.loop().createTask(body));
        }
        GatherWait.await(caller, tasks);
    }

    /**
     * Waits until all the futures are done: {@code asyncio.wait}. However they end: nothing is thrown for them, and they are never cancelled,
     * not by a cancel of the waiting task either. {@link Future#state()} tells what became of each.
     *
     * <pre>{@code
     * awaitAll(orders);
     * for (var order : orders) {
     *     if (order.state() == Future.State.FAILED) {
     *         log(order.exceptionNow());
     *     }
     * }
     * }</pre>
     *
     * <p>Waiting here is not asking for a failure: one that nobody asks for afterwards is given to the loop's exception handler. To be told
     * the first failure at once use {@link #gather(Collection)}; to stop waiting at the first, as with {@code return_when=FIRST_EXCEPTION},
     * see {@link #asCompleted}.
     *
     * @param futures futures of the current loop; the same one may occur more than once; if there are none, or all are done, the call
     *     returns without letting others run
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException if one of them belongs to another loop
     * @throws IllegalStateException in a callback, in a thread that runs no loop, or when a task awaits itself
     */
    public static void awaitAll(Collection<? extends Future<?>> futures) {
        Task<?> task = currentTask();
        boolean done = DoneWait.all(task, Watch.checked(task, futures), Task.FOREVER);
        assert done : "woken too early";
    }

    /**
     * Waits until all the futures are done, but not longer than the timeout: {@code asyncio.wait} with a timeout. Running out of time throws
     * nothing and cancels nothing. See {@link #awaitAll(Collection)}.
     *
     * @param futures futures of the current loop; the same one may occur more than once
     * @param timeout how long; zero or negative: do not wait
     * @return true if all are done now; false if some are not: see {@link Future#isDone()}
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException if one of them belongs to another loop
     * @throws IllegalStateException in a callback, in a thread that runs no loop, or when a task awaits itself
     */
    @CheckReturnValue
    public static boolean awaitAll(Collection<? extends Future<?>> futures, Duration timeout) {
        Task<?> task = currentTask();
        List<Future<?>> checked = Watch.checked(task, futures);
        return DoneWait.all(task, checked, Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Waits until one of the futures is done, however it ends: {@code asyncio.wait} with {@code return_when=FIRST_COMPLETED}. As in
     * {@link #awaitAll(Collection)} nothing is thrown for the futures and none is cancelled; a failure is only told to whoever asks the
     * future for it.
     *
     * <pre>{@code
     * var answer = awaitAny(List.of(primary, mirror)).await();
     * }</pre>
     *
     * <p>If several are done, it is the one that was done first; of those that were done before the call, the first in the order of the
     * collection, and then the call returns without letting others run.
     *
     * @param futures futures of the current loop, at least one; the same one may occur more than once
     * @param <F> the type of the futures
     * @return the future that is done
     * @throws IllegalArgumentException if there are no futures
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException if one of them belongs to another loop
     * @throws IllegalStateException in a callback, in a thread that runs no loop, or when a task awaits itself
     */
    public static <F extends Future<?>> F awaitAny(Collection<F> futures) {
        Task<?> task = currentTask();
        return Objects.requireNonNull(DoneWait.any(task, atLeastOne(Watch.checked(task, futures)), Task.FOREVER));
    }

    /**
     * Waits until one of the futures is done, but not longer than the timeout: see {@link #awaitAny(Collection)}. Running out of time throws
     * nothing and cancels nothing.
     *
     * @param futures futures of the current loop, at least one; the same one may occur more than once
     * @param timeout how long; zero or negative: do not wait
     * @param <F> the type of the futures
     * @return the future that is done; null if none is
     * @throws IllegalArgumentException if there are no futures
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException if one of them belongs to another loop
     * @throws IllegalStateException in a callback, in a thread that runs no loop, or when a task awaits itself
     */
    @CheckReturnValue
    public static <F extends Future<?>> @Nullable F awaitAny(Collection<F> futures, Duration timeout) {
        Task<?> task = currentTask();
        List<F> checked = atLeastOne(Watch.checked(task, futures));
        return DoneWait.any(task, checked, Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
    }

    private static <F> List<F> atLeastOne(List<F> futures) {
        if (futures.isEmpty()) {
            throw new IllegalArgumentException("futures: none (expected: at least one)");
        }
        return futures;
    }

    /**
     * The futures in the order in which they are done: {@code asyncio.as_completed}. The iterator waits in {@code next()} and returns the
     * next future that is done, so to ask it is not to wait.
     *
     * <pre>{@code
     * for (var page : asCompleted(pages)) {
     *     show(page.await()); // it is done
     * }
     * }</pre>
     *
     * <p>Each iterator has an order of its own, and returns each future once, even one that was given twice: first those that are done when
     * it is made, in the order of the collection, then the others as they end. {@code hasNext()} never waits. Tasks may share an iterator:
     * each {@code next()} claims a future, and whoever is cancelled gives up its claim. The iteration may be left early.
     *
     * <p>As in {@link #awaitAll(Collection)} nothing is thrown for the futures and none is cancelled. {@code timeout(limit, () -> …)} around
     * the iteration limits it as a whole. To wait as {@code asyncio.wait} does with {@code return_when=FIRST_EXCEPTION}:
     *
     * <pre>{@code
     * for (var order : asCompleted(orders)) {
     *     if (order.state() == Future.State.FAILED) {
     *         break; // the others go on
     *     }
     * }
     * }</pre>
     *
     * <p>Both the iterable and its iterators belong to the loop, and throw {@link WrongLoopException} elsewhere. {@code next()} throws
     * {@link CancelledException} if the task was cancelled, {@link java.util.NoSuchElementException} if there is no future left that no call has
     * claimed, and {@link IllegalStateException} in a callback.
     *
     * @param futures futures of the current loop; may be empty
     * @param <F> the type of the futures
     * @return the futures, to be iterated over as often as one likes
     * @throws WrongLoopException if one of them belongs to another loop
     * @throws IllegalStateException in a callback, in a thread that runs no loop, or when a task awaits itself
     */
    public static <F extends Future<?>> Iterable<F> asCompleted(Collection<F> futures) {
        Task<?> task = currentTask();
        List<F> checked = Watch.checked(task, futures);
        return new CompletionOrder<>(task.loop(), new LinkedHashSet<>(checked));
    }

    /**
     * A future that ends as the given one does, and that may be cancelled without it: {@code asyncio.shield}. A task that is cancelled while
     * it waits for the shield stops waiting, and what is shielded goes on. Also for callbacks.
     *
     * <pre>{@code
     * var saving = createTask(() -> save(order));
     * shield(saving).await(); // a cancel of this task does not reach the other
     * }</pre>
     *
     * <p>If the given future is cancelled, so is the shield. A failure is told by the shield, and counts as told of the given future; after
     * a cancel of the shield it is up to the given future again to have it reported if nobody asks. The given future holds on to the shield
     * until either is done: one that is not needed any more should be cancelled.
     *
     * <p>A loop keeps its tasks until they are done, so a task that is shielded needs no other reference.
     *
     * @param future the future to be left alone
     * @param <T> the type of its result
     * @return a future that follows it; the very same one if it is done already
     * @throws WrongLoopException if it belongs to another loop
     */
    public static <T extends @Nullable Object> Future<T> shield(Future<T> future) {
        Objects.requireNonNull(future, "future").check();
        return Shield.of(future);
    }

    private static void requireBodies(Object[] bodies) {
        Objects.requireNonNull(bodies, "bodies");
        for (int i = 0; i < bodies.length; i++) {
            Objects.requireNonNull(bodies[i], "bodies[" + i + "]");
        }
    }
}
