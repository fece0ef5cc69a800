// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Identity;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value of its own for each task, copied when a task is created: {@code contextvars.ContextVar}.
 *
 * <pre>{@code
 * private static final TaskLocal<String> USER = new TaskLocal<>();
 *
 * void serve(String user) {
 *     USER.set(user);
 *     Async.createTask(() -> log("hello")).await(); // in the task too, USER.get() is user
 * }
 * }</pre>
 *
 * <p><b>Who sees what.</b> A task begins with the values that the task or callback which creates it has at that moment; a callback with those
 * of whoever schedules it, through {@link EventLoop#callSoon}, {@link EventLoop#callLater}, {@link EventLoop#callAt}, {@link
 * Future#whenDone}, {@link EventLoop#callSoonThreadSafe} or {@link EventLoop#execute}. From then on each has its own: what one sets, the
 * other does not see. A main task, a body given to {@link EventLoop#submit} and what a thread sends in begin without values.
 *
 * <p>Code in {@link Async#blocking} is part of its task and shares its values, as in {@code asyncio.to_thread}. Code given to
 * {@link EventLoop#runInExecutor runInExecutor} is not, as in {@code loop.run_in_executor}: read the value first, and let the code keep it.
 *
 * <p><b>Where it may be used.</b> In the tasks and callbacks of any loop: a task-local is a key and belongs to none. In a thread that runs
 * neither it throws {@link IllegalStateException}.
 *
 * <p><b>Cost.</b> Creating a task copies one reference, however many values there are. Setting a value copies all those that the task has.
 *
 * <p><b>Memory.</b> A value lives as long as a task that has it, and a task that has ended has none. The values of a task-local that was
 * collected go when their task sets or removes another; one that refers back to its task-local keeps it from being collected. Best, like a
 * {@link ThreadLocal}, a task-local is a static constant.
 *
 * <p><b>Memory consistency effects.</b> What happened before a task or callback was created or scheduled is visible to whoever reads a value
 * in it.
 *
 * @param <T> the type of the value
 */
public final class TaskLocal<T extends @Nullable Object> {
    private final Reference<TaskLocal<?>> key = new WeakReference<>(this);
    private final @Nullable Supplier<? extends T> initial;

    /** Creates a task-local without an initial value. */
    public TaskLocal() {
        this(null);
    }

    private TaskLocal(@Nullable Supplier<? extends T> initial) {
        this.initial = initial;
    }

    /**
     * Creates a task-local whose first {@link #get()} in a task or callback that has no value makes one, which stays: as
     * {@link ThreadLocal#withInitial}.
     *
     * @param initial makes the value, in the task or callback that asks for it
     * @param <T> the type of the value
     * @return a new task-local
     */
    public static <T extends @Nullable Object> TaskLocal<T> withInitial(Supplier<? extends T> initial) {
        return new TaskLocal<>(Objects.requireNonNull(initial, "initial"));
    }

    /**
     * The value in the task or callback that calls this.
     *
     * @return the value that was set there or copied when it was created; else a new initial one
     * @throws NoSuchElementException if there is neither: Python's {@code LookupError}
     * @throws IllegalStateException in a thread that runs no task or callback
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // null is a T if it was set as one
    public T get() {
        Object value = Locals.get(Locals.ofCaller(), key);
        return value == Locals.NONE ? makeInitial() : (T) value;
    }

    private T makeInitial() {
        Locals.checkCaller();
        if (initial == null) {
            throw new NoSuchElementException(
                    "no value in " + caller() + ": " + this + " (set one, or use withInitial)");
        }
        T value = initial.get();
        set(value);
        return value;
    }

    private static String caller() {
        EventLoop loop = EventLoop.currentOrNull();
        Task<?> task = loop == null ? Async.blockingTask() : loop.runningTask();
        return task == null ? "a callback" : task.describe();
    }

    /**
     * Sets the value in the task or callback that calls this, for its remaining life. Nobody who exists already sees it.
     *
     * @param value the value
     * @throws IllegalStateException in a thread that runs no task or callback
     */
    public void set(T value) {
        Locals.checkCaller();
        Locals.setOfCaller(Locals.with(Locals.ofCaller(), key, value));
    }

    /**
     * Removes the value from the task or callback that calls this; others keep theirs. The next {@link #get()} finds none, or makes an
     * initial one.
     *
     * @throws IllegalStateException in a thread that runs no task or callback
     */
    public void remove() {
        Locals.checkCaller();
        Locals.setOfCaller(Locals.without(Locals.ofCaller(), key));
    }

    /** Identity, and the value where this is called if there is one; any thread may call this. */
    @Override
    public String toString() {
        Object value = Locals.get(Locals.ofCaller(), key);
        return Identity.of(this) + (value == Locals.NONE ? " [no value]" : " [" + value + "]");
    }
}
