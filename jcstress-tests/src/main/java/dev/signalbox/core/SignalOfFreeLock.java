// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * A release calls who was signalled, and a signal without the lock, which may come just after the last release, calls by itself: "no waiter
 * is lost by it".
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t SignalOfFreeLock}
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "called")
@Outcome(expect = Expect.FORBIDDEN, desc = "signalled, and nobody will ever call it")
@State
public class SignalOfFreeLock {

    private final Lock lock = new Lock();
    private final ConditionQueue queue = new ConditionQueue(lock.mutex());
    private final ConditionQueue.Waiter waiter;

    public SignalOfFreeLock() {
        lock.lock();
        waiter = queue.enter();
    }

    @Actor
    public void releases() {
        lock.unlock();
    }

    @Actor
    public void signals() {
        queue.signal(1);
    }

    @Arbiter
    public void result(Z_Result r) {
        r.r1 = waiter.isCalled();
    }

    /** Looks at the lock before the waiter can be seen there: a release in between calls nobody. */
    @JCStressTest
    @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "called")
    @Outcome(id = "false", expect = Expect.ACCEPTABLE_INTERESTING, desc = "signalled, and nobody will ever call it")
    @State
    public static class Broken {

        private final Queue<String> signalled = new ConcurrentLinkedQueue<>();
        private volatile boolean locked = true;
        private volatile boolean called;

        @Actor
        public void releases() {
            locked = false;
            callNext();
        }

        @Actor
        public void signals() {
            boolean free = !locked;
            signalled.add("waiter");
            if (free) {
                callNext();
            }
        }

        private void callNext() {
            if (signalled.poll() != null) {
                called = true;
            }
        }

        @Arbiter
        public void result(Z_Result r) {
            r.r1 = called;
        }
    }
}
