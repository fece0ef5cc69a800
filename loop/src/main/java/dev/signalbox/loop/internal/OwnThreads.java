// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads with a scheduler of one's own: all that is known here of the inside of the JDK. It is looked for by its shape and tried
 * once; where it is closed, missing or behaves otherwise, {@link #obstacle()} says so and loops use what the JDK offers in public.
 */
final class OwnThreads {
    /** {@code (Executor scheduler, String name, int characteristics, Runnable task) -> Thread} */
    private static final @Nullable MethodHandle MAKE;

    /** {@code () -> Thread}: the platform thread that the calling thread runs on. */
    private static final @Nullable MethodHandle CARRIER;

    private static final int INHERIT_NOTHING;
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    private static final String CLOSED = "java.base/java.lang is not open to dev.signalbox.loop";

    /** Why these were not found. Not the exception: that would keep the classes of whoever was the first to ask. */
    private static final @Nullable String MISSING;

    static {
        MethodHandle make = null;
        MethodHandle carrier = null;
        int inheritNothing = 0;
        String missing = null;
        try {
            MethodHandles.Lookup inside = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
            make = inside.findStatic(
                    inside.findClass("java.lang.ThreadBuilders"),
                    "newVirtualThread",
                    MethodType.methodType(Thread.class, Executor.class, String.class, int.class, Runnable.class));
            carrier = inside.findStatic(Thread.class, "currentCarrierThread", MethodType.methodType(Thread.class));
            inheritNothing = (int) inside.findStaticVarHandle(Thread.class, "NO_INHERIT_THREAD_LOCALS", int.class)
                    .get();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            missing = describe(e);
        }
        MAKE = make;
        CARRIER = carrier;
        INHERIT_NOTHING = inheritNothing;
        MISSING = missing;
    }

    private OwnThreads() {}

    /** Why such threads cannot be had; null if they can. */
    static @Nullable String obstacle() {
        return Trial.OBSTACLE;
    }

    static String describe(Throwable missing) {
        return missing instanceof IllegalAccessException
                ? CLOSED
                : "java.lang lacks what was expected there: " + missing;
    }

    /** What stands in the way, by what is missing and then by a trial; a warning if it is not what the application chose. */
    static @Nullable String obstacle(
            int javaVersion, @Nullable String missing, Supplier<@Nullable String> trial, Consumer<String> warning) {
        if (javaVersion < FIRST_WITH_VIRTUAL_THREADS) {
            return "Java " + javaVersion + " has no virtual threads";
        }
        if (CLOSED.equals(missing)) {
            return missing;
        }
        String obstacle = missing != null ? missing : trial.get();
        if (obstacle != null) {
            warning.accept("event loops use the scheduler of the JDK instead of their own: " + obstacle);
        }
        return obstacle;
    }

    private static void warn(String text) {
        System.getLogger("dev.signalbox.loop").log(System.Logger.Level.WARNING, text);
    }

    /** An unstarted virtual thread that inherits nothing; what runs it is given to the scheduler whenever it can go on. */
    static Thread newThread(Executor scheduler, String name, Runnable task) {
        MethodHandle make = MAKE;
        if (make == null) {
            throw new IllegalStateException("virtual threads with a scheduler cannot be had: " + MISSING);
        }
        try {
            return (Thread) make.invokeExact(scheduler, name, INHERIT_NOTHING, task);
        } catch (Throwable e) {
            throw Failures.<RuntimeException>sneaky(e);
        }
    }

    /** The platform thread that the calling thread runs on, itself if it is one. */
    static Thread currentCarrier() {
        MethodHandle carrier = CARRIER;
        if (carrier == null) {
            throw new IllegalStateException("carriers cannot be seen: " + MISSING);
        }
        try {
            return (Thread) carrier.invokeExact();
        } catch (Throwable e) {
            throw Failures.<RuntimeException>sneaky(e);
        }
    }

    /** One thread that yields once, carried by hand: what {@link CarriedBaton} relies on. Apart, since it needs the class above initialized. */
    private static final class Trial implements Executor, Runnable {
        static final @Nullable String OBSTACLE =
                obstacle(Runtime.version().feature(), MISSING, () -> new Trial().tryOut(), OwnThreads::warn);

        private final List<Runnable> submitted = new ArrayList<>();
        private final List<Thread> submitters = new ArrayList<>();
        private int steps;
        private @Nullable Thread carriedBy;
        private @Nullable Throwable thrown;

        @Override
        public void execute(Runnable task) {
            submitted.add(task);
            submitters.add(Thread.currentThread());
        }

        @Override
        @SuppressWarnings("ThreadPriorityCheck") // the scheduler is this object
        public void run() {
            carriedBy = currentCarrier();
            steps++;
            Thread.yield();
            steps++;
        }

        /** On a platform thread of its own, since a virtual thread cannot carry another. */
        private @Nullable String tryOut() {
            Thread carrier = new Thread(null, this::carry, "signalbox-trial", 0, false);
            carrier.setDaemon(true);
            carrier.start();
            boolean interrupted = false;
            while (carrier.isAlive()) {
                try {
                    carrier.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (thrown != null) {
                return "virtual threads of this Java do not run on a scheduler of one's own: " + thrown;
            }
            boolean asExpected = steps == 2
                    && carriedBy == carrier
                    && submitted.size() == 2
                    && submitted.get(0) == submitted.get(1)
                    && submitters.get(1) == carrier;
            return asExpected ? null : "virtual threads of this Java do not yield as expected";
        }

        private void carry() {
            try {
                newThread(this, "signalbox-trial", this).start();
                submitted.get(0).run();
                submitted.get(1).run();
            } catch (Throwable e) {
                thrown = e;
            }
        }
    }
}
