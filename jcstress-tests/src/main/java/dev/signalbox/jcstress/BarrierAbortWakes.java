// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Barrier;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * "Those that wait and those to come throw {@code BrokenBarrierException}": also who has found the barrier whole before the abort and begins
 * to wait after it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t BarrierAbortWakes}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "was told")
@Outcome(expect = Expect.FORBIDDEN, desc = "passed alone, or the wake-up was lost")
@State
public class BarrierAbortWakes {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Barrier barrier = new Barrier(2);

    @Actor
    public void waits(Z_Result r) {
        r.r1 = Uninterrupted.call(this::isTold);
    }

    @Actor
    public void aborts() {
        Pause.upTo(500);
        barrier.abort();
    }

    private boolean isTold() throws InterruptedException {
        try {
            barrier.await(LONG);
            return false;
        } catch (BrokenBarrierException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Looks, and then registers as waiting without a second look: an abort in between wakes nobody. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "found it broken, whether woken or not")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "waited, and was woken")
    @Outcome(
            id = "true, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "would wait for ever: the wake-up was lost")
    @State
    public static class Broken {

        private volatile boolean broken;
        private volatile boolean waiting;

        @Actor
        public void waits(ZZ_Result r) {
            if (!broken) {
                Pause.upTo(20);
                waiting = true; // and no second look
                r.r1 = true;
            }
        }

        @Actor
        public void aborts(ZZ_Result r) {
            broken = true;
            r.r2 = waiting;
        }
    }
}
