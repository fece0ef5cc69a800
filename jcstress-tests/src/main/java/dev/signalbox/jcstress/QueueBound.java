// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * A bounded queue never holds more than its bound: "puts an item if there is room, without waiting", and of two that put into the last place
 * exactly one has it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t QueueBound}
 */
@JCStressTest
@Outcome(
        id = {"true, false, 1", "false, true, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "one of them has the place")
@Outcome(expect = Expect.FORBIDDEN, desc = "both have it, or nobody")
@State
public class QueueBound {

    private final Queue<Integer> queue = new Queue<>(1);

    @Actor
    public void left(ZZI_Result r) {
        r.r1 = queue.offer(1);
    }

    @Actor
    public void right(ZZI_Result r) {
        r.r2 = queue.offer(2);
    }

    @Arbiter
    public void count(ZZI_Result r) {
        r.r3 = queue.size();
    }

    /** Looking first and putting afterwards, as a caller might: both may see the one place. */
    @JCStressTest
    @Outcome(
            id = {"true, false, 1", "false, true, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "one of them has the place")
    @Outcome(id = "true, true, 2", expect = Expect.ACCEPTABLE_INTERESTING, desc = "more is in than the bound allows")
    @Outcome(expect = Expect.FORBIDDEN, desc = "nobody has the place")
    @State
    public static class Broken {

        private final AtomicInteger size = new AtomicInteger();

        @Actor
        public void left(ZZI_Result r) {
            r.r1 = offer();
        }

        @Actor
        public void right(ZZI_Result r) {
            r.r2 = offer();
        }

        @Arbiter
        public void count(ZZI_Result r) {
            r.r3 = size.get();
        }

        private boolean offer() {
            if (size.get() == 1) {
                return false;
            }
            size.incrementAndGet();
            return true;
        }
    }
}
