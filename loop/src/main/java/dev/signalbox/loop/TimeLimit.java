// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Durations;
import dev.signalbox.loop.internal.Timer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A scope that cancels its own task when its time is up, and turns that cancel, and only that, into {@link TimeoutException}.
 *
 * <p>The limit answers for its own cancel alone. If at the end of the scope the task has any other request open that it did not know of
 * when the scope began, somebody else cancelled it too, and the {@link CancelledException} goes on its way. {@code asyncio.timeout}
 * compares the same two counts, but takes a request made before the scope and not yet thrown for one already dealt with (gh-134471).
 */
final class TimeLimit extends Timer {
    private final Task<?> task;
    private final String message;

    // Guarded by the baton.
    private boolean expired;
    private boolean pending;
    private int deliveriesThen;

    private TimeLimit(Task<?> task, Duration timeout) {
        this.task = task;
        this.message = "timed out after " + timeout;
    }

    static <T extends @Nullable Object, X extends Throwable> T run(Task<?> task, Duration timeout, TaskBody<T, X> body)
            throws X, TimeoutException {
        long nanos = Durations.saturatedNanos(timeout);
        TimeLimit limit = new TimeLimit(task, timeout);
        int known = task.known();
        if (nanos > 0) {
            task.engine().schedule(limit, nanos);
        } else {
            limit.expire();
        }
        try {
            return body.call();
        } catch (InterruptedException e) {
            throw new CancelledException("interrupted", task, e);
        } catch (CancelledException e) {
            if (limit.end() && e.source() == task && task.cancelling() <= known) {
                throw (TimeoutException) new TimeoutException(limit.message).initCause(e);
            }
            throw e;
        } finally {
            limit.end();
        }
    }

    @Override
    protected void expire() {
        expired = true;
        pending = task.expire(message);
        deliveriesThen = task.deliveries();
    }

    /** Stops the clock and takes the cancel back; true the first time after it expired. */
    private boolean end() {
        task.engine().unschedule(this);
        if (!expired) {
            return false;
        }
        expired = false;
        task.takeBackExpiry(pending && task.deliveries() == deliveriesThen);
        return true;
    }
}
