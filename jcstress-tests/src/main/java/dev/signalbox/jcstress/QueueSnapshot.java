// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Whatever goes through the items of a queue sees "those of one moment, in the order in which they would be taken". Items are digits, in the
 * order in which they were seen.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t QueueSnapshot}
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "before the put")
@Outcome(id = "12", expect = Expect.ACCEPTABLE, desc = "between put and take")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "after the take")
@Outcome(expect = Expect.FORBIDDEN, desc = "a mixture of several moments")
@State
public class QueueSnapshot {

    private final Queue<Integer> queue = new Queue<>();

    /** There is an item, always. */
    public QueueSnapshot() {
        queue.add(1);
    }

    @Actor
    public void moves() {
        queue.add(2);
        queue.remove();
    }

    @Actor
    public void looks(I_Result r) {
        for (int item : queue) {
            r.r1 = 10 * r.r1 + item;
        }
    }

    /** Goes through the places from the last to the first, and nobody waits for it: the items move on meanwhile. */
    @JCStressTest
    @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "before the put")
    @Outcome(id = "12", expect = Expect.ACCEPTABLE, desc = "between put and take")
    @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "after the take")
    @Outcome(id = "0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "an empty queue, which there never was")
    @State
    public static class Broken {

        private volatile int first = 1;
        private volatile int second;

        @Actor
        public void moves() {
            second = 2;
            first = 0;
        }

        @Actor
        public void looks(I_Result r) {
            int last = second;
            Pause.upTo(50);
            int before = first;
            r.r1 = before == 0 ? last : last == 0 ? before : 10 * before + last;
        }
    }
}
