// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;
import dev.signalbox.core.QueueShutdownException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/**
 * "{@code shutdown()} ends the puts at once": what was accepted is in the queue when the shutdown returns, and nothing comes in later.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t QueueShutdown}
 */
@JCStressTest
@Outcome(id = "true, 1, 1", expect = Expect.ACCEPTABLE, desc = "put before the shutdown")
@Outcome(id = "false, 0, 0", expect = Expect.ACCEPTABLE, desc = "refused after it")
@Outcome(expect = Expect.FORBIDDEN, desc = "accepted and lost, refused and put, or put after the shutdown")
@State
public class QueueShutdown {

    private final Queue<Integer> queue = new Queue<>();

    @Actor
    public void puts(ZII_Result r) {
        r.r1 = accepted();
    }

    @Actor
    public void shutsDown(ZII_Result r) {
        queue.shutdown();
        r.r2 = queue.size();
    }

    @Arbiter
    public void count(ZII_Result r) {
        r.r3 = queue.size();
    }

    private boolean accepted() {
        try {
            return queue.offer(1);
        } catch (QueueShutdownException e) {
            return false;
        }
    }

    /** Asks a flag before it puts: the shutdown may come in between. */
    @JCStressTest
    @Outcome(id = "true, 1, 1", expect = Expect.ACCEPTABLE, desc = "put before the shutdown")
    @Outcome(id = "false, 0, 0", expect = Expect.ACCEPTABLE, desc = "refused after it")
    @Outcome(id = "true, 0, 1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "put after the shutdown")
    @Outcome(expect = Expect.FORBIDDEN, desc = "accepted and lost, or refused and put")
    @State
    public static class Broken {

        private volatile boolean shutdown;
        private volatile int size;

        @Actor
        public void puts(ZII_Result r) {
            if (!shutdown) {
                size = 1;
                r.r1 = true;
            }
        }

        @Actor
        public void shutsDown(ZII_Result r) {
            shutdown = true;
            r.r2 = size;
        }

        @Arbiter
        public void count(ZII_Result r) {
            r.r3 = size;
        }
    }
}
