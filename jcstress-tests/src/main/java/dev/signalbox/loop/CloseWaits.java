// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.jcstress.Pause;
import java.util.concurrent.atomic.AtomicBoolean;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * To close a loop, from any thread: "a loop that is closed already is left alone; a second thread waits for the first".
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t CloseWaits}
 */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "closed for both")
@Outcome(expect = Expect.FORBIDDEN, desc = "came back from a close before the loop was closed")
@State
public class CloseWaits {

    private final EventLoop loop = EventLoop.create();

    @Actor
    public void left(ZZ_Result r) {
        loop.close();
        r.r1 = loop.isClosed();
    }

    @Actor
    public void right(ZZ_Result r) {
        loop.close();
        r.r2 = loop.isClosed();
    }

    /** One of them closes, and the other goes on at once. */
    @JCStressTest
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "closed for both")
    @Outcome(
            id = {"true, false", "false, true"},
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "came back from a close before it was done")
    @Outcome(expect = Expect.FORBIDDEN, desc = "nobody has closed it")
    @State
    public static class Broken {

        private final AtomicBoolean closing = new AtomicBoolean();
        private volatile boolean closed;

        @Actor
        public void left(ZZ_Result r) {
            close();
            r.r1 = closed;
        }

        @Actor
        public void right(ZZ_Result r) {
            close();
            r.r2 = closed;
        }

        private void close() {
            if (closing.compareAndSet(false, true)) {
                Pause.upTo(50);
                closed = true;
            }
        }
    }
}
