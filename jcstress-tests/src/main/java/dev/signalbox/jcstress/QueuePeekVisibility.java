// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "What a thread does before it puts an item <i>happens before</i> what another does after it has taken or seen that item": here seen.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t QueuePeekVisibility}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "nothing to see yet")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "sees what was written before the put")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was written before is not visible")
@State
public class QueuePeekVisibility {

    private final Queue<Integer> queue = new Queue<>();
    private int data;

    @Actor
    public void writes() {
        data = Late.same(1);
        queue.add(1);
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void reads(II_Result r) {
        r.r1 = Late.same(data);
        r.r2 = queue.peek() != null ? data : -1;
    }

    /** A count that is a plain field: whoever finds it above zero may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "nothing to see yet")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "sees what was written before the put")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what was written before is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean put;
        private int data;

        @Actor
        public void writes() {
            data = Late.same(1);
            put = true;
        }

        @Actor
        public void reads(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = put ? data : -1;
        }
    }
}
