// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Event;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * "Setting the flag releases everyone who waits for it": also who has looked before the set and begins to wait after it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t EventWakes}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "came through")
@Outcome(expect = Expect.FORBIDDEN, desc = "the wake-up was lost")
@State
public class EventWakes {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Event event = new Event();

    @Actor
    public void waits(Z_Result r) {
        r.r1 = Uninterrupted.call(() -> event.await(LONG));
    }

    @Actor
    public void wakes() {
        Pause.upTo(500);
        event.set();
    }

    /** Looks, and then registers as waiting without a second look: a set in between wakes nobody. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "found it set, whether woken or not")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "waited, and was woken")
    @Outcome(
            id = "true, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "would wait for ever: the wake-up was lost")
    @State
    public static class Broken {

        private volatile boolean open;
        private volatile boolean waiting;

        @Actor
        public void waits(ZZ_Result r) {
            if (!open) {
                waiting = true; // and no second look
                r.r1 = true;
            }
        }

        @Actor
        public void wakes(ZZ_Result r) {
            open = true;
            r.r2 = waiting;
        }
    }
}
