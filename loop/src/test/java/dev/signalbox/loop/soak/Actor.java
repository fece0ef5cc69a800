// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.soak;

import dev.signalbox.loop.Async;
import java.time.Duration;
import java.util.Random;

/** One thread or task of the soak, with choices of its own. */
final class Actor {
    private final Random random;
    private final boolean isTask;

    Actor(long seed, boolean isTask) {
        this.random = new Random(seed);
        this.isTask = isTask;
    }

    boolean isTask() {
        return isTask;
    }

    int choose(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** Short enough to run out often, and sometimes no time at all. */
    Duration shortTime() {
        return Duration.ofNanos(random.nextInt(4) * 100_000L - 50_000L);
    }

    /** Lets others come in between, now and then. */
    void pause() {
        if (oneIn(3)) {
            if (isTask) {
                Async.yieldNow();
            } else {
                Thread.yield();
            }
        }
    }
}
