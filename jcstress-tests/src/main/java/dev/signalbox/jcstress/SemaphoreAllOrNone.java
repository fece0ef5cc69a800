// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * "Several permits are acquired all or none": of two that each want both permits one gets them.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SemaphoreAllOrNone}
 */
@JCStressTest
@Outcome(
        id = {"true, false, 0", "false, true, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "one of them has both permits")
@Outcome(expect = Expect.FORBIDDEN, desc = "the permits were divided, or lost")
@State
public class SemaphoreAllOrNone {

    private final Semaphore semaphore = new Semaphore(2);

    @Actor
    public void left(ZZI_Result r) {
        r.r1 = semaphore.tryAcquire(2);
    }

    @Actor
    public void right(ZZI_Result r) {
        r.r2 = semaphore.tryAcquire(2);
    }

    @Arbiter
    public void count(ZZI_Result r) {
        r.r3 = semaphore.availablePermits();
    }

    /** Two permits taken one by one, and given back when the second is missing: each may hold what the other needs. */
    @JCStressTest
    @Outcome(
            id = {"true, false, 0", "false, true, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "one of them has both permits")
    @Outcome(id = "false, false, 2", expect = Expect.ACCEPTABLE_INTERESTING, desc = "each was in the other's way")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a permit was lost")
    @State
    public static class Broken {

        private final Semaphore semaphore = new Semaphore(2);

        @Actor
        public void left(ZZI_Result r) {
            r.r1 = takeTwo();
        }

        @Actor
        public void right(ZZI_Result r) {
            r.r2 = takeTwo();
        }

        @Arbiter
        public void count(ZZI_Result r) {
            r.r3 = semaphore.availablePermits();
        }

        private boolean takeTwo() {
            if (!semaphore.tryAcquire()) {
                return false;
            }
            if (semaphore.tryAcquire()) {
                return true;
            }
            semaphore.release();
            return false;
        }
    }
}
