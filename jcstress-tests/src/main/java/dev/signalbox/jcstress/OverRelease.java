// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.BoundedSemaphore;
import dev.signalbox.core.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * "A release beyond the bound throws [...] and changes nothing, so that a permit which is released twice is found at once": when two
 * threads release the one permit that is out, exactly one of them gets the exception.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t OverRelease}
 */
@JCStressTest
@Outcome(
        id = {"true, false, 1", "false, true, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "one released, the other was told")
@Outcome(expect = Expect.FORBIDDEN, desc = "both were told, or nobody, or the permits are wrong")
@State
public class OverRelease {

    private final BoundedSemaphore semaphore = new BoundedSemaphore(1);

    /** One permit is out. */
    public OverRelease() {
        Uninterrupted.call(semaphore::acquire);
    }

    @Actor
    public void left(ZZI_Result r) {
        r.r1 = released();
    }

    @Actor
    public void right(ZZI_Result r) {
        r.r2 = released();
    }

    @Arbiter
    public void count(ZZI_Result r) {
        r.r3 = semaphore.availablePermits();
    }

    private boolean released() {
        try {
            semaphore.release();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** The caller's own check before the release of a semaphore without a bound: both may pass it. */
    @JCStressTest
    @Outcome(
            id = {"true, false, 1", "false, true, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one released, the other was told")
    @Outcome(id = "true, true, 2", expect = Expect.ACCEPTABLE_INTERESTING, desc = "the limit has silently grown")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the permits are wrong")
    @State
    public static class Broken {

        private final Semaphore semaphore = new Semaphore(0);

        @Actor
        public void left(ZZI_Result r) {
            r.r1 = released();
        }

        @Actor
        public void right(ZZI_Result r) {
            r.r2 = released();
        }

        @Arbiter
        public void count(ZZI_Result r) {
            r.r3 = semaphore.availablePermits();
        }

        private boolean released() {
            if (semaphore.availablePermits() == 1) {
                return false;
            }
            semaphore.release();
            return true;
        }
    }
}
