// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values that {@link TaskLocal}s have in one task or callback; null stands for none at all. It never changes: whoever is created or
 * scheduled shares it, and whoever writes gets one of its own. So any thread may read it, and creating a task costs one more field.
 *
 * <p>It names task-locals weakly. The values of those that were collected are left out of the next one made from it.
 */
final class Locals {
    /** In place of a value that is not there, since null can be one. */
    static final Object NONE = new Object();

    private final Map<Reference<TaskLocal<?>>, @Nullable Object> values;

    private Locals(Map<Reference<TaskLocal<?>>, @Nullable Object> values) {
        this.values = values;
    }

    // ---------------------------------------------------------------- those of the caller

    /** Those of the task or callback that calls; a thread outside of both has none. */
    static @Nullable Locals ofCaller() {
        EventLoop loop = EventLoop.currentOrNull();
        if (loop != null) {
            return loop.locals();
        }
        Task<?> task = Async.blockingTask();
        return task == null ? null : task.locals;
    }

    /** Replaces those of the task or callback that calls. */
    static void setOfCaller(@Nullable Locals locals) {
        EventLoop loop = EventLoop.currentOrNull();
        if (loop != null) {
            loop.setLocals(locals);
        } else {
            requireCaller().locals = locals;
        }
    }

    /** Throws in a thread that is neither in a task nor in a callback. */
    static void checkCaller() {
        if (EventLoop.currentOrNull() == null) {
            requireCaller();
        }
    }

    private static Task<?> requireCaller() {
        Task<?> task = Async.blockingTask();
        if (task == null) {
            throw new IllegalStateException(CallSite.operation() + " in " + CallSite.currentThread()
                    + ", which runs no task: only tasks and callbacks have task-locals");
        }
        return task;
    }

    // ---------------------------------------------------------------- values

    /** The value, or {@link #NONE}. */
    static @Nullable Object get(@Nullable Locals locals, Reference<TaskLocal<?>> key) {
        return locals == null ? NONE : locals.values.getOrDefault(key, NONE);
    }

    static Locals with(@Nullable Locals locals, Reference<TaskLocal<?>> key, @Nullable Object value) {
        Map<Reference<TaskLocal<?>>, @Nullable Object> values = copyOf(locals);
        values.put(key, value);
        return new Locals(values);
    }

    static @Nullable Locals without(@Nullable Locals locals, Reference<TaskLocal<?>> key) {
        Map<Reference<TaskLocal<?>>, @Nullable Object> values = copyOf(locals);
        values.remove(key);
        return values.isEmpty() ? null : new Locals(values);
    }

    private static Map<Reference<TaskLocal<?>>, @Nullable Object> copyOf(@Nullable Locals locals) {
        Map<Reference<TaskLocal<?>>, @Nullable Object> copy = new HashMap<>();
        if (locals != null) {
            locals.values.forEach((key, value) -> {
                if (key.get() != null) {
                    copy.put(key, value);
                }
            });
        }
        return copy;
    }
}
