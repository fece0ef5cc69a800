// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.RLock;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * "Each acquisition adds a hold, and each release takes one away; with the last one the lock is free": a plain counter is safe after the
 * inner of two releases, since the lock is still held.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t RLockExclusion}
 */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "both were inside at once: an increment was lost")
@State
public class RLockExclusion {

    private final RLock lock = new RLock();
    private int count;

    @Actor
    public void left() {
        addOne();
    }

    @Actor
    public void right() {
        addOne();
    }

    @Arbiter
    public void total(I_Result r) {
        r.r1 = count;
    }

    private void addOne() {
        lock.lock();
        lock.lock();
        lock.release();
        count++;
        lock.release();
    }

    /** A lock that knows its owner and does not count: the inner release frees it. */
    @JCStressTest
    @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
    @Outcome(id = "1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "both were inside at once: an increment was lost")
    @Outcome(expect = Expect.FORBIDDEN, desc = "more was lost than two can lose")
    @State
    public static class Broken {

        private final AtomicReference<@Nullable Thread> owner = new AtomicReference<>();
        private int count;

        @Actor
        public void left() {
            addOne();
        }

        @Actor
        public void right() {
            addOne();
        }

        @Arbiter
        public void total(I_Result r) {
            r.r1 = count;
        }

        private void addOne() {
            lock();
            lock();
            owner.set(null);
            count++;
            owner.set(null);
        }

        private void lock() {
            Thread me = Thread.currentThread();
            while (owner.get() != me && !owner.compareAndSet(null, me)) {
                Thread.onSpinWait();
            }
        }
    }
}
