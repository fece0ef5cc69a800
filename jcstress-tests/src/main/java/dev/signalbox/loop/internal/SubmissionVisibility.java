// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import dev.signalbox.jcstress.Late;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "Each task or callback sees [...] what happened in another thread before that thread sent it in." The item goes through the engine, and is
 * run by the actor that has the baton.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SubmissionVisibility}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "nothing sent in yet")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "sees what was written before the sending")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was written before is not visible")
@State
public class SubmissionVisibility {

    private final Engine engine = EngineSteps.create();
    private int data;
    private int seen = -1;

    @Actor
    public void sends() {
        data = Late.same(1);
        engine.post(Op.of(() -> seen = data));
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void runs(II_Result r) {
        r.r1 = Late.same(data);
        engine.takeReady();
        r.r2 = seen;
    }

    /** A mailbox that is a plain field: whoever finds the letter may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "nothing sent in yet")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "sees what was written before the sending")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what was written before is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean letter;
        private int data;

        @Actor
        public void sends() {
            data = Late.same(1);
            letter = true;
        }

        @Actor
        public void runs(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = letter ? data : -1;
        }
    }
}
