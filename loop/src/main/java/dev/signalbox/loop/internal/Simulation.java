// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A clock that moves only when it is told to, and an order of the ready items that a seed decides: what takes the place of the machine's time
 * and of first in, first out when a schedule is to be repeated. Guarded by the baton of its loop, or by the thread that drives several loops in
 * turn.
 *
 * <p>A seeded round takes what is ready in a random order, and sometimes leaves some of it to the rounds that follow: so a stack that was
 * woken may be overtaken by what became ready after it, as often as the seed says. The numbers are those of {@link Random}, which are the same
 * on every JDK.
 */
public final class Simulation {
    /** The system property that has every loop run in the order of a seed. */
    public static final String PROPERTY = "dev.signalbox.loop.seed";

    private final @Nullable Random random;
    private final boolean virtualTime;
    private final List<Engine> engines = new ArrayList<>();
    private @Nullable Carrier carrier;
    private long now;

    private Simulation(@Nullable Random random, boolean virtualTime) {
        this.random = random;
        this.virtualTime = virtualTime;
    }

    /** Virtual time, which begins at zero; first in, first out. */
    public static Simulation inOrder() {
        return new Simulation(null, true);
    }

    /** Virtual time, which begins at zero, and the order of a seed. */
    public static Simulation ofSeed(long seed) {
        return new Simulation(random(seed), true);
    }

    /** The order that the system property {@value #PROPERTY} asks for, in real time; null without it. */
    public static @Nullable Simulation configured() {
        return inRealTime(System.getProperty(PROPERTY));
    }

    static @Nullable Simulation inRealTime(@Nullable String seed) {
        if (seed == null) {
            return null;
        }
        try {
            return new Simulation(random(Long.parseLong(seed)), false);
        } catch (NumberFormatException e) {
            throw new IllegalStateException(PROPERTY + ": " + seed + " (expected: a whole number)", e);
        }
    }

    /**
     * Seeds are taken in a row, and the first number that {@link Random} gives for the seeds of a row is nearly the same: two tasks that are ready
     * would begin in one and the same order under the first thousands. So their bits are mixed before (G. L. Steele, D. Lea, C. H. Flood, 2014).
     */
    private static Random random(long seed) {
        long mixed = seed + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return new Random(mixed ^ (mixed >>> 31));
    }

    /** Whether the clock is virtual. */
    public boolean hasVirtualTime() {
        return virtualTime;
    }

    /** An engine whose clock and order this is. */
    void join(Engine engine) {
        engines.add(engine);
    }

    /** What the stacks of all its engines run on, where engines schedule their stacks themselves: one at a time, of all. */
    Carrier carrier() {
        if (carrier == null) {
            carrier = new Carrier();
        }
        return carrier;
    }

    /**
     * Waits until all stacks of its engines, of which none runs, have gone as far as they can: who was off its loop and can go on has come back.
     *
     * @return false, at once, where that is the machine's to decide
     */
    public boolean awaitRest() {
        if (carrier == null) {
            return false;
        }
        carrier.awaitRest();
        return true;
    }

    /** How long it is until the next timer of any of its engines; {@link Engine#FOREVER} when there is none. */
    public long nanosToNextTimer() {
        return engines.stream().mapToLong(Engine::nanosToNextTimer).min().orElse(Engine.FOREVER);
    }

    /** Which of so many comes first, by the seed. */
    public int choose(int bound) {
        return Objects.requireNonNull(random).nextInt(bound);
    }

    long nanoTime() {
        return virtualTime ? now : System.nanoTime();
    }

    /** Lets virtual time pass at once; it never goes back. */
    public void advance(long nanos) {
        now += Math.max(nanos, 0);
    }

    /** Orders what is ready, which is not nothing, and says how many of the items make the next round. */
    int arrange(ReadyQueue ready) {
        int size = ready.size();
        if (random == null || size <= 1) {
            return size;
        }
        ready.shuffle(random);
        return random.nextBoolean() ? size : 1 + random.nextInt(size);
    }
}
