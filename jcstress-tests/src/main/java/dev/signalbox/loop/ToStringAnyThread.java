// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.EngineSteps;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * {@code toString()}: "any thread may call this, and reads the state as it happens to be", whatever its loop is doing with the object.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t ToStringAnyThread}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "saw some state")
@Outcome(expect = Expect.FORBIDDEN, desc = "failed")
@State
public class ToStringAnyThread {

    private final EventLoop loop = EventLoop.create();
    private final AsyncQueue<Integer> queue = new AsyncQueue<>();

    /** Bound to a loop that nobody runs. */
    public ToStringAnyThread() {
        queue.bindTo(loop);
    }

    @Actor
    public void changes() {
        EngineSteps.take(loop.engine);
        queue.offer(1);
        queue.offer(2);
        queue.poll();
    }

    @Actor
    public void looks(Z_Result r) {
        r.r1 = queue.toString().contains("size=");
    }

    /** Goes through the items, which only the loop may do. */
    @JCStressTest
    @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "saw some state")
    @Outcome(
            id = "false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "failed, as somebody changed the items meanwhile")
    @State
    public static class Broken {

        private final List<Integer> items = new ArrayList<>(List.of(1, 2, 3));

        @Actor
        public void changes() {
            items.add(4);
            items.add(5);
            items.remove(0);
        }

        @Actor
        public void looks(Z_Result r) {
            try {
                r.r1 = items.toString().contains("[");
            } catch (RuntimeException e) {
                r.r1 = false;
            }
        }
    }
}
