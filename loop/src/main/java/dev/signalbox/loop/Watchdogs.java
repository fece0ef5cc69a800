// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that watches all loops which are to be watched, while they run. It comes with the first of them, and ends some time after
 * the last, so that a loop that is run round by round does not need a new one each time.
 */
final class Watchdogs {
    private static final String NAME = "signalbox watchdog";
    private static final long LINGER = TimeUnit.SECONDS.toNanos(1);

    // Guarded by the class. A list, since nothing needs memory to be removed from it or looked at in it.
    private static final List<Watchdog> WATCHING = new ArrayList<>();
    private static @Nullable Thread thread;
    private static long period;
    private static long nextLook;
    private static long lastUse;

    private Watchdogs() {}

    /**
     * From here on the loop is watched.
     *
     * @throws OutOfMemoryError if there is no thread for it; then it is watched once another loop has found one
     */
    static synchronized void register(Watchdog watchdog) {
        WATCHING.add(watchdog);
        if (thread == null) {
            period = watchdog.period();
            thread = start();
        } else if (System.nanoTime() + watchdog.period() - nextLook < 0) {
            LockSupport.unpark(thread);
        }
    }

    /** From here on nothing of the loop is kept here; a look that is under way may still end in a report. */
    static synchronized void unregister(Watchdog watchdog) {
        WATCHING.remove(watchdog);
    }

    private static Thread start() {
        Thread starting = Threads.PLATFORM.factory(NAME).newThread(Watchdogs::watch);
        starting.setContextClassLoader(
                ClassLoader.getSystemClassLoader()); // not that of whoever happens to be the first
        starting.start();
        lastUse = System.nanoTime();
        return starting;
    }

    private static void watch() {
        while (plan(System.nanoTime())) {
            LockSupport.parkNanos(Watchdogs.class, nanosToLook());
            Thread.interrupted(); // by a report, perhaps; parking again would spin
            lookAround();
        }
    }

    /** Settles when to look next; false: nobody needs this any more, and the thread ends. */
    private static synchronized boolean plan(long now) {
        if (!WATCHING.isEmpty()) {
            lastUse = now;
            period = WATCHING.get(0).period();
            for (int i = 1; i < WATCHING.size(); i++) {
                period = Math.min(period, WATCHING.get(i).period());
            }
        } else if (now - lastUse > LINGER) {
            thread = null;
            return false;
        }
        nextLook = now + period;
        return true;
    }

    private static synchronized long nanosToLook() {
        return nextLook - System.nanoTime();
    }

    /** Without the lock, for reports are the user's code. One may be passed over when another ends meanwhile. */
    private static void lookAround() {
        int i = 0;
        for (Watchdog watchdog = at(i); watchdog != null; watchdog = at(++i)) {
            try {
                watchdog.lookIfDue(System.nanoTime());
            } catch (Throwable e) {
                // Its loop's handler was told if there was a way to tell it. This loop and the others are still
                // watched.
            }
        }
    }

    private static synchronized @Nullable Watchdog at(int index) {
        return index < WATCHING.size() ? WATCHING.get(index) : null;
    }
}
