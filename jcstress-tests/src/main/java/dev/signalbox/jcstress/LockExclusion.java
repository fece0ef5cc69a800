// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Lock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * "At most one caller holds the lock", and "what a thread does before it releases the lock <i>happens before</i> what another does after it
 * has acquired it": a plain counter is safe behind it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t LockExclusion}
 */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "both were inside at once: an increment was lost")
@State
public class LockExclusion {

    private final Lock lock = new Lock();
    private int count;

    @Actor
    public void left() {
        Uninterrupted.call(lock::acquire);
        count++;
        lock.release();
    }

    @Actor
    public void right() {
        Uninterrupted.call(lock::acquire);
        count++;
        lock.release();
    }

    @Arbiter
    public void total(I_Result r) {
        r.r1 = count;
    }

    /** A flag that is tested first and set afterwards: both may find it free. */
    @JCStressTest
    @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
    @Outcome(id = "1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "both were inside at once: an increment was lost")
    @Outcome(expect = Expect.FORBIDDEN, desc = "more was lost than two can lose")
    @State
    public static class Broken {

        private volatile boolean locked;
        private int count;

        @Actor
        public void left() {
            while (locked) {
                Thread.onSpinWait();
            }
            locked = true;
            count++;
            locked = false;
        }

        @Actor
        public void right() {
            while (locked) {
                Thread.onSpinWait();
            }
            locked = true;
            count++;
            locked = false;
        }

        @Arbiter
        public void total(I_Result r) {
            r.r1 = count;
        }
    }
}
