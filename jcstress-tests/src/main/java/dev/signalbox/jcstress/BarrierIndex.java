// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Barrier;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Waits "until all parties have come", and returns "how many came before the caller": both pass, and no two have the same index.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t BarrierIndex}
 */
@JCStressTest
@Outcome(
        id = {"0, 1", "1, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "one came first, one last")
@Outcome(expect = Expect.FORBIDDEN, desc = "both came as the same, or one was never let through")
@State
public class BarrierIndex {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Barrier barrier = new Barrier(2);

    @Actor
    public void left(II_Result r) {
        r.r1 = Uninterrupted.call(() -> barrier.await(LONG));
    }

    @Actor
    public void right(II_Result r) {
        r.r2 = Uninterrupted.call(() -> barrier.await(LONG));
    }

    /** A count of those who came that is read and written in two steps: nobody is the last. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "one came first, one last")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "both would wait for ever for the last")
    @Outcome(expect = Expect.FORBIDDEN, desc = "both came last")
    @State
    public static class Broken {

        private volatile int arrived;

        @Actor
        public void left(II_Result r) {
            r.r1 = arrive();
        }

        @Actor
        public void right(II_Result r) {
            r.r2 = arrive();
        }

        private int arrive() {
            int index = arrived;
            arrived = index + 1;
            return index;
        }
    }
}
