// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.Guard;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.OpenGuards;
import java.lang.StackWalker.StackFrame;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the {@code Async} primitives share: they remember where they were bound, and show their state in {@code toString()}. */
abstract class Primitive extends LoopBound {
    // Written once by the thread that binds, read racily for messages only.
    private @Nullable String boundBy;
    private @Nullable StackFrame boundAt;

    /** Written while guards are watched; the cleaner's thread reads it. */
    private volatile boolean releasedByHand;

    /** Bound to the loop that creates it; one made by a thread waits for its first use. */
    Primitive() {
        super(null);
        EventLoop creator = EventLoop.currentOrNull();
        if (creator != null) {
            bindTo(creator);
        }
    }

    @Override
    final void onBound() {
        EventLoop current = EventLoop.currentOrNull();
        boundBy = current == null ? null : current.describeRunning();
        boundAt = CallSite.caller();
    }

    @Override
    final String boundWhere() {
        return CallSite.describe(boundBy, boundAt);
    }

    @Override
    final String counterpart() {
        return "dev.signalbox.core." + getClass().getSimpleName().substring("Async".length());
    }

    /** The tasks that have what others wait for here, as far as that is known; racily without the baton. */
    Collection<Task<?>> holders() {
        return List.of();
    }

    /** Makes a guard for what the running task has just acquired one to be watched, if the loop watches guards. */
    final Guard watch(Guard guard) {
        OpenGuards guards = loop().guards;
        return guards == null ? guard : guards.watch(guard, this, () -> releasedByHand);
    }

    /** Who releases without a guard need not close guards. */
    final void releasedByHand() {
        if (loop().guards != null && !releasedByHand) {
            releasedByHand = true;
        }
    }

    /** The state for {@code toString()}, as {@code permits=1, waiters=0}; read from any thread. */
    abstract String state();

    /** Identity and state; any thread may call this, and reads the state as it happens to be. */
    @Override
    public final String toString() {
        return Identity.of(this) + " [" + state() + "]";
    }
}
