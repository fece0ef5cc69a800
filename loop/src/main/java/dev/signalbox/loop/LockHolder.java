// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.management.ThreadInfo;
import org.jspecify.annotations.Nullable;

/**
 * What a platform thread waits for and which thread has it, as far as the JVM knows. It knows nothing of virtual threads, and nothing at
 * all where the module {@code java.management} is missing.
 *
 * @param lock class and identity of the lock or of whatever the thread waits on; null if not known
 * @param thread the thread that holds it; null if not known
 * @param threadId its number
 */
record LockHolder(@Nullable String lock, @Nullable String thread, long threadId) {
    private static final LockHolder UNKNOWN = new LockHolder(null, null, -1);

    static LockHolder of(Thread waiting) {
        try {
            ThreadInfo info = Management.info(waiting);
            return info == null
                    ? UNKNOWN
                    : new LockHolder(info.getLockName(), info.getLockOwnerName(), info.getLockOwnerId());
        } catch (LinkageError e) {
            return UNKNOWN;
        }
    }

    /** Whether that thread holds it. */
    @SuppressWarnings("deprecation") // threadId() is of Java 19
    boolean isThread(Thread other) {
        return thread != null && threadId == other.getId();
    }
}
