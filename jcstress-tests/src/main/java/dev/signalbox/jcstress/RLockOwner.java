// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.RLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * "A release by anyone else throws {@link IllegalMonitorStateException}", at whatever moment of the owner's it comes, and changes nothing.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t RLockOwner}
 */
@JCStressTest
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "refused, and the owner released")
@Outcome(expect = Expect.FORBIDDEN, desc = "released for another, or the owner was refused")
@State
public class RLockOwner {

    private final RLock lock = new RLock();

    @Actor
    public void owns() {
        lock.lock();
        lock.release();
    }

    @Actor
    public void doesNotOwn(ZZ_Result r) {
        r.r1 = released();
    }

    @Arbiter
    public void state(ZZ_Result r) {
        r.r2 = lock.isLocked();
    }

    private boolean released() {
        try {
            lock.release();
            return true;
        } catch (IllegalMonitorStateException e) {
            return false;
        }
    }

    /** A release that asks whether the lock is held, and not by whom. */
    @JCStressTest
    @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "refused, and the owner released")
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE_INTERESTING, desc = "released for another")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the lock is still held")
    @State
    public static class Broken {

        private volatile boolean locked;

        @Actor
        public void owns() {
            locked = true;
            Pause.upTo(20);
            locked = false;
        }

        @Actor
        public void doesNotOwn(ZZ_Result r) {
            r.r1 = released();
        }

        @Arbiter
        public void state(ZZ_Result r) {
            r.r2 = locked;
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
