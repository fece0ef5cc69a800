// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * "A waiting caller [...] whose time runs out has put or taken nothing": an item that meets the end of a timed take goes to the taker or
 * stays in the queue.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t QueueTimeout}
 */
@JCStressTest
@Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "the taker has the item")
@Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "the time ran out, and the item is in the queue")
@Outcome(expect = Expect.FORBIDDEN, desc = "the item was lost, or is there twice")
@State
public class QueueTimeout {

    private static final Duration SHORT = Duration.ofNanos(5_000);

    private final Meeting meeting = new Meeting();
    private final Queue<Integer> queue = new Queue<>();

    @Actor
    public void takes(ZI_Result r) {
        meeting.await();
        r.r1 = Uninterrupted.call(() -> queue.poll(SHORT)) != null;
    }

    @Actor
    public void puts() {
        meeting.await();
        Pause.upTo(2_000);
        queue.add(1);
    }

    @Arbiter
    public void count(ZI_Result r) {
        r.r2 = queue.size();
    }

    /** A put that hands the item to whoever is registered, without finding out whether that one still waits. */
    @JCStressTest
    @Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "the taker has the item")
    @Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "the time ran out, and the item is in the queue")
    @Outcome(id = "false, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "handed to somebody who had left: lost")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the item is there twice")
    @State
    public static class Broken {

        private final Meeting meeting = new Meeting();
        private volatile boolean waiting;
        private volatile boolean handed;
        private volatile int size;

        @Actor
        public void takes(ZI_Result r) {
            meeting.await();
            waiting = true;
            for (int i = 0; i < 50 && !handed; i++) {
                Thread.onSpinWait();
            }
            r.r1 = handed;
            waiting = false;
        }

        @Actor
        public void puts() {
            meeting.await();
            Pause.upTo(100);
            boolean waits = waiting;
            Pause.upTo(20);
            if (waits) {
                handed = true;
            } else {
                size = 1;
            }
        }

        @Arbiter
        public void count(ZI_Result r) {
            r.r2 = size;
        }
    }
}
