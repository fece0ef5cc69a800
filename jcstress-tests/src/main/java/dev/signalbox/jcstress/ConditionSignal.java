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
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * "A wait releases the lock and starts to wait in one step, so no signal can fall in between."
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t ConditionSignal}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "saw the change, at once or by the signal")
@Outcome(expect = Expect.FORBIDDEN, desc = "the signal was lost")
@State
public class ConditionSignal {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Condition changed = new Lock().newCondition();
    private boolean ready;

    private boolean awaitReady() throws InterruptedException {
        try (var held = changed.acquire()) {
            return changed.awaitUntil(() -> ready, LONG);
        }
    }

    @Actor
    public void waits(Z_Result r) {
        r.r1 = Uninterrupted.call(this::awaitReady);
    }

    @Actor
    public void signals() {
        Pause.upTo(200);
        Uninterrupted.call(changed::acquire);
        ready = true;
        changed.signal();
        changed.release();
    }

    /** Tests before it has the lock and waits without testing again: a signal in between finds nobody. */
    @JCStressTest
    @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "saw the change, at once or by the signal")
    @Outcome(id = "false", expect = Expect.ACCEPTABLE_INTERESTING, desc = "the signal was lost")
    @State
    public static class Broken {

        private static final Duration SHORT = Duration.ofMillis(1);

        private final Condition changed = new Lock().newCondition();
        private volatile boolean ready;

        private boolean awaitSignal() throws InterruptedException {
            try (var held = changed.acquire()) {
                return changed.await(SHORT);
            }
        }

        @Actor
        public void waits(Z_Result r) {
            r.r1 = ready;
            if (!r.r1) {
                r.r1 = Uninterrupted.call(this::awaitSignal);
            }
        }

        @Actor
        public void signals() {
            Pause.upTo(200);
            Uninterrupted.call(changed::acquire);
            ready = true;
            changed.signal();
            changed.release();
        }
    }
}
