// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Condition;
import dev.signalbox.core.Lock;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * "It has the lock again when it ends, in whatever way", by a signal or because its time has run out: a plain counter is safe after it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t ConditionReacquires}
 */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "both were inside at once: an increment was lost")
@State
public class ConditionReacquires {

    private static final Duration SHORT = Duration.ofNanos(5_000);

    private final Condition changed = new Lock().newCondition();
    private int count;

    private boolean awaitSignal() throws InterruptedException {
        try (var held = changed.acquire()) {
            boolean signalled = changed.await(SHORT);
            count++;
            return signalled;
        }
    }

    @Actor
    public void waits() {
        Uninterrupted.call(this::awaitSignal);
    }

    @Actor
    public void signals() {
        Pause.upTo(500);
        Uninterrupted.call(changed::acquire);
        changed.signal();
        count++;
        changed.release();
    }

    @Arbiter
    public void total(I_Result r) {
        r.r1 = count;
    }

    /** A wait that goes on as soon as it is signalled, while the one that signalled still has the lock. */
    @JCStressTest
    @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
    @Outcome(id = "1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "both were inside at once: an increment was lost")
    @Outcome(expect = Expect.FORBIDDEN, desc = "more was lost than two can lose")
    @State
    public static class Broken {

        private volatile boolean signalled;
        private int count;

        @Actor
        public void waits() {
            while (!signalled) {
                Thread.onSpinWait();
            }
            count++;
        }

        @Actor
        public void signals() {
            signalled = true;
            int before = count;
            Pause.upTo(50);
            count = before + 1;
        }

        @Arbiter
        public void total(I_Result r) {
            r.r1 = count;
        }
    }
}
