// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Guard;
import dev.signalbox.core.Lock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "<b>Memory consistency effects:</b> those of the release of the object that returned the guard", and any thread may close it: here another than
 * the one that acquired the lock.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t GuardVisibility}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "not closed yet")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "sees what was written before the close")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was written before is not visible")
@State
public class GuardVisibility {

    private final Lock lock = new Lock();
    private final Guard guard = Uninterrupted.call(lock::acquire);
    private int data;

    @Actor
    public void closes() {
        data = Late.same(1);
        guard.close();
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void acquires(II_Result r) {
        r.r1 = Late.same(data);
        r.r2 = lock.tryAcquire() ? data : -1;
    }

    /** A guard that is a plain field: whoever finds it closed may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "not closed yet")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "sees what was written before the close")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what was written before is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean closed;
        private int data;

        @Actor
        public void closes() {
            data = Late.same(1);
            closed = true;
        }

        @Actor
        public void acquires(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = closed ? data : -1;
        }
    }
}
