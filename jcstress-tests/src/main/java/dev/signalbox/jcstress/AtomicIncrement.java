// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two atomic increments are both counted; {@link PlainIncrement} is what happens without the atomic. */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "both increments counted")
@Outcome(expect = Expect.FORBIDDEN, desc = "an increment was lost")
@State
public class AtomicIncrement {

    private final AtomicInteger count = new AtomicInteger();

    /** Increments once. */
    @Actor
    public void first() {
        count.incrementAndGet();
    }

    /** Increments once. */
    @Actor
    public void second() {
        count.incrementAndGet();
    }

    /**
     * Reads the count after both.
     *
     * @param r the result
     */
    @Arbiter
    public void total(I_Result r) {
        r.r1 = count.get();
    }
}
