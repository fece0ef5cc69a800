// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.WaitHook;
import org.jspecify.annotations.Nullable;

/** Lets a task step off its loop while it waits for a primitive of core; any other thread just waits. */
final class CoreWaits implements WaitHook {
    @Override
    public @Nullable Object runningTask() {
        EventLoop loop = EventLoop.currentOrNull();
        return loop == null ? Async.blockingTask() : loop.runningTask();
    }

    @Override
    public boolean await(Object primitive, Wait wait) throws InterruptedException {
        Task<?> task = taskThatWaits(primitive);
        return task == null ? wait.await() : task.<Boolean, RuntimeException>offLoop(primitive, wait::await, true);
    }

    @Override
    public void awaitUninterruptibly(Object primitive, Runnable wait) {
        Task<?> task = taskThatWaits(primitive);
        if (task == null) {
            wait.run();
        } else {
            task.runOffLoop(primitive, wait);
        }
    }

    /** The calling thread's task; null for a thread that runs no loop. */
    private static @Nullable Task<?> taskThatWaits(Object primitive) {
        EventLoop loop = EventLoop.currentOrNull();
        if (loop == null) {
            return null;
        }
        Task<?> task = loop.runningTask();
        if (task == null) {
            throw new IllegalStateException("waiting for " + Identity.of(primitive) + " in a callback of "
                    + loop.describe() + ": only tasks can wait, use createTask");
        }
        return task;
    }
}
