// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.jcstress.Late;
import dev.signalbox.loop.internal.EngineSteps;
import java.util.ArrayDeque;
import java.util.Queue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "What happened before this call is visible to the body, and what the body did to whoever goes on after the result."
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t ExecutorVisibility}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "no result yet")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "sees what the body did")
@Outcome(expect = Expect.FORBIDDEN, desc = "what the body did is not visible")
@State
public class ExecutorVisibility {

    private final EventLoop loop = EventLoop.create();
    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final Future<Integer> result;
    private int data;

    /** The body is with the executor. */
    public ExecutorVisibility() {
        EngineSteps.take(loop.engine);
        result = loop.runInExecutor(executor::add, () -> data = Late.same(1));
    }

    @Actor
    public void executes() {
        executor.remove().run();
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void goesOn(II_Result r) {
        r.r1 = Late.same(data);
        EngineSteps.take(loop.engine);
        EngineSteps.turn(loop.engine);
        r.r2 = result.isDone() ? data : -1;
    }

    /** A result that is a plain field: a loop that finds it may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "no result yet")
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
        public void executes() {
            data = Late.same(1);
            done = true;
        }

        @Actor
        public void goesOn(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = done ? data : -1;
        }
    }
}
