// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.jcstress.Pause;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A stop, from any thread, "ends the run after the current round, or the next one after its first round": at the moment when a run begins it
 * is for that run, and not for the one after it. Runs are numbered.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t StopNextRun}
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the stop is for this run")
@Outcome(expect = Expect.FORBIDDEN, desc = "the stop is for another run")
@State
public class StopNextRun {

    private final Lifecycle lifecycle = new Lifecycle();

    @Actor
    public void stops(II_Result r) {
        r.r1 = lifecycle.runOrNext();
    }

    @Actor
    public void runs(II_Result r) {
        if (lifecycle.beginRun()) {
            r.r2 = lifecycle.run();
        }
    }

    /** Beginning and asking without a lock: a stop in between takes the run that begins for the one before. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the stop is for this run")
    @Outcome(id = "2, 1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "the stop is for the run after this one")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the stop is for no run")
    @State
    public static class Broken {

        private volatile boolean running;
        private volatile int runs;

        @Actor
        public void stops(II_Result r) {
            r.r1 = running ? runs : runs + 1;
        }

        @Actor
        public void runs(II_Result r) {
            runs = 1;
            Pause.upTo(20);
            running = true;
            r.r2 = runs;
        }
    }
}
