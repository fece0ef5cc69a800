// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import dev.signalbox.jcstress.Pause;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * "Sends an item into the loop and wakes it": the same as {@link InboxWakeUp}, but with the engine's own sleep and post, spins and
 * parking included.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t EngineWakeUp}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "the item was run, whether the loop slept or not")
@Outcome(expect = Expect.FORBIDDEN, desc = "the loop slept on, with an item in the inbox")
@State
public class EngineWakeUp {

    private static final long LONG_NANOS = 10_000_000_000L;

    private final Engine engine = EngineSteps.create();
    private final Worker me = new Worker(engine);
    private final Alarm alarm = new Alarm();
    private boolean arrived;

    /** Ends a sleep that nobody ended. */
    private static final class Alarm extends Timer {
        @Override
        protected void expire() {}
    }

    @Actor
    public void sleeps(Z_Result r) {
        me.bind(Thread.currentThread());
        long start = System.nanoTime();
        engine.schedule(alarm, LONG_NANOS);
        engine.takeReady();
        while (!arrived && System.nanoTime() - start < LONG_NANOS) {
            EngineSteps.sleep(engine, me);
            engine.takeReady();
        }
        r.r1 = System.nanoTime() - start < LONG_NANOS;
    }

    @Actor
    public void posts() {
        Pause.upTo(1_000);
        engine.post(Op.of(() -> arrived = true));
    }

    /** Publishes the sleeper after the last look at the inbox: a push in between finds nobody to wake. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "true, false"},
            expect = Expect.ACCEPTABLE,
            desc = "the loop saw the item and stays awake")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "the loop sleeps and is woken")
    @Outcome(expect = Expect.ACCEPTABLE_INTERESTING, desc = "the loop sleeps, and nobody wakes it")
    @State
    public static class Broken {

        private final Inbox inbox = new Inbox();
        private final Op item = Op.of(() -> {});
        private volatile @Nullable Thread sleeper;

        @Actor
        public void posts(ZZ_Result r) {
            r.r1 = inbox.push(item) == Inbox.Push.FIRST && sleeper != null;
        }

        @Actor
        public void sleeps(ZZ_Result r) {
            r.r2 = inbox.isEmpty();
            if (r.r2) {
                sleeper = Thread.currentThread();
            }
        }
    }
}
