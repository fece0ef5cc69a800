// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Lock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "One thread may acquire it and another release it, as when work is handed over", and "what a thread does before it releases the lock
 * <i>happens before</i> what another does after it has acquired it". The lock is held at first; the writer hands it over.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t LockHandOver}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "still locked")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "sees what was written before the release")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was written before is not visible")
@State
public class LockHandOver {

    private final Lock lock = held();
    private int data;

    private static Lock held() {
        Lock lock = new Lock();
        lock.lock();
        return lock;
    }

    @Actor
    public void writes() {
        data = Late.same(1);
        lock.release();
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void reads(II_Result r) {
        r.r1 = Late.same(data);
        r.r2 = lock.tryAcquire() ? data : -1;
    }

    /** A lock that is a plain field: whoever finds it free may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "still locked")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "sees what was written before the release")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what was written before is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean free;
        private int data;

        @Actor
        public void writes() {
            data = Late.same(1);
            free = true;
        }

        @Actor
        public void reads(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = free ? data : -1;
        }
    }
}
