// SPDX-License-Identifier: Apache-2.0
/**
 * Synchronization primitives for threads and for tasks, with the semantics of Python's {@code threading} and the verbs of
 * {@link java.util.concurrent}.
 *
 * <p>What holds for every class here, and is not repeated in each method:
 *
 * <ul>
 *   <li><b>Misuse throws on the first wrong call</b>, and before anything has changed. Arguments are checked first, then
 *       the state of the object, then the caller's interrupt status. A null argument throws {@link NullPointerException} with
 *       its name.
 *   <li><b>Time</b> is a {@link java.time.Duration} of any size; what is too long to be counted in nanoseconds is waited
 *       for as {@link Long#MAX_VALUE} nanoseconds (292 years). A timed call with a zero or negative duration tries once
 *       and never blocks.
 *   <li><b>Interruption</b>: a method that declares {@link InterruptedException} throws it when the caller is
 *       interrupted before or while it waits, also when it would not have had to wait. It clears the interrupt status
 *       and leaves nothing behind: no permit, no lock, no place in a queue.
 *   <li><b>Tasks</b>: when a call has to wait and its thread is running a task of an event loop, the task steps off its
 *       loop for the wait and the loop's other tasks go on. A cancel of the task then ends the wait with a
 *       {@link java.util.concurrent.CancellationException} in place of the {@code InterruptedException}. In a callback, which
 *       cannot wait, a call that has to throws {@link IllegalStateException}.
 *   <li><b>{@code toString()}</b> gives identity and state, may be called anywhere, and never blocks.
 * </ul>
 */
@NullMarked
package dev.signalbox.core;

import org.jspecify.annotations.NullMarked;
