// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * "A stack that passed the baton touches nothing of the loop [...] until it got it back": with that, plain fields are enough for all that
 * the loop is. The baton goes there and back.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t BatonTurns}
 */
@JCStressTest
@Outcome(id = "3", expect = Expect.ACCEPTABLE, desc = "three turns, one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "two turns at once: one was lost")
@State
public class BatonTurns {

    private static final Engine ENGINE = EngineSteps.create();

    private final Worker giver = new Worker(ENGINE);
    private final Worker taker = new Worker(ENGINE);
    private final Receiver receiver = new Receiver();
    private int turns;

    @Actor
    public void gives() {
        giver.bind(Thread.currentThread());
        receiver.bind(taker);
        turns++;
        ParkingBaton.INSTANCE.pass(taker);
        ParkingBaton.INSTANCE.await(giver);
        turns++;
    }

    @Actor
    public void takes() {
        receiver.ready();
        ParkingBaton.INSTANCE.await(taker);
        turns++;
        ParkingBaton.INSTANCE.pass(giver);
    }

    @Arbiter
    public void count(I_Result r) {
        r.r1 = turns;
    }

    /** The giver ends its turn only after it has passed the baton: for a moment two stacks are the loop. */
    @JCStressTest
    @Outcome(id = "3", expect = Expect.ACCEPTABLE, desc = "three turns, one after the other")
    @Outcome(id = "2", expect = Expect.ACCEPTABLE_INTERESTING, desc = "two turns at once: one was lost")
    @Outcome(expect = Expect.FORBIDDEN, desc = "more was lost than two can lose")
    @State
    public static class Broken {

        private final Worker giver = new Worker(ENGINE);
        private final Worker taker = new Worker(ENGINE);
        private final Receiver receiver = new Receiver();
        private int turns;

        @Actor
        public void gives() {
            giver.bind(Thread.currentThread());
            receiver.bind(taker);
            turns++;
            int before = turns;
            ParkingBaton.INSTANCE.pass(taker);
            turns = before + 1;
            ParkingBaton.INSTANCE.await(giver);
        }

        @Actor
        public void takes() {
            receiver.ready();
            ParkingBaton.INSTANCE.await(taker);
            turns++;
            ParkingBaton.INSTANCE.pass(giver);
        }

        @Arbiter
        public void count(I_Result r) {
            r.r1 = turns;
        }
    }
}
