// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Semaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "What a thread does before it releases a permit <i>happens before</i> what another does after it has acquired that permit."
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SemaphoreVisibility}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "no permit yet")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "sees what was written before the release")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was written before is not visible")
@State
public class SemaphoreVisibility {

    private final Semaphore semaphore = new Semaphore(0);
    private int data;

    @Actor
    public void writes() {
        data = Late.same(1);
        semaphore.release();
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void reads(II_Result r) {
        r.r1 = Late.same(data);
        r.r2 = semaphore.tryAcquire() ? data : -1;
    }

    /** A permit that is a plain field: whoever finds it may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "no permit yet")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "sees what was written before the release")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what was written before is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean permit;
        private int data;

        @Actor
        public void writes() {
            data = Late.same(1);
            permit = true;
        }

        @Actor
        public void reads(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = permit ? data : -1;
        }
    }
}
