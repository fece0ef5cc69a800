// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.loop.internal.Engine;
import dev.signalbox.loop.internal.Failures;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A result that is not there yet, bound to a loop: {@code asyncio.Future}.
 *
 * <p>Tasks wait for it with {@link #await()}; somebody else on the loop gives it its result with {@link #complete}, {@link #fail} or
 * {@link #cancel()}, once. Nothing on it blocks a thread, so it is not a {@link java.util.concurrent.Future}; one for other threads comes
 * from {@link #toCompletableFuture()}.
 *
 * <pre>{@code
 * var answer = new Future<Integer>();
 * Async.createTask(() -> answer.complete(42));
 * int n = answer.await();
 * }</pre>
 *
 * <p>A failure that nobody ever asks for is given to the loop's exception handler, when the future is collected or when its loop closes.
 *
 * <p><b>Binding.</b> Bound to the loop it is created on, or else to the first that uses it. Off that loop every method but
 * {@code toString()} throws {@link WrongLoopException}.
 *
 * <p><b>Order.</b> Those who wait go on in the order in which they came, each in a turn of its own.
 *
 * <p><b>Memory consistency effects.</b> What happened on the loop before the completion is visible to whoever goes on after it.
 *
 * @param <T> the type of the result
 */
public sealed class Future<T extends @Nullable Object> extends LoopBound permits Task {
    /** What can be known of a future. */
    public enum State {
        /** Not there yet. */
        PENDING,
        /** There is a result. */
        SUCCEEDED,
        /** There is an exception. */
        FAILED,
        /** There will be no result. */
        CANCELLED
    }

    /** What {@code outcome} holds in place of a null result: null means pending. */
    private static final Object NULL = new Object();

    /** A failure, and whether somebody was told of it. */
    private static final class Failed {
        private final Throwable exception;
        private boolean told;
        private @Nullable Unobserved report;

        Failed(Throwable exception) {
            this.exception = exception;
        }
    }

    private record Cancelled(
            @Nullable String message, @Nullable Throwable cause) {}

    // Guarded by the baton.
    private @Nullable Object outcome;
    private @Nullable WaitList waiters;
    /** Somebody has seen to it that a failure of this need not be reported. */
    private boolean failureExpected;

    /** Creates a pending future. It belongs to the loop that the calling thread is, or else to the first that uses it. */
    public Future() {
        this(EventLoop.currentOrNull());
    }

    Future(@Nullable EventLoop loop) {
        super(loop);
    }

    // ---------------------------------------------------------------- waiting

    /**
     * Waits for the result: {@code await future}. When it is there already the call returns without letting others run.
     *
     * <p>A cancel of the waiting task is passed on to this future: {@code this.cancel()}.
     *
     * @return the result
     * @throws CancelledException if this future was cancelled ({@link CancelledException#source()} is this future), or the waiting task was
     *     (the source is the task)
     * @throws CompletionException if it failed with a checked exception, which is the cause; unchecked exceptions and errors are thrown as
     *     they are
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback, since only tasks can wait, or when a task awaits itself
     */
    public T await() {
        Task<?> task = checkTask();
        if (outcome == null) {
            boolean done = suspend(task, Task.FOREVER);
            assert done : "woken without a result";
        }
        return result();
    }

    /**
     * Waits for the result, but not longer than the timeout. Running out of time does not cancel this future;
     * {@code Async.timeout(timeout, () -> future.await())} does.
     *
     * @param timeout how long; zero or negative: do not wait
     * @return the result
     * @throws TimeoutException if the result was not there in time
     * @throws CancelledException as in {@link #await()}
     * @throws CompletionException as in {@link #await()}
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback, or when a task awaits itself
     */
    public T await(Duration timeout) throws TimeoutException {
        Task<?> task = checkTask();
        long nanos = Durations.saturatedNanos(Objects.requireNonNull(timeout, "timeout"));
        if (outcome == null && (nanos <= 0 || !suspend(task, nanos))) {
            throw new TimeoutException(this + " had no result after " + timeout);
        }
        return result();
    }

    private boolean suspend(Task<?> task, long nanos) {
        if (task == this) {
            throw new IllegalStateException("a task cannot await itself: " + this);
        }
        FutureWait wait = new FutureWait(task, this);
        addWaiter(wait);
        boolean done = task.suspend(wait, nanos);
        if (wait.cancelForwarded && outcome instanceof Cancelled cancelled) {
            throw task.deliverCancel(cancelled.cause());
        }
        if (wait.cancelForwarded && !done) {
            throw task.deliverCancel(null); // this future took the cancel, but the task does not wait for the answer
        }
        return done;
    }

    /** A task that waits for a future: a cancel of the task cancels the future, and what then becomes of the future decides. */
    private static final class FutureWait extends Wait {
        private final Future<?> future;
        private boolean cancelForwarded;

        FutureWait(Task<?> task, Future<?> future) {
            super(task);
            this.future = future;
        }

        @Override
        Collection<? extends Future<?>> awaited() {
            return future instanceof Task ? List.of(future) : List.of(); // others are not worth a walk
        }

        @Override
        void giveBack() {
            future.untold();
        }

        @Override
        boolean forwardCancel(@Nullable String message) {
            cancelForwarded = future instanceof Task ? future.isPending() : future.cancelFromLoop(message);
            return cancelForwarded;
        }
    }

    // ---------------------------------------------------------------- completing

    /**
     * Gives this future its result.
     *
     * @param value the result
     * @return false if the future was cancelled meanwhile, which a producer cannot know; then nothing changes
     * @throws IllegalStateException if it has a result or an exception already
     * @throws WrongLoopException off its loop
     */
    public boolean complete(T value) {
        check();
        return mayComplete() && finish(value == null ? NULL : value);
    }

    /**
     * Gives this future an exception in place of a result.
     *
     * @param exception the exception
     * @return false if the future was cancelled meanwhile; then nothing changes
     * @throws IllegalStateException if it has a result or an exception already
     * @throws WrongLoopException off its loop
     */
    public boolean fail(Throwable exception) {
        check();
        Objects.requireNonNull(exception, "exception");
        return mayComplete() && finishFailed(exception);
    }

    private boolean mayComplete() {
        if (outcome == null) {
            return true;
        }
        if (outcome instanceof Cancelled) {
            return false;
        }
        throw new IllegalStateException("future is already done: " + this);
    }

    /**
     * Cancels this future: those who wait get {@link CancelledException}. Of a {@link Task} it asks the task to end.
     *
     * @return false if it was done already
     * @throws WrongLoopException off its loop
     */
    public boolean cancel() {
        return cancel(null);
    }

    /**
     * Cancels this future with a message for {@link CancelledException}.
     *
     * @param message why; may be null
     * @return false if it was done already
     * @throws WrongLoopException off its loop
     */
    public boolean cancel(@Nullable String message) {
        check();
        return cancelFromLoop(message);
    }

    /** {@link #cancel(String)} without the check, for bookkeeping. */
    boolean cancelFromLoop(@Nullable String message) {
        return outcome == null && finishCancelled(message, null);
    }

    final boolean finishSucceeded(@Nullable Object value) {
        return finish(value == null ? NULL : value);
    }

    final boolean finishFailed(Throwable exception) {
        boolean told = isAnybodyTold();
        finish(new Failed(exception));
        if (!told) {
            untold();
        }
        return true;
    }

    /** What it follows as a shield; any thread, racily. */
    final @Nullable Future<?> source() {
        WaitList list = waiters;
        return list == null ? null : Shield.innerOf(list.first());
    }

    /** Whether there is somebody whom the end of this is told. */
    boolean isAnybodyTold() {
        return waiters != null && !waiters.isEmpty();
    }

    final boolean finishCancelled(@Nullable String message, @Nullable Throwable cause) {
        return finish(new Cancelled(message, cause));
    }

    /** Ends as the other did, which is done. Whoever is told of a failure by this one need not hear of it from the other. */
    final void finishAs(Future<? extends T> other) {
        Object result = Objects.requireNonNull(other.outcome);
        if (result instanceof Failed failed) {
            other.observe();
            finishFailed(failed.exception);
        } else {
            finish(result);
        }
    }

    private boolean finish(Object result) {
        WaitList list = waiters;
        if (list == null) {
            outcome = result;
            return true;
        }
        Engine engine = loop().engine;
        try {
            outcome = result;
            waiters = null;
            list.signalAll();
        } catch (StackOverflowError e) {
            engine.failure = e; // nobody else will tell them. No call, there may be no room for one
            throw e;
        }
        return true;
    }

    // ---------------------------------------------------------------- looking

    /**
     * Whether it has a result or an exception, or was cancelled.
     *
     * @return true unless pending
     * @throws WrongLoopException off its loop
     */
    public boolean isDone() {
        check();
        return outcome != null;
    }

    /**
     * Whether it was cancelled. A task is cancelled when it has ended, not when it was asked to.
     *
     * @return true if cancelled
     * @throws WrongLoopException off its loop
     */
    public boolean isCancelled() {
        check();
        return outcome instanceof Cancelled;
    }

    /**
     * Tells what is known of it.
     *
     * @return the state
     * @throws WrongLoopException off its loop
     */
    public State state() {
        check();
        return stateOf(outcome);
    }

    private static State stateOf(@Nullable Object outcome) {
        if (outcome == null) {
            return State.PENDING;
        }
        if (outcome instanceof Failed) {
            return State.FAILED;
        }
        return outcome instanceof Cancelled ? State.CANCELLED : State.SUCCEEDED;
    }

    /**
     * The result, without waiting.
     *
     * @return the result
     * @throws IllegalStateException if there is none: pending, failed or cancelled
     * @throws WrongLoopException off its loop
     */
    public T resultNow() {
        check();
        if (stateOf(outcome) != State.SUCCEEDED) {
            throw new IllegalStateException("future has no result: " + this);
        }
        return value();
    }

    /**
     * The exception, without waiting. Counts as having been told of the failure.
     *
     * @return the exception with which it failed
     * @throws IllegalStateException if it did not fail: pending, succeeded or cancelled
     * @throws WrongLoopException off its loop
     */
    public Throwable exceptionNow() {
        check();
        if (outcome instanceof Failed failed) {
            observe();
            return failed.exception;
        }
        throw new IllegalStateException("future has no exception: " + this);
    }

    // ---------------------------------------------------------------- bridges

    /**
     * Has a callback called when this future is done, in a turn of its own as {@link EventLoop#callSoon} does, never inline; also when it is
     * done already.
     *
     * @param callback called with this future
     * @return a handle that calls it off
     * @throws WrongLoopException off its loop
     */
    public Handle whenDone(Consumer<? super Future<T>> callback) {
        EventLoop loop = check();
        Objects.requireNonNull(callback, "callback");
        DoneCallback<T> call = new DoneCallback<>(loop, this, callback);
        whenDone(call);
        return call;
    }

    /** Signals the link once this future is done. */
    final void whenDone(Link link) {
        if (outcome == null) {
            addWaiter(link);
        } else {
            link.signalled();
        }
    }

    private static final class DoneCallback<T extends @Nullable Object> extends Link implements Handle {
        private final EventLoop loop;
        private final Future<T> future;
        private final Consumer<? super Future<T>> callback;
        private final @Nullable Locals locals;
        private boolean cancelled;

        DoneCallback(EventLoop loop, Future<T> future, Consumer<? super Future<T>> callback) {
            this.loop = loop;
            this.future = future;
            this.callback = callback;
            this.locals = loop.locals();
        }

        @Override
        void signalled() {
            loop.engine.ready(new Callback(loop, this::call, false, locals));
        }

        private void call() {
            if (cancelled) {
                future.untold();
            } else {
                future.observe();
                callback.accept(future);
            }
        }

        @Override
        public void cancel() {
            loop.checkOnLoop();
            cancelled = true;
            unlink();
        }

        @Override
        public boolean isCancelled() {
            loop.checkOnLoop();
            return cancelled;
        }

        @Override
        public String toString() {
            return Identity.of(this) + " [cancelled=" + cancelled + "]";
        }
    }

    /**
     * A view of this future for any thread. It is completed in a turn of the loop; what depends on it without an executor of its own runs
     * there, as a callback. Cancelling the view does not cancel this future. If the loop closes first it fails with
     * {@link IllegalStateException}. Waiting for it with {@code get} or {@code join} on the loop itself throws, since it could never end.
     *
     * @return a new view
     * @throws WrongLoopException off its loop
     */
    public CompletableFuture<T> toCompletableFuture() {
        EventLoop loop = check();
        LoopFuture<T> view = new LoopFuture<>(loop);
        view.follow(this);
        return view;
    }

    // ---------------------------------------------------------------- for the rest of the package

    final void addWaiter(Link link) {
        WaitList list = waiters;
        if (list == null) {
            list = new WaitList(this);
            waiters = list;
        }
        list.add(link);
    }

    final boolean isPending() {
        return outcome == null;
    }

    /** Whether it failed or was cancelled; does not count as being told. */
    final boolean hasFailed() {
        return outcome instanceof Failed || outcome instanceof Cancelled;
    }

    /** The result, or the exception as {@link #await()} throws it. */
    final T result() {
        if (outcome instanceof Cancelled cancelled) {
            throw new CancelledException(cancelled.message(), this, cancelled.cause());
        }
        if (outcome instanceof Failed failed) {
            observe();
            throw Failures.unchecked(failed.exception);
        }
        return value();
    }

    /** The exception with which it failed; null if it did not. Does not count as being told. */
    final @Nullable Throwable exception() {
        return outcome instanceof Failed failed ? failed.exception : null;
    }

    /** What went wrong: the exception, or a {@link CancelledException}; null if nothing did. */
    final @Nullable Throwable failure() {
        if (outcome instanceof Failed failed) {
            observe();
            return failed.exception;
        }
        return outcome instanceof Cancelled cancelled
                ? new CancelledException(cancelled.message(), this, cancelled.cause())
                : null;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // null is a T if it was given as one
    final T value() {
        return (T) (outcome == NULL ? null : outcome);
    }

    /** Somebody was told of the failure. */
    final void observe() {
        if (outcome instanceof Failed failed) {
            failed.told = true;
            if (failed.report != null) {
                failed.report.observed();
            }
        }
    }

    /** Nobody has been told of the failure so far, and nobody is on the way. */
    final void untold() {
        if (outcome instanceof Failed failed && !failed.told && !failureExpected && failed.report == null) {
            failed.report = loop().unobserved(this, failed.exception);
        }
    }

    /** Whatever becomes of this, its failure is not worth a report. */
    final void expectFailure() {
        failureExpected = true;
        observe();
    }

    /** The state in lower case; any thread, racily. */
    final String displayState() {
        return stateOf(outcome).name().toLowerCase(Locale.ROOT);
    }

    /** What it is, for messages that outlive it. */
    String describe() {
        return Identity.of(this);
    }

    /** Identity and state; any thread may call this, and reads the state as it happens to be. */
    @Override
    public String toString() {
        return Identity.of(this) + " [" + displayState() + "]";
    }
}
