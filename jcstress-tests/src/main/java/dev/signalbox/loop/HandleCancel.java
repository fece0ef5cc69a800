// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.jcstress.Late;
import dev.signalbox.loop.internal.EngineSteps;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The callback of {@code callSoonThreadSafe} can be called off, and "the handle works from any thread too": the loop sees that it was, and what
 * happened before.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t HandleCancel}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "ran, as the cancel came later")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "called off, and the loop sees what was written before")
@Outcome(expect = Expect.FORBIDDEN, desc = "called off, and what was written before is not visible")
@State
public class HandleCancel {

    private final EventLoop loop = EventLoop.create();
    private final Handle handle = loop.callSoonThreadSafe(() -> ran = true);
    private boolean ran;
    private int data;

    @Actor
    public void cancels() {
        data = Late.same(1);
        handle.cancel();
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void runs(II_Result r) {
        r.r1 = Late.same(data);
        EngineSteps.take(loop.engine);
        EngineSteps.turn(loop.engine);
        r.r2 = ran ? -1 : data;
    }

    /** A handle that is a plain field: a loop that finds it cancelled may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "ran, as the cancel came later")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "called off, and the loop sees what was written before")
    @Outcome(
            id = "0, 0",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "called off, and what was written before is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean cancelled;
        private int data;

        @Actor
        public void cancels() {
            data = Late.same(1);
            cancelled = true;
        }

        @Actor
        public void runs(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = cancelled ? data : -1;
        }
    }
}
