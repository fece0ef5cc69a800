// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.management.ThreadInfo;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds out whether platform threads that look parked in primitives of core will stay so: one that was woken still looks parked until the
 * machine lets it run.
 *
 * <p>It wakes each of them once more, which every such wait has to expect, until the JVM has counted two further parks. Before the second of
 * them the thread has looked whether its wait is over, and has seen what had been done before this began.
 */
final class ParkedStacks {
    private static final long PAUSE_NANOS = 20_000;

    private ParkedStacks() {}

    /**
     * Whether none of these, who looked parked, is on the way back.
     *
     * @throws LinkageError where the JVM cannot tell
     */
    static boolean stay(List<Task<?>> tasks) {
        // One that goes on may let go of a lock within the primitive, and so wake another that was looked at before:
        // all look twice.
        for (int look = 0; look < 2; look++) {
            for (Task<?> task : tasks) {
                if (!parksAgain(task)) {
                    return false;
                }
            }
        }
        return tasks.stream().allMatch(Task::isParkedInCore);
    }

    private static boolean parksAgain(Task<?> task) {
        Thread thread = Objects.requireNonNull(task.stack()).thread();
        Object blocker = LockSupport.getBlocker(thread);
        long looked = parks(thread) + 2;
        while (parks(thread) < looked || !task.isParkedInCore()) {
            if (task.isBack()) {
                return false;
            }
            LockSupport.unpark(thread);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return LockSupport.getBlocker(thread) == blocker;
    }

    private static long parks(Thread thread) {
        ThreadInfo info = Management.info(thread);
        return info == null ? Long.MAX_VALUE : info.getWaitedCount();
    }
}
