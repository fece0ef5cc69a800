// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * "If the loop closes first the result fails", and a loop that is closing or closed refuses the body: no result stays pending for ever.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SubmitOrClose}
 */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "accepted, and failed by the close")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "accepted and forgotten")
@State
public class SubmitOrClose {

    private final EventLoop loop = EventLoop.create();
    private @Nullable CompletableFuture<Integer> result;

    @Actor
    public void submits(ZZ_Result r) {
        try {
            result = loop.submit(() -> 1);
            r.r1 = true;
        } catch (IllegalStateException e) {
            r.r1 = false;
        }
    }

    @Actor
    public void closes() {
        loop.close();
    }

    @Arbiter
    public void result(ZZ_Result r) {
        r.r2 = result == null || result.isCompletedExceptionally();
    }

    /** A flag that is asked before the result is handed in: the close may come in between. */
    @JCStressTest
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "accepted, and failed by the close")
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "refused")
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE_INTERESTING, desc = "accepted and forgotten")
    @State
    public static class Broken {

        private volatile boolean closed;
        private volatile @Nullable CompletableFuture<Integer> result;

        @Actor
        public void submits(ZZ_Result r) {
            if (!closed) {
                result = new CompletableFuture<>();
                r.r1 = true;
            }
        }

        @Actor
        public void closes() {
            closed = true;
            CompletableFuture<Integer> pending = result;
            if (pending != null) {
                pending.completeExceptionally(new IllegalStateException("closed"));
            }
        }

        @Arbiter
        public void result(ZZ_Result r) {
            r.r2 = result == null || result.isCompletedExceptionally();
        }
    }
}
