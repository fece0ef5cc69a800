// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.PriorityQueue;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * In a {@code PriorityQueue}, whose waits are those of a {@code Queue}: a put wakes who has found the queue empty and begins to wait meanwhile.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t PriorityTakeWakes}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "came through")
@Outcome(expect = Expect.FORBIDDEN, desc = "the wake-up was lost")
@State
public class PriorityTakeWakes {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final PriorityQueue<Integer> queue = new PriorityQueue<>();

    @Actor
    public void waits(Z_Result r) {
        r.r1 = Uninterrupted.call(() -> queue.poll(LONG) != null);
    }

    @Actor
    public void wakes() {
        Pause.upTo(500);
        queue.add(1);
    }

    /** Looks, and then registers as waiting without a second look: a put in between wakes nobody. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "found the item, whether woken or not")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "waited, and was woken")
    @Outcome(
            id = "true, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "would wait for ever: the wake-up was lost")
    @State
    public static class Broken {

        private final Meeting meeting = new Meeting();
        private volatile int size;
        private volatile boolean waiting;

        @Actor
        public void waits(ZZ_Result r) {
            meeting.await();
            boolean empty = size == 0;
            Pause.upTo(20);
            if (empty) {
                waiting = true; // and no second look
                r.r1 = true;
            }
        }

        @Actor
        public void wakes(ZZ_Result r) {
            meeting.await();
            Pause.upTo(20);
            size = 1;
            r.r2 = waiting;
        }
    }
}
