// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Barrier;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "What each party does before {@code await} <i>happens before</i> the action, and the action before what each does after it."
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t BarrierVisibility}
 */
@JCStressTest
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the action saw both, and both see the action")
@Outcome(expect = Expect.FORBIDDEN, desc = "what was done before is not visible")
@State
public class BarrierVisibility {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Barrier barrier = new Barrier(2, this::add);
    private int left;
    private int right;
    private int sum;

    @Actor
    public void left(II_Result r) {
        left = 1;
        Uninterrupted.call(() -> barrier.await(LONG));
        r.r1 = sum;
    }

    @Actor
    public void right(II_Result r) {
        right = 1;
        Uninterrupted.call(() -> barrier.await(LONG));
        r.r2 = sum;
    }

    private void add() {
        sum = left + right;
    }

    /** Lets the others through as soon as all have come, and runs the action afterwards. */
    @JCStressTest
    @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the action saw both, and both see the action")
    @Outcome(
            id = {"0, 2", "2, 0"},
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "let through before the action")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the last does not see its own action")
    @State
    public static class Broken {

        private final AtomicInteger arrived = new AtomicInteger();
        private int left;
        private int right;
        private int sum;

        @Actor
        public void left(II_Result r) {
            left = 1;
            await();
            r.r1 = sum;
        }

        @Actor
        public void right(II_Result r) {
            right = 1;
            await();
            r.r2 = sum;
        }

        private void await() {
            if (arrived.incrementAndGet() == 2) {
                Pause.upTo(20);
                sum = left + right;
            }
            while (arrived.get() < 2) {
                Thread.onSpinWait();
            }
        }
    }
}
