// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * A permit is taken and given back: "a number of permits that threads and tasks take and give back". However an acquire and a try meet,
 * as many permits are free afterwards as there were before.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SemaphoreConservation}
 */
@JCStressTest
@Outcome(
        id = {"true, 1", "false, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "the permit is free again")
@Outcome(expect = Expect.FORBIDDEN, desc = "a permit was lost or made up")
@State
public class SemaphoreConservation {

    private final Semaphore semaphore = new Semaphore(1);

    @Actor
    public void waits() {
        Uninterrupted.call(semaphore::acquire);
        Pause.upTo(20);
        semaphore.release();
    }

    @Actor
    public void tries(ZI_Result r) {
        r.r1 = semaphore.tryAcquire();
        if (r.r1) {
            Pause.upTo(20);
            semaphore.release();
        }
    }

    @Arbiter
    public void count(ZI_Result r) {
        r.r2 = semaphore.availablePermits();
    }

    /** A count that is read and written in two steps: a release that falls in between is overwritten. */
    @JCStressTest
    @Outcome(
            id = {"true, 1", "false, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "the permit is free again")
    @Outcome(expect = Expect.ACCEPTABLE_INTERESTING, desc = "a permit was lost or made up")
    @State
    public static class Broken {

        private volatile int permits = 1;

        @Actor
        public void waits() {
            while (!takeOne()) {
                Thread.onSpinWait();
            }
            Pause.upTo(20);
            permits = permits + 1;
        }

        @Actor
        public void tries(ZI_Result r) {
            r.r1 = takeOne();
            if (r.r1) {
                Pause.upTo(20);
                permits = permits + 1;
            }
        }

        @Arbiter
        public void count(ZI_Result r) {
            r.r2 = permits;
        }

        private boolean takeOne() {
            int free = permits;
            if (free <= 0) {
                return false;
            }
            Pause.upTo(20);
            permits = free - 1;
            return true;
        }
    }
}
