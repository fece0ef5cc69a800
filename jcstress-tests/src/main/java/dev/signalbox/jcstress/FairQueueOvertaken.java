// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import dev.signalbox.core.Queue;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * "In a fair queue nobody is overtaken": the room that a take makes goes to who waits for it, at whatever point of its way there it
 * meets another who wants it.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t FairQueueOvertaken}
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "the room was for who waited")
@Outcome(expect = Expect.FORBIDDEN, desc = "who waited was overtaken, or not woken")
@State
public class FairQueueOvertaken {

    private final Meeting meeting = new Meeting(Queue.fair(1));

    @Actor
    public void waits(ZZ_Result r) {
        r.r1 = meeting.waitToPut();
    }

    @Actor
    public void overtakes(ZZ_Result r) {
        r.r2 = meeting.takeAndOvertake();
    }

    /** One who waits for room, and one who makes it and wants it. */
    static final class Meeting {

        private static final Duration LONG = Duration.ofSeconds(10);

        private final Queue<Integer> queue;
        private volatile @Nullable Thread waiter;

        Meeting(Queue<Integer> queue) {
            this.queue = queue;
            queue.add(0);
        }

        boolean waitToPut() {
            waiter = Thread.currentThread();
            return Uninterrupted.call(() -> queue.offer(1, LONG));
        }

        boolean takeAndOvertake() {
            while (!isSomebodyParked()) {
                Thread.onSpinWait();
            }
            queue.remove();
            Pause.upTo(2_000);
            boolean overtook = queue.offer(2);
            if (overtook) {
                queue.remove(); // the other must not wait for ever
            }
            return overtook;
        }

        private boolean isSomebodyParked() {
            Thread thread = waiter;
            return thread != null
                    && thread.getState() == Thread.State.TIMED_WAITING
                    && LockSupport.getBlocker(thread) != null;
        }
    }

    /** A queue that is not fair. */
    @JCStressTest
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "who waited was fast enough")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE_INTERESTING, desc = "who waited was overtaken")
    @Outcome(expect = Expect.FORBIDDEN, desc = "who waited was not woken")
    @State
    public static class Broken {

        private final Meeting meeting = new Meeting(new Queue<>(1));

        @Actor
        public void waits(ZZ_Result r) {
            r.r1 = meeting.waitToPut();
        }

        @Actor
        public void overtakes(ZZ_Result r) {
            r.r2 = meeting.takeAndOvertake();
        }
    }
}
