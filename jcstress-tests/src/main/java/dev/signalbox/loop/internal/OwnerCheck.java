// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import dev.signalbox.jcstress.Pause;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The owner is "a plain field which any thread may read to ask <i>is it me?</i>: a thread can see its own name here only while it holds
 * the baton". Engine and hand-over are the real ones; the first actor has the baton and passes it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t OwnerCheck}
 */
@JCStressTest
@Outcome(
        id = "true, true",
        expect = Expect.ACCEPTABLE,
        desc = "each is the owner while it has the baton, and only then")
@Outcome(expect = Expect.FORBIDDEN, desc = "a thread is wrong about being the owner")
@State
public class OwnerCheck {

    private final Engine engine = EngineSteps.create();
    private final Worker giver = new Worker(engine);
    private final Worker taker = new Worker(engine);
    private final Receiver receiver = new Receiver();

    @Actor
    public void gives(ZZ_Result r) {
        giver.bind(Thread.currentThread());
        boolean before = engine.isOwner();
        EngineSteps.hold(engine, giver);
        boolean meanwhile = engine.isOwner();
        receiver.bind(taker);
        EngineSteps.pass(engine, taker, giver);
        r.r1 = !before && meanwhile && !engine.isOwner();
    }

    @Actor
    public void takes(ZZ_Result r) {
        boolean before = engine.isOwner();
        receiver.ready();
        ParkingBaton.INSTANCE.await(taker);
        r.r2 = !before && engine.isOwner();
    }

    /** The owner written after the baton was passed: the receiver runs before it is called the owner. */
    @JCStressTest
    @Outcome(
            id = "true, true",
            expect = Expect.ACCEPTABLE,
            desc = "each is the owner while it has the baton, and only then")
    @Outcome(
            id = "true, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "has the baton, and is told that it has not")
    @Outcome(expect = Expect.FORBIDDEN, desc = "has passed the baton, and is told that it has it")
    @State
    public static class Broken {

        private final Engine engine = EngineSteps.create();
        private final Worker giver = new Worker(engine);
        private final Worker taker = new Worker(engine);
        private final Receiver receiver = new Receiver();

        @Actor
        public void gives(ZZ_Result r) {
            giver.bind(Thread.currentThread());
            EngineSteps.hold(engine, giver);
            receiver.bind(taker);
            ParkingBaton.INSTANCE.pass(taker);
            Pause.upTo(2_000); // the other may have to be woken first
            EngineSteps.hold(engine, taker);
            r.r1 = !engine.isOwner();
        }

        @Actor
        public void takes(ZZ_Result r) {
            receiver.ready();
            ParkingBaton.INSTANCE.await(taker);
            r.r2 = engine.isOwner();
        }
    }
}
