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
 * "Puts an item, and waits until there is room": also who has found the queue full before the take and begins to wait after it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t QueuePutWakes}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "came through")
@Outcome(expect = Expect.FORBIDDEN, desc = "the wake-up was lost")
@State
public class QueuePutWakes {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Queue<Integer> queue = new Queue<>(1);

    /** The queue is full. */
    public QueuePutWakes() {
        queue.add(1);
    }

    @Actor
    public void waits(Z_Result r) {
        r.r1 = Uninterrupted.call(() -> queue.offer(2, LONG));
    }

    @Actor
    public void wakes() {
        Pause.upTo(500);
        queue.remove();
    }

    /** Looks, and then registers as waiting without a second look: a take in between wakes nobody. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "found room, whether woken or not")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "waited, and was woken")
    @Outcome(
            id = "true, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "would wait for ever: the wake-up was lost")
    @State
    public static class Broken {

        private volatile int size = 1;
        private volatile boolean waiting;

        @Actor
        public void waits(ZZ_Result r) {
            if (size == 1) {
                waiting = true; // and no second look
                r.r1 = true;
            }
        }

        @Actor
        public void wakes(ZZ_Result r) {
            size = 0;
            r.r2 = waiting;
        }
    }
}
