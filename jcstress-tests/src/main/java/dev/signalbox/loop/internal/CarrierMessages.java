// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import dev.signalbox.jcstress.Pause;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * "Has something done on the carrier": by the thread that is about to stop being the carrier, or by another one that is asked for.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t CarrierMessages}
 */
@JCStressTest
@Outcome(
        id = {"true, false", "true, true"},
        expect = Expect.ACCEPTABLE,
        desc = "the carrier did it before its end")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "another carrier is asked for")
@Outcome(expect = Expect.FORBIDDEN, desc = "nobody will ever do it")
@State
public class CarrierMessages {

    private final Carrier carrier = new Carrier(task -> asked(), Thread::currentThread, 0);
    private volatile boolean asked;
    private volatile boolean done;

    private void asked() {
        asked = true;
    }

    @Actor
    public void carries() {
        carrier.carry();
    }

    @Actor
    public void sends() {
        Pause.upTo(50);
        carrier.send(() -> done = true);
    }

    @Arbiter
    public void after(ZZ_Result r) {
        r.r1 = done;
        r.r2 = asked;
    }

    /** Stops being the carrier without another look: what was sent after the last one is left. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "true, true"},
            expect = Expect.ACCEPTABLE,
            desc = "the carrier did it before its end")
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "another carrier is asked for")
    @Outcome(expect = Expect.ACCEPTABLE_INTERESTING, desc = "nobody will ever do it")
    @State
    public static class Broken {

        private final Queue<Runnable> messages = new ConcurrentLinkedQueue<>();
        private volatile @Nullable Thread carrier;
        private volatile boolean asked;
        private volatile boolean done;

        @Actor
        public void carries() {
            carrier = Thread.currentThread();
            for (Runnable message = messages.poll(); message != null; message = messages.poll()) {
                message.run();
            }
            Pause.upTo(50);
            carrier = null;
        }

        @Actor
        public void sends() {
            Pause.upTo(50);
            messages.add(() -> done = true);
            asked = carrier == null;
        }

        @Arbiter
        public void after(ZZ_Result r) {
            r.r1 = done;
            r.r2 = asked;
        }
    }
}
