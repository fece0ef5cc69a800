// SPDX-License-Identifier: Apache-2.0

/**
 * The event loop, its tasks, and the primitives of Python's {@code asyncio} in direct style.
 *
 * <p>What holds for every class here, and is not repeated in each method:
 *
 * <ul>
 *   <li><b>Misuse throws on the first wrong call</b>, and before anything has changed but that a first use binds. Of what is bound, the
 *       loop is checked first, then the arguments, then the state. A null argument where no null is allowed throws {@link
 *       NullPointerException} with its name.
 *   <li><b>Time</b> is a {@link java.time.Duration} of any size; more than 73 years (a quarter of {@link Long#MAX_VALUE} nanoseconds) are
 *       waited for as so many, or without a limit.
 * </ul>
 *
 * <p><b>Java Flight Recorder</b> is told, where the module {@code jdk.jfr} is there and a recording asks for it, of
 *
 * <ul>
 *   <li>{@code dev.signalbox.TaskWait}: a task has waited, from where it let others run to where it runs again, its wait for its turn
 *       included; also off its loop, and before its start for a place in its {@link dev.signalbox.loop.TaskGroup}. With the names of the loop and
 *       of the task, what it waited for (nothing if it slept; objects by class and identity), and where. By default those of 20 ms and more,
 *       as with the JDK's own events of waits. In real time, whatever clock the loop has.
 *   <li>{@code dev.signalbox.SlowStep}: each report of the {@linkplain dev.signalbox.loop.EventLoop.Builder#watchdog watchdog} of a loop that has
 *       one: the loop, the task (nothing if it was none), for how long it had held the loop by then, and the report, with the stack.
 * </ul>
 *
 * <p>Both are on in every recording that does not switch them off. Without a recording they cost each wait a look at a field, and no memory.
 * On the module path {@code jdk.jfr} is there if something requires it, or by {@code --add-modules jdk.jfr}.
 */
@NullMarked
package dev.signalbox.loop;

import org.jspecify.annotations.NullMarked;
