// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An object that belongs to one loop: the one it was created on, or else the first that uses it. Every operation calls {@link #check()} (or
 * {@link #checkTask()}) before it does anything else.
 *
 * <p>The check is one comparison: a loop's engine names its owner in a plain field, in which a thread sees its own name only while it is the
 * loop. The binding itself may be read racily for the same reason: a stale null goes the slow way, where a compare-and-set decides, so
 * that of several loops exactly one wins.
 */
abstract class LoopBound {
    private static final VarHandle LOOP;

    static {
        try {
            LOOP = MethodHandles.lookup().findVarHandle(LoopBound.class, "loop", EventLoop.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private @Nullable EventLoop loop;

    /** Binds to the loop, or to none yet. */
    LoopBound(@Nullable EventLoop loop) {
        this.loop = loop;
    }

    /**
     * The loop of this object, which is the one that the calling thread is.
     *
     * @throws WrongLoopException if it is not
     */
    final EventLoop check() {
        EventLoop bound = loop;
        return bound != null && bound.isOwner() ? bound : bind();
    }

    /**
     * The running task of this object's loop.
     *
     * @throws WrongLoopException off that loop
     * @throws IllegalStateException in a callback
     */
    final Task<?> checkTask() {
        return check().requireTask();
    }

    /** Whether it belongs to a loop already; read racily, a no may be stale. */
    final boolean isBound() {
        return loop != null;
    }

    /** The loop of this object, for code that runs with its baton. */
    final EventLoop loop() {
        return Objects.requireNonNull(loop);
    }

    private EventLoop bind() {
        EventLoop current = EventLoop.currentOrNull();
        if (current != null && bindTo(current)) {
            return current;
        }
        EventLoop bound = (EventLoop) LOOP.getVolatile(this);
        throw new WrongLoopException(bound == null ? unbound() : different(bound, current));
    }

    /** First use binds. True when this object belongs to that loop afterwards. */
    final boolean bindTo(EventLoop candidate) {
        if (LOOP.compareAndSet(this, null, candidate)) {
            onBound();
            return true;
        }
        return LOOP.getVolatile(this) == candidate;
    }

    /** Called by the thread that has just bound this object. */
    void onBound() {}

    /** Where this object was bound, for messages: how and by whom; empty if that is not recorded. */
    String boundWhere() {
        return "";
    }

    /** The class of core that does the same for threads; null if there is none. */
    @Nullable
    String counterpart() {
        return null;
    }

    private String unbound() {
        String other = counterpart();
        return "no running event loop: " + CallSite.operation() + " works on a loop"
                + (other == null ? "" : "; for threads use " + other)
                + " (called from " + CallSite.currentThread() + ")";
    }

    private String different(EventLoop bound, @Nullable EventLoop current) {
        String other = counterpart();
        return this + " is bound to a different event loop: bound to " + bound.describe() + boundWhere() + "; "
                + CallSite.operation()
                + " called from "
                + (current == null
                        ? CallSite.currentThread() + ", which runs no loop"
                        : current.describe() + CallSite.describe(current.describeRunning(), CallSite.caller()))
                + (other == null ? "" : " (use " + other + " for both)");
    }
}
