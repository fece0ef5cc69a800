// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

/**
 * What the tasks of a loop run on. It makes no difference to what a program means: exactly one task or callback runs at any moment, in the
 * same order on each, and every hand-over is a happens-before edge. It does to what a switch costs, and to what a suspended task needs.
 *
 * <p>The fastest that can be had is chosen when a loop is made: {@link #OWN}, or else {@link #VIRTUAL} on Java 24 and later, or else
 * {@link #PLATFORM}. The system property {@code dev.signalbox.loop.scheduler} ({@code own}, {@code virtual} or {@code platform}) asks for
 * one; making a loop throws an {@link IllegalStateException} when it cannot be had.
 *
 * @see EventLoop#scheduler()
 */
public enum Scheduler {
    /**
     * Platform threads: on every Java. A suspended task keeps a thread of the operating system, and a switch wakes one, so this is for
     * thousands of tasks that wait at the same time, not for millions.
     */
    PLATFORM,

    /**
     * Virtual threads on the scheduler of the JDK, which the loop shares with all other virtual threads of the process: when these keep
     * all of its threads busy, the loop waits for its turn.
     */
    VIRTUAL,

    /**
     * Virtual threads that the loop runs itself, on one platform thread: a switch is a change of stacks and nothing else.
     *
     * <p>The JDK has no public way to do that. It is used when the application opens {@code java.base/java.lang} to Signalbox, with one
     * option of the JVM or one line in the manifest of the jar that is started:
     *
     * <pre>
     * --add-opens java.base/java.lang=dev.signalbox.loop    (from the module path)
     * --add-opens java.base/java.lang=ALL-UNNAMED           (from the class path)
     * Add-Opens: java.base/java.lang                        (in the manifest of a jar run by java -jar)
     * </pre>
     *
     * <p>When it is open, and what is needed is not there or does not behave as expected on this Java, a warning is logged once, by the
     * {@link System.Logger} {@code dev.signalbox.loop}, and loops use the JDK's scheduler.
     *
     * <p>Code in {@link Async#blocking} runs on platform threads of a pool without a bound, as many as compute or cannot be parked at the
     * same time. To have fewer, acquire an {@link AsyncSemaphore} before.
     *
     * <p>Virtual threads that a task starts itself run on that pool, not on the loop's thread, and those they start too: the
     * JDK gives a virtual thread the scheduler of its parent. A task that waits where it cannot leave its thread (with a native method
     * on its stack, or while a class is initialized) keeps that thread, and another runs the loop.
     */
    OWN
}
