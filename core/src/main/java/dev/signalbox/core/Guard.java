// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

/**
 * One acquisition of a lock or of permits, to be given back by {@link #close()}.
 *
 * <p>Every {@code acquire()} returns a guard, so that a {@code try} block releases on each way out:
 *
 * <pre>{@code
 * try (var held = semaphore.acquire()) {
 *     useTheResource();
 * }
 * }</pre>
 *
 * <p>A guard may be ignored: {@code acquire()} followed by {@code release()} in a {@code finally} block is the same. To
 * use both for one acquisition is an error, and is reported like any other release of what is not held.
 *
 * <p>One that should have been closed, and was not, can be found: {@link LeakDetection}.
 *
 * <p><b>Threads.</b> Any thread may close a guard, but not two at the same time: a thread that takes a guard over must
 * be handed it in a way that orders the two threads, as by a queue or a {@code Future}.
 *
 * <p><b>Memory consistency effects:</b> those of the release of the object that returned the guard.
 *
 * <p>Python: what {@code with} does at the end of its block.
 */
public interface Guard extends AutoCloseable {
    /**
     * Gives the acquisition back; later calls do nothing.
     *
     * <p>If the release throws, nothing was given back and the guard stays open.
     *
     * @throws IllegalStateException if the permits were released already by another call, and the semaphore notices
     * @throws IllegalMonitorStateException if the lock was released already by another call
     */
    @Override
    void close();
}
