// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Semaphore;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * "A waiting caller [...] whose time runs out leaves the queue without a permit; one that got its permits has them": a release that
 * meets the end of a timed wait goes to the waiter or stays in the semaphore.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SemaphoreTimeout}
 */
@JCStressTest
@Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "the waiter has the permit")
@Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "the time ran out, and the permit is free")
@Outcome(expect = Expect.FORBIDDEN, desc = "the permit was lost, or is there twice")
@State
public class SemaphoreTimeout {

    private static final Duration SHORT = Duration.ofNanos(5_000);

    private final Meeting meeting = new Meeting();
    private final Semaphore semaphore = new Semaphore(0);

    @Actor
    public void waits(ZI_Result r) {
        meeting.await();
        r.r1 = Uninterrupted.call(() -> semaphore.tryAcquire(SHORT));
    }

    @Actor
    public void releases() {
        meeting.await();
        Pause.upTo(2_000);
        semaphore.release();
    }

    @Arbiter
    public void count(ZI_Result r) {
        r.r2 = semaphore.availablePermits();
    }

    /** A release that grants to whoever is registered, without finding out whether that one still waits. */
    @JCStressTest
    @Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "the waiter has the permit")
    @Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "the time ran out, and the permit is free")
    @Outcome(id = "false, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "granted to somebody who had left: lost")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the permit is there twice")
    @State
    public static class Broken {

        private final Meeting meeting = new Meeting();
        private volatile boolean waiting;
        private volatile boolean granted;
        private volatile int permits;

        @Actor
        public void waits(ZI_Result r) {
            meeting.await();
            waiting = true;
            for (int i = 0; i < 50 && !granted; i++) {
                Thread.onSpinWait();
            }
            r.r1 = granted;
            waiting = false;
        }

        @Actor
        public void releases() {
            meeting.await();
            Pause.upTo(100);
            boolean waits = waiting;
            Pause.upTo(20);
            if (waits) {
                granted = true;
            } else {
                permits = 1;
            }
        }

        @Arbiter
        public void count(ZI_Result r) {
            r.r2 = permits;
        }
    }
}
