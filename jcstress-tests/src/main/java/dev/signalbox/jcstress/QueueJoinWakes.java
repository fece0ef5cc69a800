// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * "Waits until every item that was put is done": also who has found one unfinished and begins to wait after it was done.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t QueueJoinWakes}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "came through")
@Outcome(expect = Expect.FORBIDDEN, desc = "the wake-up was lost")
@State
public class QueueJoinWakes {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Queue<Integer> queue = new Queue<>();

    /** One item is unfinished. */
    public QueueJoinWakes() {
        queue.add(1);
    }

    @Actor
    public void waits(Z_Result r) {
        r.r1 = Uninterrupted.call(() -> queue.join(LONG));
    }

    @Actor
    public void wakes() {
        Pause.upTo(500);
        queue.taskDone();
    }

    /** Looks, and then registers as waiting without a second look: what is done in between wakes nobody. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "found it done, whether woken or not")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "waited, and was woken")
    @Outcome(
            id = "true, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "would wait for ever: the wake-up was lost")
    @State
    public static class Broken {

        private volatile int unfinished = 1;
        private volatile boolean waiting;

        @Actor
        public void waits(ZZ_Result r) {
            if (unfinished > 0) {
                waiting = true; // and no second look
                r.r1 = true;
            }
        }

        @Actor
        public void wakes(ZZ_Result r) {
            unfinished = 0;
            r.r2 = waiting;
        }
    }
}
