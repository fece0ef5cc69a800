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
 * The flag of the receiver "is set after everything the giver wrote and taken by the receiver before anything it reads, which makes each
 * hand-over a happens-before edge".
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t BatonHandOver}
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the receiver sees what the giver wrote")
@Outcome(expect = Expect.FORBIDDEN, desc = "what the giver wrote is not visible")
@State
public class BatonHandOver {

    private static final Engine ENGINE = EngineSteps.create();

    private final Worker taker = new Worker(ENGINE);
    private final Receiver receiver = new Receiver();
    private int data;

    @Actor
    public void gives() {
        receiver.bind(taker);
        data = Late.same(1);
        ParkingBaton.INSTANCE.pass(taker);
    }

    @Actor
    public void takes(I_Result r) {
        receiver.ready();
        ParkingBaton.INSTANCE.await(taker);
        r.r1 = data;
    }

    /** A flag that is a plain field: whoever sees it may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "no baton yet")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "the receiver sees what the giver wrote")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what the giver wrote is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean go;
        private int data;

        @Actor
        public void gives() {
            data = Late.same(1);
            go = true;
        }

        @Actor
        public void takes(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = go ? data : -1;
        }
    }
}
