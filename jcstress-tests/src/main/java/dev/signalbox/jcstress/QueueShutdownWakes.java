// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;
import dev.signalbox.core.QueueShutdownException;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * When the queue is shut down and empty "the takes throw it too, those that wait included": also who has found the queue open before the
 * shutdown and begins to wait after it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t QueueShutdownWakes}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "was told")
@Outcome(expect = Expect.FORBIDDEN, desc = "the wake-up was lost")
@State
public class QueueShutdownWakes {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Queue<Integer> queue = new Queue<>();

    @Actor
    public void waits(Z_Result r) {
        r.r1 = Uninterrupted.call(this::isTold);
    }

    @Actor
    public void shutsDown() {
        Pause.upTo(500);
        queue.shutdown();
    }

    private boolean isTold() throws InterruptedException {
        try {
            return queue.poll(LONG) != null;
        } catch (QueueShutdownException e) {
            return true;
        }
    }

    /** Looks, and then registers as waiting without a second look: a shutdown in between wakes nobody. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "found it shut down, whether woken or not")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "waited, and was woken")
    @Outcome(
            id = "true, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "would wait for ever: the wake-up was lost")
    @State
    public static class Broken {

        private volatile boolean shutdown;
        private volatile boolean waiting;

        @Actor
        public void waits(ZZ_Result r) {
            if (!shutdown) {
                waiting = true; // and no second look
                r.r1 = true;
            }
        }

        @Actor
        public void shutsDown(ZZ_Result r) {
            shutdown = true;
            r.r2 = waiting;
        }
    }
}
