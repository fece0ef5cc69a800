// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM tells of platform threads; it tells nothing of virtual ones. Apart, so that nothing else is linked to a module that may be
 * missing: whoever calls this is prepared for a {@link LinkageError}.
 */
final class Management {
    private Management() {}

    /** What it says of a thread at this moment; null if it knows it not, or not any more. */
    @SuppressWarnings("deprecation") // threadId() is of Java 19
    static @Nullable ThreadInfo info(Thread thread) {
        return ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId());
    }
}
