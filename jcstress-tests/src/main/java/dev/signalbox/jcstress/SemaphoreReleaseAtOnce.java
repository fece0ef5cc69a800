// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * "Gives that many permits back, from any thread, and all at once": nobody sees a part of them.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SemaphoreReleaseAtOnce}
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "before the release")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "after it")
@Outcome(expect = Expect.FORBIDDEN, desc = "saw a part of a release")
@State
public class SemaphoreReleaseAtOnce {

    private final Semaphore semaphore = new Semaphore(0);

    @Actor
    public void releases() {
        semaphore.release(2);
    }

    @Actor
    public void looks(I_Result r) {
        r.r1 = semaphore.availablePermits();
    }

    /** Two permits given back one by one. */
    @JCStressTest
    @Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "before the release")
    @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "after it")
    @Outcome(id = "1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "saw a part of a release")
    @Outcome(expect = Expect.FORBIDDEN, desc = "permits from nowhere")
    @State
    public static class Broken {

        private final Semaphore semaphore = new Semaphore(0);

        @Actor
        public void releases() {
            semaphore.release();
            semaphore.release();
        }

        @Actor
        public void looks(I_Result r) {
            r.r1 = semaphore.availablePermits();
        }
    }
}
