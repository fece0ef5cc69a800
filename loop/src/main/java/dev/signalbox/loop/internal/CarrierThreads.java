// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Platform threads that carry virtual ones: as many as are wanted at once, kept for a moment. All loops share them, since what is carried may
 * compute, block or be pinned for as long as it likes.
 */
final class CarrierThreads {
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** Short, so that a class loader which is to go is not kept by them. */
    private static final long KEEP_SECONDS = 1;

    private static final Executor THREADS = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, KEEP_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), CarrierThreads::newThread);

    private CarrierThreads() {}

    /**
     * Runs it on a thread of its own.
     *
     * @throws OutOfMemoryError when no thread can be had
     */
    static void execute(Runnable task) {
        THREADS.execute(task);
    }

    private static Thread newThread(Runnable task) {
        Thread thread = Threads.PLATFORM
                .factory("signalbox-carrier-" + NUMBERS.incrementAndGet())
                .newThread(task);
        thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        return thread;
    }
}
