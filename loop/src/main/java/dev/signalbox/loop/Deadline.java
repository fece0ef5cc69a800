// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.loop.internal.Engine;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A time limit that can be moved while its body runs: {@code asyncio.timeout} with {@code reschedule}, and {@code asyncio.timeout_at}.
 *
 * <pre>{@code
 * var silence = Deadline.after(Duration.ofSeconds(30));
 * silence.run(() -> {
 *     for (String line = read(); line != null; line = read()) {
 *         silence.moveTo(Duration.ofSeconds(30));
 *         handle(line);
 *     }
 * });
 * }</pre>
 *
 * <p>The body runs in the calling task, which the deadline cancels at its next wait when the time is up; {@link Async#timeout} is the same for
 * a limit that stays. A deadline is for one body; who needs it again makes another one.
 *
 * <p><b>Cancellation.</b> Only the cancel of this deadline becomes {@link TimeoutException}. If somebody else cancelled the task too, before
 * the call or during it, {@link CancelledException} is thrown: no foreign cancel is swallowed, and in nested scopes each answers for its own.
 *
 * <p><b>Binding.</b> Bound to the loop it is created on, or else to the first that uses it. Off that loop every method but {@code toString()}
 * throws {@link WrongLoopException}. There is none for threads.
 *
 * <p><b>Memory consistency effects.</b> As between any two turns of a loop.
 */
public final class Deadline extends LoopBound {
    /** How long from the start of the body; null: until a point in time. */
    private final @Nullable Duration timeout;

    private final long nanoTime;

    // Guarded by the baton.
    /** The time of the body; null until that starts. */
    private @Nullable TimeLimit limit;

    private Deadline(@Nullable Duration timeout, long nanoTime) {
        super(EventLoop.currentOrNull());
        this.timeout = timeout;
        this.nanoTime = nanoTime;
    }

    /**
     * A deadline that passes some time after its body has begun: {@code asyncio.timeout}.
     *
     * @param timeout how long, from the call of {@code run}; zero or negative: the first wait of the body throws
     * @return a new deadline
     */
    public static Deadline after(Duration timeout) {
        return new Deadline(Objects.requireNonNull(timeout, "timeout"), 0);
    }

    /**
     * A deadline that passes at a point in time: {@code asyncio.timeout_at}.
     *
     * @param nanoTime when, on the clock of {@link EventLoop#nanoTime()} and compared like it, by the difference; if that has passed when the
     *     body begins, its first wait throws
     * @return a new deadline
     */
    public static Deadline at(long nanoTime) {
        return new Deadline(null, nanoTime);
    }

    /**
     * Runs a body, and cancels it when the deadline passes. Once only. If the body returns in spite of the cancel, its result counts.
     *
     * @param body the body
     * @param <T> the type of its result
     * @param <X> what it throws
     * @return what the body returned
     * @throws X what the body threw, as it is
     * @throws TimeoutException if the body was cancelled by this deadline
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback, or if this deadline has been used
     */
    public <T extends @Nullable Object, X extends Throwable> T run(TaskBody<T, X> body) throws X, TimeoutException {
        Task<?> task = checkTask();
        Objects.requireNonNull(body, "body");
        if (limit != null) {
            throw new IllegalStateException("a deadline is for one body: " + this);
        }
        TimeLimit newLimit =
                new TimeLimit(task, timeout == null ? "the deadline has passed" : TimeLimit.message(timeout));
        limit = newLimit;
        return newLimit.run(nanosFor(task.engine()), body);
    }

    /**
     * Runs a body without a result: see {@link #run(TaskBody)}.
     *
     * @param body the body
     * @param <X> what it throws
     * @throws X what the body threw, as it is
     * @throws TimeoutException if the body was cancelled by this deadline
     * @throws CancelledException if the task was cancelled
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException in a callback, or if this deadline has been used
     */
    public <X extends Throwable> void run(VoidTaskBody<X> body) throws X, TimeoutException {
        checkTask();
        run(Task.valued(body));
    }

    private long nanosFor(Engine engine) {
        return timeout == null ? nanoTime - engine.nanoTime() : Durations.saturatedNanos(timeout);
    }

    /**
     * Puts the deadline off, or brings it forward; only while its body runs and it has not passed. Also for other tasks and for callbacks of
     * the loop: {@code Timeout.reschedule}.
     *
     * @param fromNow when it is to pass; zero or negative: now, so that the body is cancelled where it waits, or where it waits next
     * @throws WrongLoopException off its loop
     * @throws IllegalStateException if the body has not begun or is over, or if the deadline has passed
     */
    public void moveTo(Duration fromNow) {
        check();
        Objects.requireNonNull(fromNow, "fromNow");
        if (limit == null || !limit.isRunning()) {
            throw new IllegalStateException("a deadline can be moved while its body runs, until it passes: " + this);
        }
        limit.restart(Durations.saturatedNanos(fromNow), TimeLimit.message(fromNow) + " from the last move");
    }

    /**
     * Whether the deadline passed while its body ran. That does not say how the body ended: see {@link #run(TaskBody)}.
     *
     * @return true if it did
     * @throws WrongLoopException off its loop
     */
    public boolean hasExpired() {
        check();
        return limit != null && limit.hasExpired();
    }

    /** Identity and state; any thread may call this, and reads the state as it happens to be. */
    @Override
    public String toString() {
        return Identity.of(this) + " [" + state(limit) + "]";
    }

    private static String state(@Nullable TimeLimit limit) {
        if (limit == null) {
            return "not started";
        }
        if (limit.hasExpired()) {
            return "expired";
        }
        return limit.isRunning() ? "running" : "finished";
    }
}
