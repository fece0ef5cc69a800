// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of thread that workers can be. Workers are created on the stack of whatever task is suspending, so they inherit nothing from
 * it: neither inheritable thread-locals nor the context class loader, which is the one of the loop's creator.
 */
public enum Threads {
    /** Platform threads, on every JDK. */
    PLATFORM {
        @Override
        public ThreadFactory factory(String name) {
            return task -> {
                Thread thread = new Thread(null, task, name, 0, false);
                thread.setDaemon(true);
                return thread;
            };
        }
    },
    /** The JDK's virtual threads. */
    VIRTUAL {
        @Override
        public ThreadFactory factory(String name) {
            return VirtualThreads.factory(name);
        }

        @Override
        Baton newBaton(@Nullable Simulation simulation) {
            return new VirtualBaton();
        }
    },
    /** Virtual threads that the loop schedules itself: where {@code java.base/java.lang} is open to this module. */
    OWN {
        @Override
        public ThreadFactory factory(String name) {
            return task -> OwnThreads.newThread((Executor) task, name, task);
        }

        @Override
        Baton newBaton(@Nullable Simulation simulation) {
            return new CarriedBaton(simulation == null ? new Carrier() : simulation.carrier());
        }
    };

    /** The system property that chooses the kind of thread: {@code platform}, {@code virtual} or {@code own}. */
    public static final String PROPERTY = "dev.signalbox.loop.scheduler";

    private static final int FIRST_WITHOUT_PINNING_IN_MONITORS = 24;

    /** Makes unstarted threads of this kind, each with this name. */
    public abstract ThreadFactory factory(String name);

    /** How threads of this kind take turns, for one engine. */
    Baton newBaton(@Nullable Simulation simulation) {
        return ParkingBaton.INSTANCE;
    }

    /**
     * The kind that the system property asks for, or else: threads of the loop's own where they can be had, virtual ones where waiting in
     * a monitor does not pin them, platform ones.
     */
    public static Threads configured() {
        return choose(System.getProperty(PROPERTY), Runtime.version().feature(), OwnThreads.obstacle());
    }

    /**
     * @param obstacle why {@link #OWN} cannot be had; null if it can
     */
    static Threads choose(@Nullable String wanted, int javaVersion, @Nullable String obstacle) {
        if (wanted == null) {
            return obstacle == null ? OWN : javaVersion >= FIRST_WITHOUT_PINNING_IN_MONITORS ? VIRTUAL : PLATFORM;
        }
        Threads kind = switch (wanted.toLowerCase(Locale.ROOT)) {
            case "platform" -> PLATFORM;
            case "virtual" -> VIRTUAL;
            case "own" -> OWN;
            default ->
                throw new IllegalStateException(PROPERTY + ": " + wanted + " (expected: platform, virtual or own)");
        };
        if (kind != PLATFORM && !VirtualThreads.available()) {
            throw new IllegalStateException(
                    PROPERTY + ": " + wanted + " (expected on Java " + javaVersion + ": platform)");
        }
        if (kind == OWN && obstacle != null) {
            throw new IllegalStateException(
                    PROPERTY + ": " + wanted + " (expected: platform or virtual, since " + obstacle + ")");
        }
        return kind;
    }

    /** What Java 21 and later offer, reached by reflection from code that also runs on 17. */
    private static final class VirtualThreads {
        private static final @Nullable MethodHandle FACTORY = find();

        static boolean available() {
            return FACTORY != null;
        }

        static ThreadFactory factory(String name) {
            MethodHandle maker = FACTORY;
            if (maker == null) {
                throw new IllegalStateException("this Java has no virtual threads");
            }
            try {
                return (ThreadFactory) maker.invoke(name);
            } catch (Throwable e) {
                throw new IllegalStateException("virtual threads cannot be made", e);
            }
        }

        /** {@code Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).factory()}. */
        private static @Nullable MethodHandle find() {
            try {
                MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                Class<?> builder = Class.forName("java.lang.Thread$Builder");
                Class<?> virtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
                MethodHandle make = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(virtual));
                MethodHandle name = lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class));
                MethodHandle inherit = lookup.findVirtual(
                        builder, "inheritInheritableThreadLocals", MethodType.methodType(builder, boolean.class));
                MethodHandle factory =
                        lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
                make.invoke(); // a preview API on 19 and 20, which refuses here
                MethodHandle named = MethodHandles.foldArguments(name, make.asType(MethodType.methodType(builder)));
                MethodHandle bare = MethodHandles.insertArguments(inherit, 1, false);
                return MethodHandles.filterReturnValue(named, MethodHandles.filterReturnValue(bare, factory));
            } catch (Throwable e) {
                return null;
            }
        }
    }
}
