// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Where every wait of a core primitive passes: through the {@link WaitHook} if one is installed, directly otherwise.
 *
 * <p>The hook is looked up when the first wait, or the first {@link #caller()}, initializes this class, so a call that
 * needs neither costs nothing more.
 */
public final class Waits {
    // Through the loader of the interface, not the caller's: one hook per copy of the library, whoever waits first.
    private static final @Nullable WaitHook HOOK = ServiceLoader.load(WaitHook.class, WaitHook.class.getClassLoader())
            .findFirst()
            .orElse(null);

    private Waits() {}

    /**
     * Returns who calls, as an owner of what only its owner may release: the running task, and the thread where there is
     * none. To be asked before a wait, in which the thread is no longer the task.
     *
     * @return the task or thread
     */
    public static Object caller() {
        Object task = HOOK == null ? null : HOOK.runningTask();
        return task == null ? Thread.currentThread() : task;
    }

    /**
     * Waits in a way that an interrupt ends.
     *
     * @param primitive what is waited for
     * @param wait the wait
     * @return what the wait returned: false means that the time ran out
     * @throws InterruptedException if the thread was interrupted; the caller then has nothing
     */
    public static boolean await(Object primitive, WaitHook.Wait wait) throws InterruptedException {
        return HOOK == null ? wait.await() : HOOK.await(primitive, wait);
    }

    /**
     * Waits in a way that no interrupt ends.
     *
     * @param primitive what is waited for
     * @param wait the wait
     */
    public static void awaitUninterruptibly(Object primitive, Runnable wait) {
        if (HOOK == null) {
            wait.run();
        } else {
            HOOK.awaitUninterruptibly(primitive, wait);
        }
    }
}
