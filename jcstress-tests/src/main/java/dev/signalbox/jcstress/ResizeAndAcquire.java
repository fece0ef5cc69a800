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
import org.openjdk.jcstress.infra.results.IZI_Result;

/**
 * "There are never more permits out than the bound in force when the last of them was acquired": who has seen the smaller bound gets no
 * permit beyond it, and what was granted before is a debt, not a loss.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t ResizeAndAcquire}
 */
@JCStressTest
@Outcome(
        id = {"2, true, -1", "2, false, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "looked before the resize; in time for a permit, or not")
@Outcome(id = "1, false, 0", expect = Expect.ACCEPTABLE, desc = "looked after the resize: no permit")
@Outcome(expect = Expect.FORBIDDEN, desc = "granted beyond the bound, or a permit lost")
@State
public class ResizeAndAcquire {

    private final BoundedSemaphore semaphore = new BoundedSemaphore(2);

    /** One permit is out, one free. */
    public ResizeAndAcquire() {
        Uninterrupted.call(semaphore::acquire);
    }

    @Actor
    public void acquires(IZI_Result r) {
        r.r1 = semaphore.bound();
        r.r2 = semaphore.tryAcquire();
    }

    @Actor
    public void shrinks() {
        semaphore.resize(1);
    }

    @Arbiter
    public void count(IZI_Result r) {
        r.r3 = semaphore.availablePermits();
    }

    /** Bound and free permits in two words: the new bound is known while the old permits can still be had. */
    @JCStressTest
    @Outcome(
            id = {"2, true, -1", "2, false, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "looked before the resize; in time for a permit, or not")
    @Outcome(id = "1, false, 0", expect = Expect.ACCEPTABLE, desc = "looked after the resize: no permit")
    @Outcome(id = "1, true, -1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "granted beyond the bound in force")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a permit was lost")
    @State
    public static class Broken {

        private volatile int bound = 2;
        private final AtomicInteger free = new AtomicInteger(1);

        @Actor
        public void acquires(IZI_Result r) {
            r.r1 = bound;
            r.r2 = free.getAndUpdate(n -> n > 0 ? n - 1 : n) > 0;
        }

        @Actor
        public void shrinks() {
            bound = 1;
            Pause.upTo(20);
            free.decrementAndGet();
        }

        @Arbiter
        public void count(IZI_Result r) {
            r.r3 = free.get();
        }
    }
}
