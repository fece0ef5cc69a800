// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import dev.signalbox.jcstress.Late;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * "What {@code run} returns happens after all that was done on the loop." The run is the real one; the first actor is its only stack.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t RunVisibility}
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "sees what was done on the loop")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was done on the loop is not visible")
@State
public class RunVisibility {

    private final Engine engine = EngineSteps.create();
    private final Worker stack = new Worker(engine);
    private final Receiver receiver = new Receiver();
    private int data;

    @Actor
    public void isTheLoop() {
        receiver.ready();
        ParkingBaton.INSTANCE.await(stack);
        data = Late.same(1);
        EngineSteps.endRun(engine);
    }

    @Actor
    public void runs(I_Result r) {
        receiver.bind(stack);
        engine.ready(stack);
        engine.run(() -> {});
        r.r1 = data;
    }

    /** An end that is a plain field: whoever sees it may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "still running")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "sees what was done on the loop")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what was done on the loop is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean stopped;
        private int data;

        @Actor
        public void isTheLoop() {
            data = Late.same(1);
            stopped = true;
        }

        @Actor
        public void runs(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = stopped ? data : -1;
        }
    }
}
