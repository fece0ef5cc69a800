// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Condition;
import dev.signalbox.core.RLock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * "An {@code RLock} is released with all its holds, which the caller has again afterwards": with one of two given back after a wait the lock
 * is still held, and a plain counter safe.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t ConditionHolds}
 */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "both were inside at once: an increment was lost")
@State
public class ConditionHolds {

    private static final Duration SHORT = Duration.ofNanos(5_000);

    private final RLock lock = new RLock();
    private final Condition changed = lock.newCondition();
    private int count;

    @Actor
    public void waits() {
        lock.lock();
        lock.lock();
        Uninterrupted.call(() -> changed.await(SHORT));
        lock.release();
        count++;
        lock.release();
    }

    @Actor
    public void signals() {
        Pause.upTo(500);
        lock.lock();
        changed.signal();
        count++;
        lock.release();
    }

    @Arbiter
    public void total(I_Result r) {
        r.r1 = count;
    }

    /** A wait that comes back with one hold, however many there were. */
    @JCStressTest
    @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
    @Outcome(id = "1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "both were inside at once: an increment was lost")
    @Outcome(expect = Expect.FORBIDDEN, desc = "more was lost than two can lose")
    @State
    public static class Broken {

        private final AtomicInteger holds = new AtomicInteger();
        private int count;

        @Actor
        public void waits() {
            acquire(2);
            holds.set(0);
            acquire(1); // the end of the wait
            holds.decrementAndGet();
            count++;
        }

        @Actor
        public void signals() {
            acquire(1);
            count++;
            holds.decrementAndGet();
        }

        @Arbiter
        public void total(I_Result r) {
            r.r1 = count;
        }

        private void acquire(int n) {
            while (!holds.compareAndSet(0, n)) {
                Thread.onSpinWait();
            }
        }
    }
}
