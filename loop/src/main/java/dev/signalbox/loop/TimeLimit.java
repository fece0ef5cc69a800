// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Timer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A scope that cancels its own task when its time is up, and turns that cancel, and only that, into {@link TimeoutException}: what {@link
 * Async#timeout} and {@link Deadline} are made of.
 *
 * <p>The limit answers for its own cancel alone. If at the end of the scope the task has any other request open that it did not know of
 * when the scope began, somebody else cancelled it too, and the {@link CancelledException} goes on its way. {@code asyncio.timeout}
 * compares the same two counts, but takes a request made before the scope and not yet thrown for one already dealt with (gh-134471).
 */
final class TimeLimit extends Timer {
    private final Task<?> task;
    private String message;

    // Guarded by the baton.
    private boolean over;
    private boolean expired;
    private boolean pending;
    private int deliveriesThen;

    /**
     * A limit that does not run yet.
     *
     * @param message of the exceptions that it leads to
     */
    TimeLimit(Task<?> task, String message) {
        this.task = task;
        this.message = message;
    }

    Task<?> task() {
        return task;
    }

    static String message(Duration timeout) {
        return "timed out after " + timeout;
    }

    /** Runs the scope; with no time at all the first wait of the body throws. */
    <T extends @Nullable Object, X extends Throwable> T run(long nanos, TaskBody<T, X> body)
            throws X, TimeoutException {
        int known = task.known();
        start(nanos);
        try {
            return body.call();
        } catch (InterruptedException e) {
            throw new CancelledException("interrupted", task, e);
        } catch (CancelledException e) {
            if (end() && e.source() == task && task.cancelling() <= known) {
                throw (TimeoutException) new TimeoutException(message).initCause(e);
            }
            throw e;
        } finally {
            end();
        }
    }

    /** Lets the time run anew; only while {@link #isRunning()}. */
    void restart(long nanos, String newMessage) {
        message = newMessage;
        task.engine().unschedule(this);
        start(nanos);
    }

    private void start(long nanos) {
        if (nanos > 0) {
            task.engine().schedule(this, nanos);
        } else {
            expire();
        }
    }

    /** Whether the time still runs: not over, and not expired. */
    boolean isRunning() {
        return !over && !expired;
    }

    /** Whether the time was up before the scope ended. */
    boolean hasExpired() {
        return expired;
    }

    @Override
    protected void expire() {
        expired = true;
        pending = task.expire(message);
        deliveriesThen = task.deliveries();
    }

    /** Stops the clock and takes the cancel back, once; true if it expired. */
    private boolean end() {
        if (!over) {
            over = true;
            task.engine().unschedule(this);
            if (expired) {
                task.takeBackExpiry(pending && task.deliveries() == deliveriesThen);
            }
        }
        return expired;
    }
}
