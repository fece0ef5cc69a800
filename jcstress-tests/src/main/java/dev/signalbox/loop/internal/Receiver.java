// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import org.jspecify.annotations.Nullable;

/** The actor that is to get the baton: makes its thread known, as a worker's is before its thread starts. */
final class Receiver {
    private volatile @Nullable Thread thread;

    void ready() {
        thread = Thread.currentThread();
    }

    /** Waits until the other actor is there, and makes the worker one of its thread. */
    void bind(Worker worker) {
        Thread known = thread;
        while (known == null) {
            Thread.onSpinWait();
            known = thread;
        }
        worker.bind(known);
    }
}
