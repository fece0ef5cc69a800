// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.LifoQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * The item that was put last comes out first: nothing is lost or doubled, however puts and takes meet.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t LifoOrder}
 */
@JCStressTest
@Outcome(
        id = {"0, 0, 2, 1", "0, 1, 2, 0", "0, 2, 1, 0", "1, 0, 2, 0", "1, 2, 0, 0", "2, 1, 0, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "each item once, the last of those there first")
@Outcome(expect = Expect.FORBIDDEN, desc = "an item was lost, doubled or overtaken")
@State
public class LifoOrder {

    private final LifoQueue<Integer> queue = new LifoQueue<>();

    @Actor
    public void puts() {
        queue.add(1);
        queue.add(2);
    }

    @Actor
    public void takes(IIII_Result r) {
        Pause.upTo(20);
        r.r1 = Polled.from(queue);
        Pause.upTo(20);
        r.r2 = Polled.from(queue);
    }

    @Arbiter
    public void rest(IIII_Result r) {
        r.r3 = Polled.from(queue);
        r.r4 = Polled.from(queue);
    }

    /** A top that is read and written in two steps: a put and a take at once lose one of the two. */
    @JCStressTest
    @Outcome(
            id = {"0, 0, 2, 1", "0, 1, 2, 0", "0, 2, 1, 0", "1, 0, 2, 0", "1, 2, 0, 0", "2, 1, 0, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "each item once, the last of those there first")
    @Outcome(expect = Expect.ACCEPTABLE_INTERESTING, desc = "an item was lost, doubled or overtaken")
    @State
    public static class Broken {

        private final int[] items = new int[4];
        private volatile int size;

        @Actor
        public void puts() {
            put(1);
            put(2);
        }

        @Actor
        public void takes(IIII_Result r) {
            Pause.upTo(20);
            r.r1 = take();
            Pause.upTo(20);
            r.r2 = take();
        }

        @Arbiter
        public void rest(IIII_Result r) {
            r.r3 = take();
            r.r4 = take();
        }

        private void put(int item) {
            int top = size;
            items[top] = item;
            Pause.upTo(20);
            size = top + 1;
        }

        private int take() {
            int top = size;
            if (top == 0) {
                return 0;
            }
            size = top - 1;
            return items[top - 1];
        }
    }
}
