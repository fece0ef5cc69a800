// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Failures;
import dev.signalbox.loop.internal.Op;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A task that waits for a stage which some other thread completes. */
final class StageWait extends Wait {
    /** How a stage ended. */
    private record End<T extends @Nullable Object>(
            @Nullable T value, @Nullable Throwable failure) {}

    private final CompletionStage<?> stage;

    private StageWait(Task<?> task, CompletionStage<?> stage) {
        super(task);
        this.stage = stage;
    }

    static <T extends @Nullable Object> T await(Task<?> task, CompletionStage<? extends T> stage) {
        CompletableFuture<End<T>> end = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> end.complete(new End<>(value, failure)));
        if (!end.isDone()) {
            suspend(task, stage, end);
        }
        return resultOf(end.join());
    }

    private static void suspend(Task<?> task, CompletionStage<?> stage, CompletableFuture<?> end) {
        StageWait wait = new StageWait(task, stage);
        CompletableFuture<Void> unused = end.thenRun(() -> task.engine().post(Op.of(wait::grant)));
        task.loop().wentOut();
        try {
            task.suspend(wait, Task.FOREVER);
        } catch (CancelledException e) {
            cancel(stage, e); // here, on the task's own stack: what depends on the stage may run inline
            throw e;
        } finally {
            task.loop().cameBack();
        }
    }

    @Override
    Collection<?> subjects() {
        return List.of(stage);
    }

    private static void cancel(CompletionStage<?> stage, CancelledException reason) {
        try {
            stage.toCompletableFuture().cancel(true);
        } catch (UnsupportedOperationException e) {
            // The stage cannot be cancelled: CompletionStage allows that.
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    @SuppressWarnings("NullAway") // the value is absent only together with a failure
    private static <T extends @Nullable Object> T resultOf(End<T> end) {
        Throwable failure = end.failure();
        if (failure == null) {
            return end.value();
        }
        // A stage that depends on a failed one has that failure as the cause of its own.
        boolean derived = failure instanceof CompletionException && failure.getCause() != null;
        throw Failures.unchecked(derived ? failure.getCause() : failure);
    }
}
