// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.WaitHook;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** A hook that notes each wait and runs it, or refuses to; a copy of its own for each {@link IsolatedCore}. */
public final class RecordingHook implements WaitHook {
    /** What was waited for, in order; an uninterruptible wait is followed by its name. */
    static final List<Object> CALLS = new CopyOnWriteArrayList<>();

    static final String UNINTERRUPTIBLY = "uninterruptibly";

    /** What to throw instead of waiting, as for a task that is cancelled. */
    static volatile RuntimeException refusal;

    /** What to throw after the next wait in place of what it returned, as for a task whose loop is gone. */
    static final AtomicReference<RuntimeException> FAILURE = new AtomicReference<>();

    /** What happens to come between a call and its wait. */
    static volatile Runnable between = () -> {};

    /** The task that the calling thread runs; none within a wait. */
    static final ThreadLocal<Object> TASK = new ThreadLocal<>();

    /** Whether anything has looked the hook up. */
    static volatile boolean created;

    public RecordingHook() {
        created = true;
    }

    @Override
    public Object runningTask() {
        return TASK.get();
    }

    @Override
    public boolean await(Object primitive, Wait wait) throws InterruptedException {
        CALLS.add(primitive);
        refuse();
        between.run();
        Object task = TASK.get();
        TASK.remove();
        try {
            boolean result = wait.await();
            RuntimeException failure = FAILURE.getAndSet(null);
            if (failure != null) {
                throw failure;
            }
            return result;
        } finally {
            TASK.set(task);
        }
    }

    @Override
    public void awaitUninterruptibly(Object primitive, Runnable wait) {
        CALLS.add(primitive);
        CALLS.add(UNINTERRUPTIBLY);
        refuse();
        between.run();
        Object task = TASK.get();
        TASK.remove();
        wait.run();
        TASK.set(task);
    }

    private static void refuse() {
        if (refusal != null) {
            throw refusal;
        }
    }
}
