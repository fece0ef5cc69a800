// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the loop whose task or callback the calling thread runs.
 *
 * <p>As long as only a few loops run they are asked in turn, which leaves nothing behind in any thread. When there are more, each thread
 * remembers whose worker it is, once it was asked: a thread is the worker of one loop for life, or of none. Whether it <em>is</em> the loop
 * at this moment only the loop itself knows, and is asked each time.
 */
final class RunningLoops {
    /** So many are asked as fast as a thread-local is read. */
    private static final int FEW = 2;

    /** Replaced under the lock of the class. */
    private static volatile EventLoop[] running = {};

    /** Set by each thread for itself: the loop of a worker, {@link #NONE} for a thread that is no worker. */
    private static final ThreadLocal<@Nullable Object> HOME = new ThreadLocal<>();

    /** Nothing of this library, so that no thread of others keeps its classes alive. */
    private static final Object NONE = new Object();

    private RunningLoops() {}

    /** From here on, or no longer, somebody runs the loop. */
    static synchronized void register(EventLoop loop, boolean isRunning) {
        List<EventLoop> loops = new ArrayList<>(Arrays.asList(running));
        if (isRunning) {
            loops.add(loop);
        } else {
            loops.remove(loop);
        }
        running = loops.toArray(EventLoop[]::new);
    }

    /** The loop that the calling thread is at this moment; null if it is none. */
    static @Nullable EventLoop current() {
        EventLoop[] loops = running;
        if (loops.length == 1) {
            EventLoop only = loops[0];
            return only.isOwner() ? only : null;
        }
        return loops.length <= FEW ? ownedAmong(loops) : ownedAtHome(loops);
    }

    private static @Nullable EventLoop ownedAmong(EventLoop[] loops) {
        for (EventLoop loop : loops) {
            if (loop.isOwner()) {
                return loop;
            }
        }
        return null;
    }

    private static @Nullable EventLoop ownedAtHome(EventLoop[] loops) {
        Object home = HOME.get();
        if (home instanceof EventLoop loop) {
            return loop.isOwner() ? loop : null;
        }
        return home == null ? search(loops) : null;
    }

    private static @Nullable EventLoop search(EventLoop[] loops) {
        EventLoop found = ownedAmong(loops);
        HOME.set(found == null ? NONE : found);
        return found;
    }

    /**
     * The calling thread, a worker of the loop, is about to run code that is not part of the loop. Only there could a worker be taken for a
     * thread that is none, because no search finds it; it never asks while it waits for the baton.
     */
    static void remember(EventLoop loop) {
        if (HOME.get() != loop) {
            HOME.set(loop);
        }
    }
}
