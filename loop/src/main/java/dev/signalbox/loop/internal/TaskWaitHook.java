// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import dev.signalbox.core.internal.WaitHook;
import org.jspecify.annotations.Nullable;

/** What the service loader finds: hands the waits of core to the loops, once there is a loop. */
public final class TaskWaitHook implements WaitHook {
    private static volatile @Nullable WaitHook loops;

    /** For the service loader. */
    public TaskWaitHook() {}

    /** Has the waits handed to the loops from now on. */
    public static void install(WaitHook hook) {
        loops = hook;
    }

    @Override
    public @Nullable Object runningTask() {
        WaitHook hook = loops;
        return hook == null ? null : hook.runningTask();
    }

    @Override
    public boolean await(Object primitive, Wait wait) throws InterruptedException {
        WaitHook hook = loops;
        return hook == null ? wait.await() : hook.await(primitive, wait);
    }

    @Override
    public void awaitUninterruptibly(Object primitive, Runnable wait) {
        WaitHook hook = loops;
        if (hook == null) {
            wait.run();
        } else {
            hook.awaitUninterruptibly(primitive, wait);
        }
    }
}
