// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.jcstress.Late;
import dev.signalbox.loop.internal.EngineSteps;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "Runs a body as a task of this loop", and returns "its result, for any thread": who sees it done sees what the body did.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SubmitResult}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "not done yet")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "sees what the body did")
@Outcome(expect = Expect.FORBIDDEN, desc = "what the body did is not visible")
@State
public class SubmitResult {

    private final EventLoop loop = EventLoop.create();
    private final CompletableFuture<Integer> result = loop.submit(() -> data = Late.same(1));
    private int data;

    @Actor
    public void runs() {
        EngineSteps.take(loop.engine);
        EngineSteps.turn(loop.engine);
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void looks(II_Result r) {
        r.r1 = Late.same(data);
        r.r2 = result.isDone() ? data : -1;
    }

    /** A result that is a plain field: whoever finds it may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "not done yet")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "sees what the body did")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what the body did is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean done;
        private int data;

        @Actor
        public void runs() {
            data = Late.same(1);
            done = true;
        }

        @Actor
        public void looks(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = done ? data : -1;
        }
    }
}
