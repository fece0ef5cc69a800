// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.BoundedSemaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * "What is out stays out" of a resize, and a release fails only beyond the bound: a rightful release that meets a resize succeeds, and no
 * permit is lost or made up.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t ResizeAndRelease}
 */
@JCStressTest
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "released, and as many free as the new bound says")
@Outcome(expect = Expect.FORBIDDEN, desc = "a rightful release was refused, or a permit lost or made up")
@State
public class ResizeAndRelease {

    private final BoundedSemaphore semaphore = new BoundedSemaphore(2);

    /** One permit is out, one free. */
    public ResizeAndRelease() {
        Uninterrupted.call(semaphore::acquire);
    }

    @Actor
    public void releases(ZI_Result r) {
        try {
            semaphore.release();
            r.r1 = true;
        } catch (IllegalStateException e) {
            r.r1 = false;
        }
    }

    @Actor
    public void shrinks() {
        semaphore.resize(1);
    }

    @Arbiter
    public void count(ZI_Result r) {
        r.r2 = semaphore.availablePermits();
    }

    /** Bound and free permits in two words, moved one after the other: in between a rightful release is beyond the bound. */
    @JCStressTest
    @Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "released, and as many free as the new bound says")
    @Outcome(id = "false, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "a rightful release was refused")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a permit was made up")
    @State
    public static class Broken {

        private volatile int bound = 2;
        private final AtomicInteger free = new AtomicInteger(1);

        @Actor
        public void releases(ZI_Result r) {
            if (free.get() + 1 <= bound) {
                free.incrementAndGet();
                r.r1 = true;
            }
        }

        @Actor
        public void shrinks() {
            bound = 1;
            free.decrementAndGet();
        }

        @Arbiter
        public void count(ZI_Result r) {
            r.r2 = free.get();
        }
    }
}
