// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Condition;
import dev.signalbox.core.Lock;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Who was signalled has the lock after who signalled it, and sees all that was done before: "it has the lock again when it ends".
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t ConditionVisibility}
 */
@JCStressTest
@Outcome(id = "0, -1", expect = Expect.ACCEPTABLE, desc = "the time ran out")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "signalled, and sees what was written before")
@Outcome(id = "1, -1", expect = Expect.ACCEPTABLE, desc = "came after the signal")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was written before is not visible")
@State
public class ConditionVisibility {

    private static final Duration SHORT = Duration.ofNanos(20_000);

    private final Condition changed = new Lock().newCondition();
    private int data;

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void waits(II_Result r) {
        Uninterrupted.call(changed::acquire);
        r.r1 = Late.same(data);
        r.r2 = Uninterrupted.call(() -> changed.await(SHORT)) ? data : -1;
        changed.release();
    }

    @Actor
    public void signals() {
        Pause.upTo(1_000);
        Uninterrupted.call(changed::acquire);
        data = Late.same(1);
        changed.signal();
        changed.release();
    }

    /** A signal that is a plain field: whoever sees it may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "no signal")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "signalled, and sees what was written before")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what was written before is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean signalled;
        private int data;

        @Actor
        public void waits(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = signalled ? data : -1;
        }

        @Actor
        public void signals() {
            data = Late.same(1);
            signalled = true;
        }
    }
}
