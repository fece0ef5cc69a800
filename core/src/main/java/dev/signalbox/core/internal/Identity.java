// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import org.jspecify.annotations.Nullable;

/** How an object is named in messages and dumps. */
public final class Identity {
    private Identity() {}

    /**
     * Returns the simple class name and the identity hash code, as in {@code Semaphore@1f2e}.
     *
     * @param object the object to name
     * @return its name
     */
    public static String of(Object object) {
        return object.getClass().getSimpleName() + '@' + Integer.toHexString(System.identityHashCode(object));
    }

    /**
     * Names the owner of something: a thread by its name, a task or nobody as it shows itself.
     *
     * @param owner the owner; null if there is none
     * @return its name
     */
    public static String ofOwner(@Nullable Object owner) {
        return owner instanceof Thread thread ? describe(thread) : String.valueOf(owner);
    }

    /** One that has ended with a lock never releases it: who reads this in a dump should not go looking for it. */
    private static String describe(Thread thread) {
        return "thread '" + thread.getName() + '\'' + (thread.isAlive() ? "" : " (dead)");
    }
}
