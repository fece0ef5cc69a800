// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

/**
 * Sees the run of one loop, as it happens: the seam for whatever records or measures. Called with the baton, or by whoever works while that
 * lies on the floor. It calls no user code, changes nothing and throws nothing.
 *
 * <pre>
 *   created ──▶ ready ──▶ runs ──▶ waits, leaves, ready ──▶ … ──▶ ended
 * </pre>
 */
interface Observer {
    /** A task was made; it is ready unless it is told to wait. */
    void created(Task<?> task);

    /** From here on the task only waits for its turn. Possibly said twice, and of a wait that ended before it began. */
    void ready(Task<?> task);

    /** From here on the code of the task runs. */
    void runs(Task<?> task);

    /** From here on the task waits. */
    void waits(Task<?> task, Wait wait);

    /** From here on the code of the task goes on beside the loop, until it {@link #runs} again. */
    void leaves(Task<?> task, Wait wait);

    /** The task has its outcome. An abandoned one may still be said to wait. */
    void ended(Task<?> task);

    /** From here on the code of a callback runs. */
    void callbackBegins();

    /** The code of the callback has run. */
    void callbackEnds();
}
