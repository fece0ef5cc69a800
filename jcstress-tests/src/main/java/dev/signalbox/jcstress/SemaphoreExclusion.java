// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A semaphore with one permit lets one thread in at a time, and "what a thread does before it releases a permit <i>happens before</i> what
 * another does after it has acquired that permit": a plain counter is safe behind it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SemaphoreExclusion}
 */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "both were inside at once: an increment was lost")
@State
public class SemaphoreExclusion {

    private final Semaphore semaphore = new Semaphore(1);
    private int count;

    @Actor
    public void left() {
        Uninterrupted.call(semaphore::acquire);
        count++;
        semaphore.release();
    }

    @Actor
    public void right() {
        Uninterrupted.call(semaphore::acquire);
        count++;
        semaphore.release();
    }

    @Arbiter
    public void total(I_Result r) {
        r.r1 = count;
    }

    /** One permit too many, which is what an unnoticed second release leaves behind. */
    @JCStressTest
    @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
    @Outcome(id = "1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "both were inside at once: an increment was lost")
    @Outcome(expect = Expect.FORBIDDEN, desc = "more was lost than two can lose")
    @State
    public static class Broken {

        private final Semaphore semaphore = new Semaphore(2);
        private int count;

        @Actor
        public void left() {
            Uninterrupted.call(semaphore::acquire);
            count++;
            semaphore.release();
        }

        @Actor
        public void right() {
            Uninterrupted.call(semaphore::acquire);
            count++;
            semaphore.release();
        }

        @Arbiter
        public void total(I_Result r) {
            r.r1 = count;
        }
    }
}
