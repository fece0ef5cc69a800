// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * "Items come out in the order in which they went in": nothing is lost, doubled or overtaken, however puts and takes meet.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t QueueOrder}
 */
@JCStressTest
@Outcome(
        id = {"0, 0, 1, 2", "0, 1, 2, 0", "1, 0, 2, 0", "1, 2, 0, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "each item once, in the order of the puts")
@Outcome(expect = Expect.FORBIDDEN, desc = "an item was lost, doubled or overtaken")
@State
public class QueueOrder {

    private final Queue<Integer> queue = new Queue<>();
    private final Meeting meeting = new Meeting();

    @Actor
    public void puts() {
        meeting.await();
        queue.add(1);
        queue.add(2);
    }

    @Actor
    public void takes(IIII_Result r) {
        meeting.await();
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

    /** One count for both ends, read and written in two steps: a put and a take at once lose one of the two. */
    @JCStressTest
    @Outcome(
            id = {"0, 0, 1, 2", "0, 1, 2, 0", "1, 0, 2, 0", "1, 2, 0, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "each item once, in the order of the puts")
    @Outcome(expect = Expect.ACCEPTABLE_INTERESTING, desc = "an item was lost, doubled or overtaken")
    @State
    public static class Broken {

        private final Meeting meeting = new Meeting();
        private final int[] items = new int[4];
        private int head;
        private int tail;
        private volatile int size;

        @Actor
        public void puts() {
            meeting.await();
            put(1);
            put(2);
        }

        @Actor
        public void takes(IIII_Result r) {
            meeting.await();
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
            items[tail++] = item;
            int before = size;
            Pause.upTo(20);
            size = before + 1;
        }

        private int take() {
            int before = size;
            if (before <= 0) {
                return 0;
            }
            Pause.upTo(20);
            size = before - 1;
            return items[head++];
        }
    }
}
