// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/**
 * What is not bound yet belongs to "the first that uses it", and "a compare-and-set decides, so that of several loops exactly one wins".
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t FirstUse}
 */
@JCStressTest
@Outcome(id = "true, false, true", expect = Expect.ACCEPTABLE, desc = "bound to the left loop")
@Outcome(id = "false, true, false", expect = Expect.ACCEPTABLE, desc = "bound to the right loop")
@Outcome(expect = Expect.FORBIDDEN, desc = "both loops have it, or none, or not the one that was told so")
@State
public class FirstUse {

    private static final EventLoop LEFT = EventLoop.create();
    private static final EventLoop RIGHT = EventLoop.create();

    private final Bound object = new Bound();

    private static final class Bound extends LoopBound {
        Bound() {
            super(null);
        }
    }

    @Actor
    public void left(ZZZ_Result r) {
        r.r1 = object.bindTo(LEFT);
    }

    @Actor
    public void right(ZZZ_Result r) {
        r.r2 = object.bindTo(RIGHT);
    }

    @Arbiter
    public void winner(ZZZ_Result r) {
        r.r3 = object.loop() == LEFT;
    }

    /** Binding in two steps, a look and a write: both loops may find the object free. */
    @JCStressTest
    @Outcome(id = "true, false, true", expect = Expect.ACCEPTABLE, desc = "bound to the left loop")
    @Outcome(id = "false, true, false", expect = Expect.ACCEPTABLE, desc = "bound to the right loop")
    @Outcome(
            id = {"true, true, true", "true, true, false"},
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "both loops have it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "no loop has it")
    @State
    public static class Broken {

        private volatile @Nullable EventLoop loop;

        @Actor
        public void left(ZZZ_Result r) {
            r.r1 = bindTo(LEFT);
        }

        @Actor
        public void right(ZZZ_Result r) {
            r.r2 = bindTo(RIGHT);
        }

        @Arbiter
        public void winner(ZZZ_Result r) {
            r.r3 = loop == LEFT;
        }

        private boolean bindTo(EventLoop candidate) {
            if (loop != null) {
                return false;
            }
            loop = candidate;
            return true;
        }
    }
}
