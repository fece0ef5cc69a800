// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Waits of actors, which may not throw a checked exception, and which nobody interrupts. */
final class Uninterrupted {

    private Uninterrupted() {}

    static <T extends @Nullable Object> T call(Callable<T> wait) {
        try {
            return wait.call();
        } catch (Exception e) {
            throw new AssertionError("the wait failed", e);
        }
    }
}
