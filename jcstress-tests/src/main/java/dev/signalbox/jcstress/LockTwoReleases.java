// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Lock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/**
 * "When two threads race to release one hold, exactly one of them gets" the {@code IllegalMonitorStateException}.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t LockTwoReleases}
 */
@JCStressTest
@Outcome(
        id = {"true, false, false", "false, true, false"},
        expect = Expect.ACCEPTABLE,
        desc = "one released, the other was told")
@Outcome(expect = Expect.FORBIDDEN, desc = "both were told, or nobody, or the lock is still held")
@State
public class LockTwoReleases {

    private final Lock lock = new Lock();

    /** The lock is held. */
    public LockTwoReleases() {
        lock.lock();
    }

    @Actor
    public void left(ZZZ_Result r) {
        r.r1 = released();
    }

    @Actor
    public void right(ZZZ_Result r) {
        r.r2 = released();
    }

    @Arbiter
    public void state(ZZZ_Result r) {
        r.r3 = lock.isLocked();
    }

    private boolean released() {
        try {
            lock.release();
            return true;
        } catch (IllegalMonitorStateException e) {
            return false;
        }
    }

    /** A release that tests first and writes afterwards, which is enough only where a lock has an owner. */
    @JCStressTest
    @Outcome(
            id = {"true, false, false", "false, true, false"},
            expect = Expect.ACCEPTABLE,
            desc = "one released, the other was told")
    @Outcome(
            id = "true, true, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "nobody was told of the second release")
    @Outcome(expect = Expect.FORBIDDEN, desc = "both were told")
    @State
    public static class Broken {

        private volatile boolean locked = true;

        @Actor
        public void left(ZZZ_Result r) {
            r.r1 = released();
        }

        @Actor
        public void right(ZZZ_Result r) {
            r.r2 = released();
        }

        @Arbiter
        public void state(ZZZ_Result r) {
            r.r3 = locked;
        }

        private boolean released() {
            if (!locked) {
                return false;
            }
            locked = false;
            return true;
        }
    }
}
