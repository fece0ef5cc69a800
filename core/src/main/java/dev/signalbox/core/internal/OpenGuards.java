// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import dev.signalbox.core.Guard;
import dev.signalbox.core.LeakDetection;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The guards that are watched and not closed yet, by who acquired them. Any thread. */
public final class OpenGuards {
    /** The system property that sets the level of the process: {@code off}, {@code sampled} or {@code full}. */
    public static final String PROPERTY = "dev.signalbox.leaks";

    /** The level of the process. */
    public static final LeakDetection LEVEL = level(System.getProperty(PROPERTY));

    /** The guards of core; null when none are watched. A constant, so that the compiler drops the code that asks for it. */
    public static final @Nullable OpenGuards OF_CORE = at(
            LEVEL, (what, place) -> System.getLogger("dev.signalbox.core").log(System.Logger.Level.ERROR, what, place));

    private static final int SAMPLE = 128;

    private final boolean sampled;
    private final BiConsumer<String, ? super Acquired> collected;

    /** Changed under the lock of this; to see that somebody has none takes no lock. */
    private final Map<Object, Set<Hold>> holdsOf = new ConcurrentHashMap<>();

    private OpenGuards(boolean sampled, BiConsumer<String, ? super Acquired> collected) {
        this.sampled = sampled;
        this.collected = collected;
    }

    /**
     * Watches guards.
     *
     * @param level which guards
     * @param collected told of those that are collected without having been closed, on the thread of a cleaner
     * @return an object that does; null at the level that watches none
     */
    public static @Nullable OpenGuards at(LeakDetection level, BiConsumer<String, ? super Acquired> collected) {
        return level == LeakDetection.OFF ? null : new OpenGuards(level == LeakDetection.SAMPLED, collected);
    }

    static LeakDetection level(@Nullable String wanted) {
        if (wanted == null) {
            return LeakDetection.OFF;
        }
        return switch (wanted.toLowerCase(Locale.ROOT)) {
            case "off" -> LeakDetection.OFF;
            case "sampled" -> LeakDetection.SAMPLED;
            case "full" -> LeakDetection.FULL;
            default -> throw new IllegalStateException(PROPERTY + ": " + wanted + " (expected: off, sampled or full)");
        };
    }

    /** Where a guard was acquired: its stack trace. */
    public static final class Acquired extends Throwable {
        private static final long serialVersionUID = 1L;

        Acquired(Object of, Object owner) {
            super("acquired by " + Identity.ofOwner(owner) + ": " + of);
        }
    }

    /** What is known of a guard that is watched. It must not reference the guard. */
    private final class Hold implements Runnable {
        private final Object of;
        private final Object owner;
        private final Acquired place;
        private final BooleanSupplier isIgnorable;

        Hold(Object of, Object owner, BooleanSupplier isIgnorable) {
            this.of = of;
            this.owner = owner;
            this.place = new Acquired(of, owner);
            this.isIgnorable = isIgnorable;
        }

        /** The guard was collected. */
        @Override
        public void run() {
            if (remove(this)) {
                tell(" was never closed, and was collected", collected);
            }
        }

        void closed() {
            remove(this);
        }

        void tell(String how, BiConsumer<String, ? super Acquired> report) {
            if (!isIgnorable.getAsBoolean()) {
                report.accept("guard of " + Identity.of(of) + how, place);
            }
        }
    }

    /** A guard that is watched. */
    private static final class WatchedGuard implements Guard {
        private final Guard guard;
        private final Hold hold;
        private final Cleaner.Cleanable registration;

        WatchedGuard(Guard guard, Hold hold) {
            this.guard = guard;
            this.hold = hold;
            this.registration = Collected.CLEANER.register(this, hold);
        }

        @Override
        public void close() {
            try {
                guard.close();
                hold.closed();
                registration.clean();
            } finally {
                Reference.reachabilityFence(this); // collected halfway it would be reported
            }
        }

        @Override
        public String toString() {
            return guard.toString();
        }
    }

    /**
     * Watches a guard that the caller has just acquired, if it is one of those to be watched.
     *
     * @param guard the guard
     * @param of what it is a guard of
     * @param isIgnorable whether nobody has to close it
     * @return the guard to hand out
     */
    public Guard watch(Guard guard, Object of, BooleanSupplier isIgnorable) {
        if ((sampled && ThreadLocalRandom.current().nextInt(SAMPLE) != 0) || isIgnorable.getAsBoolean()) {
            return guard;
        }
        Hold hold = new Hold(of, Waits.caller(), isIgnorable);
        synchronized (this) {
            holdsOf.computeIfAbsent(hold.owner, owner -> new LinkedHashSet<>()).add(hold);
        }
        return new WatchedGuard(guard, hold);
    }

    /** Whether it was open, and nobody has been told of it. */
    private synchronized boolean remove(Hold hold) {
        Set<Hold> holds = holdsOf.get(hold.owner);
        if (holds == null || !holds.remove(hold)) {
            return false;
        }
        if (holds.isEmpty()) {
            holdsOf.remove(hold.owner);
        }
        return true;
    }

    /**
     * Reports the guards that a task has left open.
     *
     * @param task the task, which has ended
     * @param name names it in the reports
     * @param report told of each guard
     */
    public void ended(Object task, Supplier<String> name, BiConsumer<String, ? super Acquired> report) {
        if (holdsOf.containsKey(task)) {
            for (Hold hold : removeAll(task)) {
                hold.tell(" was still open when " + name.get() + " ended", report);
            }
        }
    }

    /**
     * Tells who holds something, as far as guards that are watched can tell.
     *
     * @param of what the guards are of
     * @return the tasks and threads that acquired it by guards that are open, each as often as it has such guards
     */
    public synchronized List<Object> ownersOf(Object of) {
        return holdsOf.values().stream()
                .flatMap(Set::stream)
                .filter(hold -> hold.of == of && !hold.isIgnorable.getAsBoolean())
                .map(hold -> hold.owner)
                .toList();
    }

    private synchronized Set<Hold> removeAll(Object owner) {
        Set<Hold> holds = holdsOf.remove(owner);
        return holds == null ? Set.of() : holds;
    }
}
