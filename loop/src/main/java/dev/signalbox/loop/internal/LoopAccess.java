// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.TaskBody;
import dev.signalbox.loop.VoidTaskBody;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What other packages of this module can do with a loop, and its users cannot. The loop installs it before there is a builder. */
public abstract class LoopAccess {
    private static volatile @Nullable LoopAccess access;

    /** For the loop. */
    protected LoopAccess() {}

    /** Called once. */
    public static void install(LoopAccess loops) {
        access = loops;
    }

    /** The access to loops. */
    public static LoopAccess get() {
        if (access == null) {
            EventLoop.builder(); // initializes the class, which installs this
        }
        return Objects.requireNonNull(access);
    }

    /** The options of a loop whose clock and order are simulated: each that is built gets a simulation of its own. */
    public abstract EventLoop.Builder simulated(Supplier<Simulation> simulation);

    /** {@code EventLoop.run} on a loop with such options. */
    public abstract <T extends @Nullable Object, X extends Throwable> T run(
            EventLoop.Builder builder, TaskBody<T, X> main) throws X;

    /** Runs each body as the main task of a loop with such options, all in turn on the calling thread. */
    public abstract <X extends Throwable> void together(
            Simulation simulation, List<EventLoop.Builder> builders, List<VoidTaskBody<X>> mains) throws X;

    /** Lets the running task wait until all others do. */
    public abstract void settle();

    /** Lets so much virtual time pass, and everything that falls into it happen. */
    public abstract void advance(long nanos);

    /** Virtual time since the beginning, in nanoseconds. */
    public abstract long elapsed();
}
