// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.loop.internal.Engine;
import dev.signalbox.loop.internal.Failures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that end together: {@code asyncio.TaskGroup}, in the words of the JDK's {@code StructuredTaskScope}.
 *
 * <pre>{@code
 * try (var group = TaskGroup.open()) {
 *     var user = group.fork(() -> findUser());
 *     var order = group.fork(() -> fetchOrder());
 *     group.join();
 *     return user.await() + order.await();
 * }
 * }</pre>
 *
 * <p>The task that opens a group is its owner. Nothing leaves the block before every task of the group has ended: {@link #join()} waits for
 * them, and {@link #close()} cancels what is left and waits for that. A group that forked tasks has to be joined or cancelled; closing it
 * without that throws, since otherwise failures would go unnoticed.
 *
 * <p><b>Failure.</b> The first task that fails cancels its siblings. When all have ended {@code join()} throws that failure, with the others
 * as suppressed exceptions; whoever awaits a task that was cancelled for it gets a {@link CancelledException} with that failure as its cause.
 * A task that ends cancelled by itself is no failure and cancels nobody. A failure that neither {@code join()} nor {@code close()} could
 * throw, since the group was cancelled and not joined, is given to the loop's exception handler, unless somebody awaited the task.
 *
 * <p><b>The owner</b> is not cancelled when a task fails: it hears of it in {@code join()}, and what it does before that goes on. ({@code
 * asyncio} cancels the owner too. It can, because {@code async with} sees the exception and replaces it; {@code close()} cannot.) So the owner
 * of a group should do nothing between {@code fork} and {@code join} that takes long without the group: fork it.
 *
 * <p><b>Cancellation.</b> A cancel of the owner while it waits in {@code join()} or {@code close()} cancels the tasks; the owner still waits
 * until they have ended. Then {@code join()} throws the failure of a task, if there is one, and otherwise {@link CancelledException}. Where a
 * failure went first, and in {@code close()}, the cancel stays pending and is thrown by the next wait: it is never lost. A task may take as
 * long to clean up as it likes, and a second cancel of the owner does not cancel it again.
 *
 * <p><b>Nesting.</b> Groups are closed in the reverse order of their opening, as try-with-resources does. If an outer one is closed first,
 * the inner ones are closed with it, and that throws. A task that ends with a group open waits until the tasks of the group have ended, all
 * of them cancelled, and fails.
 *
 * <p><b>Fairness.</b> Tasks start in the order in which they were forked, with a limit too.
 *
 * <p><b>Binding.</b> Every method but {@code toString()} belongs to the loop of the owner, and throws {@link WrongLoopException} elsewhere.
 *
 * <p><b>Memory consistency effects.</b> As between any two turns of a loop: what the tasks did is visible after {@code join()}.
 */
public final class TaskGroup extends LoopBound implements AutoCloseable {
    private final Task<?> owner;
    /** How many tasks may run at a time. */
    private final int limit;
    /** The one that its owner opened before, if that is still open. */
    private final @Nullable TaskGroup outer;

    // Guarded by the baton.
    /** Those that have not ended, in the order in which they were forked. */
    private final Set<Task<?>> tasks = new LinkedHashSet<>();
    /** Those that may not start yet. Whenever a turn ends: nobody, or as many tasks run as may. */
    private final WaitList heldBack = new WaitList(this);
    /** Those that failed, in the order in which they did. */
    private final List<Task<?>> failed = new ArrayList<>();

    private int running;
    private long forked;
    /** The failure for which its tasks are cancelled; null if there is none, or they are cancelled for something else. */
    private @Nullable Throwable reason;
    /** Why its tasks are cancelled, with which nothing new starts; null: they are not. */
    private @Nullable String aborted;

    private boolean cancelled;
    private boolean joined;
    private boolean closed;
    private @Nullable Wait ownersWait;

    private TaskGroup(Task<?> owner, int limit) {
        super(owner.loop());
        this.owner = owner;
        this.limit = limit;
        this.outer = owner.innermost;
        owner.innermost = this;
    }

    /**
     * Opens a group that belongs to the calling task: to be closed by it, with try-with-resources.
     *
     * @return a new group
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static TaskGroup open() {
        return new TaskGroup(Async.currentTask(), Integer.MAX_VALUE);
    }

    /**
     * Opens a group of which only so many tasks run at a time. The others start when one of these has ended, first in, first out; one that is
     * cancelled before never starts.
     *
     * @param limit how many, more than zero
     * @return a new group
     * @throws IllegalArgumentException if {@code limit} is zero or negative
     * @throws IllegalStateException in a callback, or in a thread that runs no loop
     */
    public static TaskGroup open(int limit) {
        return new TaskGroup(Async.currentTask(), Checks.positive(limit, "limit"));
    }

    // ---------------------------------------------------------------- fork

    /**
     * Runs a body as a task of this group; it starts in a later turn. Not only for the owner: every task and callback of the loop may fork, as
     * long as the owner has not joined, or waits in {@code join()} for tasks that have not ended yet.
     *
     * @param body what it runs
     * @param <T> the type of its result
     * @return the task
     * @throws IllegalStateException if this group is closed or cancelled, a task of it has failed, or all have ended after {@code join()}; or
     *     if the loop is closing
     * @throws WrongLoopException off its loop
     */
    public <T extends @Nullable Object> Task<T> fork(TaskBody<? extends T, ?> body) {
        check();
        return start(null, Objects.requireNonNull(body, "body"));
    }

    /**
     * Runs a body without a result as a task of this group: see {@link #fork(TaskBody)}.
     *
     * @param body what it runs
     * @return the task
     * @throws IllegalStateException as in {@link #fork(TaskBody)}
     * @throws WrongLoopException off its loop
     */
    public Task<Void> fork(VoidTaskBody<?> body) {
        check();
        return start(null, Task.valued(body));
    }

    /**
     * Runs a body as a task of this group, with a name: see {@link #fork(TaskBody)}.
     *
     * @param name for messages and dumps
     * @param body what it runs
     * @param <T> the type of its result
     * @return the task
     * @throws IllegalStateException as in {@link #fork(TaskBody)}
     * @throws WrongLoopException off its loop
     */
    public <T extends @Nullable Object> Task<T> fork(String name, TaskBody<? extends T, ?> body) {
        check();
        return start(Objects.requireNonNull(name, "name"), Objects.requireNonNull(body, "body"));
    }

    /**
     * Runs a body without a result as a task of this group, with a name: see {@link #fork(TaskBody)}.
     *
     * @param name for messages and dumps
     * @param body what it runs
     * @return the task
     * @throws IllegalStateException as in {@link #fork(TaskBody)}
     * @throws WrongLoopException off its loop
     */
    public Task<Void> fork(String name, VoidTaskBody<?> body) {
        check();
        return start(Objects.requireNonNull(name, "name"), Task.valued(body));
    }

    private <T extends @Nullable Object> Task<T> start(@Nullable String name, TaskBody<? extends T, ?> body) {
        loop().checkOpen();
        requireForkable();
        Engine engine = loop().engine;
        Task<T> task = loop().newTask(name, this);
        try {
            Task.Start<T> start = new Task.Start<>(task, body);
            tasks.add(task);
            forked++;
            if (running < limit) {
                running++;
                engine.ready(start);
            } else {
                start.holdBack(heldBack);
            }
        } catch (StackOverflowError | OutOfMemoryError e) {
            engine.failure = e; // it would never start, and never end. No call, there may be no room for one
            throw e;
        }
        return task;
    }

    private void requireForkable() {
        if (closed) {
            throw new IllegalStateException("task group is closed: " + this);
        }
        if (aborted != null) {
            throw new IllegalStateException("task group is shutting down (" + aborted + "): " + this);
        }
        if (joined && tasks.isEmpty()) {
            throw new IllegalStateException("task group was joined and all its tasks have ended: " + this);
        }
    }

    // ---------------------------------------------------------------- join, cancel, close

    /**
     * Waits until all tasks of this group have ended, and throws the first failure among them. Once, and by the owner. If no task is left it
     * returns, or throws the failure, without letting others run.
     *
     * @throws CancelledException if the owner was cancelled, or if the first failure is one: of something that the task awaited
     * @throws java.util.concurrent.CompletionException if the first failure is a checked exception, which is the cause; unchecked exceptions
     *     and errors are thrown as they are. In either case the other failures are suppressed exceptions of the first one itself
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback or another task than the owner, or if this group was joined or closed already
     */
    public void join() {
        requireOwner("join");
        if (closed || joined) {
            throw new IllegalStateException("task group is " + (closed ? "closed" : "joined") + " already: " + this);
        }
        joined = true;
        boolean waited = awaitTasks();
        Throwable thrown = tellFailures();
        if (thrown != null) {
            throw Failures.unchecked(thrown);
        }
        if (waited) {
            owner.throwIfCancelled();
        }
    }

    /**
     * Cancels all tasks of this group, those that have not started included; none can be forked any more. It need not be joined then, but may
     * be: {@code join()} waits for the tasks and throws a failure. Does not wait, and does not cancel the owner; for every task and callback
     * of the loop. No effect once the group is closed or its tasks have ended after {@code join()}.
     *
     * @throws WrongLoopException off its loop
     */
    public void cancel() {
        check();
        cancelled = true;
        abort("the group was cancelled");
    }

    /**
     * Cancels the tasks that are left and waits until they have ended. By the owner; a group that is closed already is left alone.
     *
     * @throws IllegalStateException if tasks were forked, and this group was neither joined nor cancelled: with the first failure as its cause;
     *     if a group that was opened after this one is still open; in a callback or another task than the owner. Everything has ended by then
     *     in the first two cases
     * @throws CancelledException if the loop is closing, which cancels the tasks itself and lets nobody wait
     * @throws WrongLoopException off its loop
     */
    @Override
    public void close() {
        requireOwner("close");
        if (closed) {
            return;
        }
        TaskGroup innermost = owner.innermost;
        while (!closed && owner.innermost != null) {
            owner.innermost.shutDown();
        }
        if (innermost != this) {
            throw new IllegalStateException(
                    "task group closed before one that was opened after it: " + this + ", " + innermost);
        }
        if (forked > 0 && !joined && !cancelled) {
            throw notJoined();
        }
    }

    /** Ends what is left; the group is the innermost one of its owner, and is closed whatever comes. */
    void shutDown() {
        try {
            abort("the group was closed");
            awaitTasks();
        } finally {
            closed = true;
            owner.innermost = outer;
            failed.forEach(Future::untold);
        }
    }

    private IllegalStateException notJoined() {
        StringBuilder message = new StringBuilder("task group closed without join(): ")
                .append(forked)
                .append(forked == 1 ? " task" : " tasks")
                .append(" forked");
        Throwable first = tellFailures();
        if (first != null) {
            message.append(", ")
                    .append(failed.size())
                    .append(" failed (")
                    .append(first)
                    .append(')');
        }
        return new IllegalStateException(message.toString(), first);
    }

    private void requireOwner(String operation) {
        Task<?> task = checkTask();
        if (task != owner) {
            throw new IllegalStateException("TaskGroup." + operation + "() is for the task that opened the group, "
                    + owner.describe() + ", not for " + task.describe() + ": " + this);
        }
    }

    /** The owner waits until every task has ended, also when it is cancelled; true unless there was none to wait for. */
    private boolean awaitTasks() {
        if (tasks.isEmpty()) {
            return false;
        }
        Wait wait = new OwnersWait(this);
        ownersWait = wait;
        try {
            owner.outlast(wait);
        } finally {
            ownersWait = null;
        }
        return true;
    }

    private static final class OwnersWait extends Wait {
        private final TaskGroup group;

        OwnersWait(TaskGroup group) {
            super(group.owner);
            this.group = group;
        }

        @Override
        Collection<?> subjects() {
            return List.of(group);
        }

        /** The tasks hear of it, and the owner when they have ended. */
        @Override
        void cancel() {
            group.abort("the owner was cancelled");
        }
    }

    /** The first failure, with the others suppressed; null if there is none. Whoever asks throws it. */
    private @Nullable Throwable tellFailures() {
        Throwable first = failed.isEmpty() ? null : failed.get(0).exception();
        if (first == null) {
            return null;
        }
        Set<Throwable> kept = withSuppressed(first); // tasks may share an exception, and none suppresses itself
        for (Task<?> task : failed) {
            Throwable next = task.exception();
            if (next != null && kept.add(next)) {
                first.addSuppressed(next);
            }
        }
        Set<Throwable> told = withSuppressed(first); // an exception can be made so that it suppresses nothing
        failed.stream().filter(task -> told.contains(task.exception())).forEach(Future::observe);
        return first;
    }

    private static Set<Throwable> withSuppressed(Throwable exception) {
        Set<Throwable> all = Collections.newSetFromMap(new IdentityHashMap<>());
        all.add(exception);
        Collections.addAll(all, exception.getSuppressed());
        return all;
    }

    // ---------------------------------------------------------------- bookkeeping

    /** Cancels what has not ended, once. */
    private void abort(String why) {
        if (aborted == null && !isOver()) {
            aborted = why;
            loop().abort(this);
        }
    }

    private boolean isOver() {
        return closed || (joined && tasks.isEmpty());
    }

    boolean isAborted() {
        return aborted != null;
    }

    /** Called by the loop, for groups may be nested deeply. */
    void cancelTasks() {
        String message = "cancelled by its task group: " + aborted;
        CancelSweep.cancelMembers(List.copyOf(tasks), message, this);
    }

    /** A task has ended. */
    void ended(Task<?> task) {
        tasks.remove(task);
        Throwable exception = task.exception();
        if (exception != null) {
            failed(task, exception); // first: then nobody starts in its place
        }
        if (!task.isHeldBack()) {
            running--;
            startNext();
        }
        if (tasks.isEmpty() && ownersWait != null) {
            ownersWait.grant();
        }
    }

    private void startNext() {
        if (running < limit && !heldBack.isEmpty()) {
            running++;
            heldBack.signalFirst();
        }
    }

    private void failed(Task<?> task, Throwable exception) {
        failed.add(task);
        if (closed) {
            task.untold(); // the loop is closing: the owner could not wait for it
        }
        if (aborted == null) {
            reason = exception;
            abort(task.describe() + " failed");
        }
    }

    /** What a task that ends cancelled was cancelled for; null if no failure is behind it. */
    @Nullable
    Throwable reason() {
        return reason;
    }

    // ---------------------------------------------------------------- looking

    /** The tasks that have not ended; for dumps, racily. */
    Collection<Task<?>> tasks() {
        return tasks;
    }

    Task<?> owner() {
        return owner;
    }

    /** The group that its owner opened before, if that is still open. */
    @Nullable
    TaskGroup outer() {
        return outer;
    }

    /** Identity and state; any thread may call this, and reads the state as it happens to be. */
    @Override
    public String toString() {
        return Identity.of(this) + " [" + state() + ", tasks=" + tasks.size()
                + (limit == Integer.MAX_VALUE ? "" : ", limit=" + limit + ", waiting=" + heldBack.size()) + ", failed="
                + failed.size() + "]";
    }

    private String state() {
        if (closed) {
            return "closed";
        }
        if (aborted != null) {
            return "shutting down";
        }
        return joined ? "joined" : "open";
    }
}
