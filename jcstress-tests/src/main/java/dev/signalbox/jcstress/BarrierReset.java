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
 * "Parties that had already been let through, but have not run yet, are not concerned by anything that happens later": such as a reset by the
 * first that runs.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t BarrierReset}
 */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "both passed")
@Outcome(expect = Expect.FORBIDDEN, desc = "the reset reached one who had been let through")
@State
public class BarrierReset {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Barrier barrier = new Barrier(2);

    @Actor
    public void passes(ZZ_Result r) {
        r.r1 = Uninterrupted.call(this::isLetThrough);
    }

    @Actor
    public void passesAndResets(ZZ_Result r) {
        r.r2 = Uninterrupted.call(this::isLetThrough);
        barrier.reset();
    }

    private boolean isLetThrough() throws InterruptedException, TimeoutException {
        try {
            barrier.await(LONG);
            return true;
        } catch (BrokenBarrierException e) {
            return false;
        }
    }

    /** One state for all meetings: who runs late finds that of the next one. */
    @JCStressTest
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "both passed")
    @Outcome(
            id = "false, true",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "the reset reached one who had been let through")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the reset reached the one who made it")
    @State
    public static class Broken {

        private final AtomicInteger arrived = new AtomicInteger();
        private volatile boolean broken;

        @Actor
        public void passes(ZZ_Result r) {
            r.r1 = isLetThrough();
        }

        @Actor
        public void passesAndResets(ZZ_Result r) {
            r.r2 = isLetThrough();
            broken = true;
        }

        private boolean isLetThrough() {
            arrived.incrementAndGet();
            while (arrived.get() < 2) {
                Thread.onSpinWait();
            }
            return !broken;
        }
    }
}
