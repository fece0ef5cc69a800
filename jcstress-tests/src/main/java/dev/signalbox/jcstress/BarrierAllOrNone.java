// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Barrier;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * "All pass or none": a party that comes while the time of the other runs out passes with it, or is told that the barrier is broken.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t BarrierAllOrNone}
 */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "both passed")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "the barrier broke for both")
@Outcome(expect = Expect.FORBIDDEN, desc = "one passed without the other")
@State
public class BarrierAllOrNone {

    private static final Duration SHORT = Duration.ofNanos(5_000);
    private static final Duration LONG = Duration.ofSeconds(10);

    private final Barrier barrier = new Barrier(2);

    @Actor
    public void isShortOfTime(ZZ_Result r) {
        r.r1 = Uninterrupted.call(() -> passes(SHORT));
    }

    @Actor
    public void hasTime(ZZ_Result r) {
        Pause.upTo(2_000);
        r.r2 = Uninterrupted.call(() -> passes(LONG));
    }

    private boolean passes(Duration timeout) throws InterruptedException {
        try {
            barrier.await(timeout);
            return true;
        } catch (BrokenBarrierException | TimeoutException e) {
            return false;
        }
    }

    /** A party that leaves when its time has run out, and stays counted. */
    @JCStressTest
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "both passed")
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE_INTERESTING, desc = "one passed without the other")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the last did not pass")
    @State
    public static class Broken {

        private final AtomicInteger arrived = new AtomicInteger();

        @Actor
        public void isShortOfTime(ZZ_Result r) {
            arrived.incrementAndGet();
            for (int i = 0; i < 50 && arrived.get() < 2; i++) {
                Thread.onSpinWait();
            }
            r.r1 = arrived.get() == 2;
        }

        @Actor
        public void hasTime(ZZ_Result r) {
            Pause.upTo(100);
            arrived.incrementAndGet();
            while (arrived.get() < 2) {
                Thread.onSpinWait();
            }
            r.r2 = true;
        }
    }
}
