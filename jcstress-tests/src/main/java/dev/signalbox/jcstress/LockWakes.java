// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Lock;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * A release lets in who has found the lock held and begins to wait meanwhile: "those who wait are tried in the order of arrival".
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t LockWakes}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "came through")
@Outcome(expect = Expect.FORBIDDEN, desc = "the wake-up was lost")
@State
public class LockWakes {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Lock lock = new Lock();

    @Actor
    public void waits(Z_Result r) {
        r.r1 = Uninterrupted.call(this::comesIn);
    }

    @Actor
    public void wakes() {
        lock.lock();
        Pause.upTo(500);
        lock.release();
    }

    private boolean comesIn() throws InterruptedException {
        boolean acquired = lock.tryAcquire(LONG);
        if (acquired) {
            lock.release();
        }
        return acquired;
    }

    /** Looks, and then registers as waiting without a second look: a release in between wakes nobody. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "found it free, whether woken or not")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "waited, and was woken")
    @Outcome(
            id = "true, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "would wait for ever: the wake-up was lost")
    @State
    public static class Broken {

        private volatile boolean locked = true;
        private volatile boolean waiting;

        @Actor
        public void waits(ZZ_Result r) {
            if (locked) {
                waiting = true; // and no second look
                r.r1 = true;
            }
        }

        @Actor
        public void wakes(ZZ_Result r) {
            locked = false;
            r.r2 = waiting;
        }
    }
}
