// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Failures;
import dev.signalbox.loop.internal.Op;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A body that an executor runs for a loop. It is a {@link FutureTask}, which decides between a start and a cancel, and lets the owner of the
 * executor cancel what {@code shutdownNow()} hands back; the loop gets the result sent.
 */
final class ExecutorCall<T extends @Nullable Object> extends FutureTask<T> {
    private final EventLoop loop;
    private final Future<T> result;
    /** Whether the loop counts it among what is out. Guarded by the baton. */
    private boolean out;

    /** Stands in the list of the result, which ends first when it is cancelled: then the body need not start any more. */
    private final Link abandoned = new Link() {
        @Override
        void signalled() {
            cancel(false);
        }
    };

    private ExecutorCall(EventLoop loop, Future<T> result, TaskBody<? extends T, ?> body) {
        super(() -> call(body));
        this.loop = loop;
        this.result = result;
    }

    /** A call whose result will be given to the future. With the baton. */
    static <T extends @Nullable Object> ExecutorCall<T> of(
            EventLoop loop, Future<T> result, TaskBody<? extends T, ?> body) {
        ExecutorCall<T> call = new ExecutorCall<>(loop, result, body);
        result.addWaiter(call.abandoned);
        return call;
    }

    /** Hands it to the executor. With the baton. */
    void start(Executor executor) {
        out = true;
        loop.wentOut();
        try {
            executor.execute(this);
        } catch (Throwable e) {
            cameBack();
            throw e;
        }
    }

    private void cameBack() {
        if (out) {
            out = false;
            loop.cameBack();
        }
    }

    private static <T extends @Nullable Object> T call(TaskBody<? extends T, ?> body) throws Exception {
        try {
            return body.call();
        } catch (Throwable e) {
            throw Failures.<Exception>sneaky(e);
        }
    }

    /** On any thread. A loop that is closed takes nothing more, and has nobody left who waits. */
    @Override
    protected void done() {
        loop.engine.post(Op.of(this::deliver));
    }

    private void deliver() {
        cameBack();
        abandoned.unlink(); // first: it is nobody who would be told of a failure
        if (!result.isPending()) {
            return;
        }
        try {
            result.finishSucceeded(get());
        } catch (ExecutionException e) {
            fail(Objects.requireNonNullElse(e.getCause(), e));
        } catch (CancellationException e) {
            result.finishCancelled("cancelled by its executor", e);
        } catch (InterruptedException e) {
            throw new AssertionError("waited for what is done", e);
        }
    }

    private void fail(Throwable exception) {
        if (exception instanceof InterruptedException) {
            result.finishCancelled("interrupted", exception);
        } else {
            result.finishFailed(exception);
        }
    }
}
