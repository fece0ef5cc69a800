// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Op;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a loop hands to other threads for a result of its own. The loop completes it in a turn of user code, since what depends on it runs
 * right there, and sees to it that none stays pending when it closes. Waiting for it on the loop itself could never end, so it throws.
 */
final class LoopFuture<T extends @Nullable Object> extends CompletableFuture<T> implements HandedOut {
    private final EventLoop loop;
    /** What this follows, until either is done; others read it racily. */
    private @Nullable Future<? extends T> source;

    LoopFuture(EventLoop loop) {
        this.loop = loop;
    }

    /** Completes this when the source is done; leaves the source alone when somebody else completes this first. On the loop. */
    void follow(Future<? extends T> source) {
        loop.register(this);
        this.source = source;
        Follower<T> follower = new Follower<>(this, source);
        source.whenDone(follower);
        CompletableFuture<T> unused = whenComplete((value, failure) -> {
            if (!follower.finished) {
                onLoop(follower::leave);
            }
        });
    }

    /** Stands in the list of the source. */
    private static final class Follower<T extends @Nullable Object> extends Link {
        private final LoopFuture<T> view;
        private final Future<? extends T> source;
        /** Set before the view is completed by the loop; read by whoever completed it. */
        private volatile boolean finished;

        Follower(LoopFuture<T> view, Future<? extends T> source) {
            this.view = view;
            this.source = source;
        }

        /** A turn of user code: what depends on the view runs right there. */
        @Override
        void signalled() {
            view.loop.engine.ready(new Notice(view.loop, this::finish));
        }

        private void finish() {
            finished = true;
            view.loop.unregister(view);
            view.source = null;
            Throwable failure = view.isDone() ? null : source.failure();
            if (view.isDone()) {
                source.untold();
            } else if (failure == null) {
                view.complete(source.value());
            } else {
                view.completeExceptionally(failure);
            }
        }

        /** Somebody else has completed the view. */
        void leave() {
            unlink();
            view.loop.unregister(view);
            view.source = null;
        }
    }

    /** What has to end first, if that is known; any thread, racily. */
    @Nullable
    Future<?> source() {
        return source;
    }

    /** The loop will not complete it any more. */
    @Override
    public void closed() {
        completeExceptionally(loop.closedException());
    }

    // ---------------------------------------------------------------- submitted bodies

    /** Sends the body in. Any thread. A cancel of this future cancels the task, or keeps it from starting. */
    void start(TaskBody<? extends T, ?> body) {
        loop.post(new Op() {
            @Override
            protected void run() {
                // First: whatever happens from here on, it fails with the others when the loop closes.
                loop.register(LoopFuture.this);
                if (isDone()) {
                    loop.unregister(LoopFuture.this);
                } else if (!loop.isClosing()) {
                    Task<T> task = loop.newTask(null, body);
                    CompletableFuture<T> unused = whenComplete((value, failure) -> cancelIfPending(task));
                    follow(task);
                }
            }

            @Override
            public void rejected(Throwable reason) {
                closed();
            }
        });
    }

    private void cancelIfPending(Task<T> task) {
        if (isCancelled()) {
            onLoop(() -> task.cancelFromLoop(null));
        }
    }

    /** Somebody, anywhere, has completed this: bookkeeping, to be done with the baton. */
    private void onLoop(Runnable bookkeeping) {
        if (loop.isOwner()) {
            bookkeeping.run();
        } else {
            loop.engine.post(Op.of(bookkeeping));
        }
    }

    // ---------------------------------------------------------------- CompletableFuture

    @Override
    public T get() throws InterruptedException, ExecutionException {
        checkMayWait();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        checkMayWait();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        checkMayWait();
        return super.join();
    }

    /** Stages that depend on this one can as little be waited for on the loop. */
    @Override
    public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
        return new LoopFuture<>(loop);
    }

    private void checkMayWait() {
        if (!isDone() && loop.isOwner()) {
            throw new IllegalStateException("waiting on " + loop.describe()
                    + " for a result of its own could never end: use await(), or wait in Async.blocking");
        }
    }
}
