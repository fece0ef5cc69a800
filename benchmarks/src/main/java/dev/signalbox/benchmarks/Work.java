// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

/** How much of a work one invocation of a benchmark does: the same here and in the peers. {@code benchmarks/peers.py} says what the work is. */
public final class Work {

    /** Switches among all tasks together. */
    public static final int SWITCHES = 20_000;

    /** Tasks that are created before the first of them is awaited. */
    public static final int BATCH = 1_000;

    /** Batches. */
    public static final int BATCHES = 100;

    /** Pairs of acquire and release that nobody disputes. */
    public static final int PAIRS = 1_000_000;

    /** Tasks that want a permit. */
    public static final int CONTENDERS = 100;

    /** Permits that they want. */
    public static final int PERMITS = 2;

    /** How often each of them wants one. */
    public static final int ROUNDS = 200;

    /** Items that pass through a queue. */
    public static final int ITEMS = 100_000;

    /** Items that the queue can hold. */
    public static final int CAPACITY = 16;

    /** Callbacks of which each asks for the next. */
    public static final int HOPS = 100_000;

    /** Callbacks that another thread hands over, one right after the other. */
    public static final int BURST = 100_000;

    /** Timers that are pending throughout. */
    public static final int PENDING = 1_000_000;

    /** Timers that are made and cancelled. */
    public static final int TIMERS = 20_000;

    private static final long STEP = 7_919;
    private static final long PRIME = 1_000_003; // more than PENDING, so no two pending timers have one deadline

    /** When a timer is due. */
    public enum Due {
        /** In a second or two: before every pending one. */
        SOON {
            @Override
            public long millis(int timer) {
                return 1_000 + timer % 1_000;
            }
        },
        /** In more than an hour and in no order: anywhere among the pending ones, and so are these themselves. */
        AMONG {
            @Override
            public long millis(int timer) {
                return 3_600_000 + timer * STEP % PRIME;
            }
        };

        /** In how many milliseconds. */
        public abstract long millis(int timer);
    }

    private Work() {}
}
