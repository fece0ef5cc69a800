// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.PriorityQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * The least of the items that are there comes out first: nothing is lost or doubled, however puts and takes meet.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t PriorityOrder}
 */
@JCStressTest
@Outcome(
        id = {"0, 0, 1, 2", "0, 2, 1, 0", "0, 1, 2, 0", "2, 0, 1, 0", "2, 1, 0, 0", "1, 2, 0, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "each item once, the least of those there first")
@Outcome(expect = Expect.FORBIDDEN, desc = "an item was lost, doubled or overtaken")
@State
public class PriorityOrder {

    private final PriorityQueue<Integer> queue = new PriorityQueue<>();

    @Actor
    public void puts() {
        queue.add(2);
        queue.add(1);
    }

    @Actor
    public void takes(IIII_Result r) {
        r.r1 = Polled.from(queue);
        r.r2 = Polled.from(queue);
    }

    @Arbiter
    public void rest(IIII_Result r) {
        r.r3 = Polled.from(queue);
        r.r4 = Polled.from(queue);
    }

    /** Moves the items in several steps: a take in between finds one twice or not at all. */
    @JCStressTest
    @Outcome(
            id = {"0, 0, 1, 2", "0, 2, 1, 0", "0, 1, 2, 0", "2, 0, 1, 0", "2, 1, 0, 0", "1, 2, 0, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "each item once, the least of those there first")
    @Outcome(expect = Expect.ACCEPTABLE_INTERESTING, desc = "an item was lost, doubled or overtaken")
    @State
    public static class Broken {

        private volatile int least; // 0: none
        private volatile int next;

        @Actor
        public void puts() {
            put(2);
            put(1);
        }

        @Actor
        public void takes(IIII_Result r) {
            r.r1 = take();
            r.r2 = take();
        }

        @Arbiter
        public void rest(IIII_Result r) {
            r.r3 = take();
            r.r4 = take();
        }

        private void put(int item) {
            int present = least;
            if (present == 0 || item < present) {
                next = present;
                least = item;
            } else {
                next = item;
            }
        }

        private int take() {
            int taken = least;
            least = next;
            next = 0;
            return taken;
        }
    }
}
