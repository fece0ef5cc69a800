// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Event;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "What a thread does before it sets the flag <i>happens before</i> what another does [...] after {@code isSet()} has returned true because
 * of it."
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t EventVisibility}
 */
@JCStressTest
@Outcome(
        id = {"0, -1", "1, -1"},
        expect = Expect.ACCEPTABLE,
        desc = "not set yet")
@Outcome(
        id = {"0, 1", "1, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "sees what was written before the set")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was written before is not visible")
@State
public class EventVisibility {

    private final Event event = new Event();
    private int data;

    @Actor
    public void writes() {
        data = Late.same(1);
        event.set();
    }

    // The early look is the trap: without the edge, a compiler may take its result for the late one.
    @Actor
    public void reads(II_Result r) {
        r.r1 = Late.same(data);
        r.r2 = event.isSet() ? data : -1;
    }

    /** A flag that is a plain field: whoever sees it may still see what was there before. */
    @JCStressTest
    @Outcome(
            id = {"0, -1", "1, -1"},
            expect = Expect.ACCEPTABLE,
            desc = "not set yet")
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "sees what was written before the set")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "what was written before is not visible")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was seen is gone")
    @State
    public static class Broken {

        private boolean flag;
        private int data;

        @Actor
        public void writes() {
            data = Late.same(1);
            flag = true;
        }

        @Actor
        public void reads(II_Result r) {
            r.r1 = Late.same(data);
            r.r2 = flag ? data : -1;
        }
    }
}
