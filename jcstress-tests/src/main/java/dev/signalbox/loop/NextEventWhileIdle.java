// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.jcstress.Meeting;
import dev.signalbox.jcstress.Pause;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * {@code nextEventIn()} is for "any thread, as long as nobody runs this loop": it looks at what only a run may touch, or refuses.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t NextEventWhileIdle}
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "nobody runs the loop")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "refused: somebody runs it")
@Outcome(expect = Expect.FORBIDDEN, desc = "looked at it while somebody ran the loop")
@State
public class NextEventWhileIdle {

    private final Meeting meeting = new Meeting();
    private final Lifecycle lifecycle = new Lifecycle();
    private int timers;

    @Actor
    public void looks(I_Result r) {
        meeting.await();
        r.r1 = (int) lifecycle.whileIdle(() -> timers).orElse(-1);
    }

    @Actor
    public void runs() {
        meeting.await();
        if (lifecycle.beginRun()) {
            timers = 1;
        }
    }

    /** Asks whether somebody runs the loop, and then looks: a run may begin in between. */
    @JCStressTest
    @Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "nobody runs the loop")
    @Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "refused: somebody runs it")
    @Outcome(id = "1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "looked at it while somebody ran the loop")
    @State
    public static class Broken {

        private final Meeting meeting = new Meeting();
        private volatile boolean running;
        private volatile int timers;

        @Actor
        public void looks(I_Result r) {
            meeting.await();
            boolean refused = running;
            Pause.upTo(20);
            r.r1 = refused ? -1 : timers;
        }

        @Actor
        public void runs() {
            meeting.await();
            Pause.upTo(20);
            running = true;
            timers = 1;
        }
    }
}
