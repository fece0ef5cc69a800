// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Event;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * "What a thread does before it sets the flag, even one that is set, <i>happens before</i> what another does [...] after a {@code clear()} that
 * has taken it back."
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t EventSetAgain}
 */
@JCStressTest
@Outcome(id = "1, false", expect = Expect.ACCEPTABLE, desc = "the set came first: its work is seen")
@Outcome(
        id = {"0, true", "1, true"},
        expect = Expect.ACCEPTABLE,
        desc = "the clear came first: the flag is up")
@Outcome(expect = Expect.FORBIDDEN, desc = "work that nobody has seen, and the flag is down")
@State
public class EventSetAgain {

    private final Event event = new Event();
    private int data;

    public EventSetAgain() {
        event.set();
    }

    @Actor
    public void works() {
        data = 1;
        event.set();
    }

    @Actor
    public void looks(IZ_Result r) {
        event.clear();
        r.r1 = data;
    }

    @Arbiter
    public void end(IZ_Result r) {
        r.r2 = event.isSet();
    }

    /** Sets the flag only if it is down: the look may come before what was written earlier is there to be seen. */
    @JCStressTest
    @Outcome(id = "1, false", expect = Expect.ACCEPTABLE, desc = "the set came first: its work is seen")
    @Outcome(
            id = {"0, true", "1, true"},
            expect = Expect.ACCEPTABLE,
            desc = "the clear came first: the flag is up")
    @Outcome(
            id = "0, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "work that nobody has seen, and the flag is down")
    @State
    public static class Broken {

        private volatile boolean flag = true;
        private int data;

        @Actor
        public void works() {
            data = 1;
            if (!flag) {
                flag = true;
            }
        }

        @Actor
        public void looks(IZ_Result r) {
            flag = false;
            r.r1 = data;
        }

        @Arbiter
        public void end(IZ_Result r) {
            r.r2 = flag;
        }
    }
}
