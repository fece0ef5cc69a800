// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Event;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * "{@code set(); clear()} lets through all who were waiting, and nobody who comes later": the flag goes up and down while somebody is
 * known to wait.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t EventSetThenClear}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "released, though the flag is down again")
@Outcome(expect = Expect.FORBIDDEN, desc = "the clear held back one who was waiting")
@State
public class EventSetThenClear {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final Sleeper waiter = new Sleeper();
    private final Event event = new Event();

    @Actor
    public void waits(Z_Result r) {
        waiter.begin();
        r.r1 = Uninterrupted.call(() -> event.await(LONG));
        waiter.end();
    }

    @Actor
    public void setsAndClears() {
        if (waiter.awaitAsleep()) {
            event.set();
            event.clear();
        }
    }

    /** An event made of a monitor and one flag, which a waiter that was woken looks at again, too late. */
    @JCStressTest
    @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "released, though the flag is down again")
    @Outcome(id = "false", expect = Expect.ACCEPTABLE_INTERESTING, desc = "the clear held back one who was waiting")
    @State
    public static class Broken {

        private static final long SHORT_NANOS = 1_000_000;

        private final Sleeper waiter = new Sleeper();
        private boolean set;

        @Actor
        public void waits(Z_Result r) {
            waiter.begin();
            r.r1 = Uninterrupted.call(this::await);
            waiter.end();
        }

        @Actor
        public void setsAndClears() {
            if (waiter.awaitAsleep()) {
                set();
                clear();
            }
        }

        private synchronized boolean await() throws InterruptedException {
            long deadline = System.nanoTime() + SHORT_NANOS;
            while (!set && System.nanoTime() < deadline) {
                wait(1);
            }
            return set;
        }

        private synchronized void set() {
            set = true;
            notifyAll();
        }

        private synchronized void clear() {
            set = false;
        }
    }

    /** Knows when the other thread sleeps. */
    private static final class Sleeper {

        private volatile Thread thread = Thread.currentThread();
        private volatile boolean begun;
        private volatile boolean ended;

        void begin() {
            thread = Thread.currentThread();
            begun = true;
        }

        void end() {
            ended = true;
        }

        /** True once it sleeps, false if it has come to its end. */
        boolean awaitAsleep() {
            while (!ended) {
                if (begun && thread.getState() == Thread.State.TIMED_WAITING) {
                    return true;
                }
                Thread.onSpinWait();
            }
            return false;
        }
    }
}
