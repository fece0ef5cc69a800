// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The broken twin of {@link AtomicIncrement}: two plain increments, one of which may be lost. */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "both increments counted")
@Outcome(id = "1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "an increment was lost")
@State
public class PlainIncrement {

    private int count;

    /** Increments once. */
    @Actor
    public void first() {
        count++;
    }

    /** Increments once. */
    @Actor
    public void second() {
        count++;
    }

    /**
     * Reads the count after both.
     *
     * @param r the result
     */
    @Arbiter
    public void total(I_Result r) {
        r.r1 = count;
    }
}
