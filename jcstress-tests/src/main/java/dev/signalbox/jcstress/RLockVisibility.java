// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.RLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "What an owner does before its last release <i>happens before</i> what another does after it has acquired the lock."
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t RLockVisibility}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "locked by the writer")
@Outcome(id = "0, -2", expect = Expect.ACCEPTABLE, desc = "came before the writer")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "sees what was written before the release")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was written before is not visible")
@State
public class RLockVisibility {

    private final RLock lock = new RLock();
    private int data;
    private boolean written;

    @Actor
    public void writes() {
        lock.lock();
        data = Late.same(1);
        written = true;
        lock.release();
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void reads(II_Result r) {
        r.r1 = Late.same(data);
        r.r2 = lock.tryAcquire() ? inside() : -1;
    }

    private int inside() {
        int seen = written ? data : -2;
        lock.release();
        return seen;
    }

    /** A lock that is a plain field: whoever finds it free may see a part of what its owner did. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "locked by the writer")
    @Outcome(id = "0, -2", expect = Expect.ACCEPTABLE, desc = "came before the writer")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "sees what was written before the release")
    @Outcome(expect = Expect.ACCEPTABLE_INTERESTING, desc = "what was written before is not visible")
    @State
    public static class Broken {

        private boolean locked;
        private int data;
        private boolean written;

        @Actor
        public void writes() {
            locked = true;
            data = Late.same(1);
            written = true;
            locked = false;
        }

        @Actor
        public void reads(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = locked ? -1 : inside();
        }

        private int inside() {
            return written ? data : -2;
        }
    }
}
