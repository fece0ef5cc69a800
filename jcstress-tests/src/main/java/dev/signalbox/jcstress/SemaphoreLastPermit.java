// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * "Takes one permit if one is free, without waiting": of two callers that try for the last permit exactly one has it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SemaphoreLastPermit}
 */
@JCStressTest
@Outcome(
        id = {"true, false", "false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "one of them has the permit")
@Outcome(expect = Expect.FORBIDDEN, desc = "both have it, or nobody")
@State
public class SemaphoreLastPermit {

    private final Semaphore semaphore = new Semaphore(1);

    @Actor
    public void left(ZZ_Result r) {
        r.r1 = semaphore.tryAcquire();
    }

    @Actor
    public void right(ZZ_Result r) {
        r.r2 = semaphore.tryAcquire();
    }

    /** Looking first and taking afterwards, as a caller might: both may see the one permit. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "one of them has the permit")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE_INTERESTING, desc = "both have the one permit")
    @Outcome(expect = Expect.FORBIDDEN, desc = "nobody has it")
    @State
    public static class Broken {

        private final AtomicInteger permits = new AtomicInteger(1);

        @Actor
        public void left(ZZ_Result r) {
            r.r1 = takeOne();
        }

        @Actor
        public void right(ZZ_Result r) {
            r.r2 = takeOne();
        }

        private boolean takeOne() {
            if (permits.get() == 0) {
                return false;
            }
            permits.decrementAndGet();
            return true;
        }
    }
}
