// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * {@code isClosed()}, from any thread, is "true once {@code close()} has done its work": then nothing that the loop has handed out is pending.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t ClosedIsDone}
 */
@JCStressTest
@Outcome(
        id = {"false, false", "false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "not closed yet")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "closed, with all that belongs to it")
@Outcome(expect = Expect.FORBIDDEN, desc = "closed, and something is still pending")
@State
public class ClosedIsDone {

    private final EventLoop loop = EventLoop.create();
    private final CompletableFuture<Integer> result = loop.submit(() -> 1);

    @Actor
    public void closes() {
        loop.close();
    }

    @Actor
    public void looks(ZZ_Result r) {
        r.r1 = loop.isClosed();
        r.r2 = result.isDone();
    }

    /** Says that it is closed, and then does the work. */
    @JCStressTest
    @Outcome(
            id = {"false, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "not closed yet")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "closed, with all that belongs to it")
    @Outcome(
            id = "true, false",
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "closed, and something is still pending")
    @State
    public static class Broken {

        private final CompletableFuture<Integer> result = new CompletableFuture<>();
        private volatile boolean closed;

        @Actor
        public void closes() {
            closed = true;
            result.completeExceptionally(new IllegalStateException("closed"));
        }

        @Actor
        public void looks(ZZ_Result r) {
            r.r1 = closed;
            r.r2 = result.isDone();
        }
    }
}
