// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "What it does before {@code taskDone()} happens before what another does after the {@code join()} that was released by it."
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t QueueJoinVisibility}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "not done yet")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "sees what was written before it was done")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was written before is not visible")
@State
public class QueueJoinVisibility {

    private final Queue<Integer> queue = new Queue<>();
    private int data;

    /** One item is unfinished. */
    public QueueJoinVisibility() {
        queue.add(1);
    }

    @Actor
    public void writes() {
        data = Late.same(1);
        queue.taskDone();
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void reads(II_Result r) {
        r.r1 = Late.same(data);
        r.r2 = Uninterrupted.call(() -> queue.join(Duration.ZERO)) ? data : -1;
    }

    /** A count of what is unfinished that is a plain field: whoever finds it zero may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "not done yet")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "sees what was written before it was done")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what was written before is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private int unfinished = 1;
        private int data;

        @Actor
        public void writes() {
            data = Late.same(1);
            unfinished = 0;
        }

        @Actor
        public void reads(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = unfinished == 0 ? data : -1;
        }
    }
}
