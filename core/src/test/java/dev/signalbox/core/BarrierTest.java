// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What our barrier does and the JDK's does not. */
@ExtendWith(TestThreads.Extension.class)
final class BarrierTest {
    private final Event acting = new Event();
    private final Event mayGoOn = new Event();
    private final AtomicBoolean fails = new AtomicBoolean();
    private final Barrier slow = new Barrier(2, this::act);

    private void act() {
        try {
            acting.set();
            mayGoOn.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (fails.get()) {
            throw new UnsupportedOperationException("from the action");
        }
    }

    @Test
    void arguments_areChecked() {
        assertThatThrownBy(() -> new Barrier(0))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("parties: 0 (expected: > 0)");
        assertThatThrownBy(() -> new Barrier(-1, () -> {}))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("parties: -1 (expected: > 0)");
        assertThatThrownBy(() -> new Barrier(1, null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("action");
        assertThatThrownBy(() -> new Barrier(1).await(null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("timeout");
    }

    @Test
    void failures_sayWhatHappened() {
        Barrier barrier = new Barrier(2);

        assertThatThrownBy(() -> barrier.await(Duration.ZERO))
                .isExactlyInstanceOf(TimeoutException.class)
                .hasMessage("not all parties came within PT0S: " + barrier);
        assertThatThrownBy(barrier::await)
                .isExactlyInstanceOf(BrokenBarrierException.class)
                .hasMessage("barrier is broken: " + barrier);
    }

    @Test
    void await_brokenAndInterrupted_saysBrokenAndKeepsTheStatus() {
        Barrier barrier = new Barrier(2);
        barrier.abort();
        Thread.currentThread().interrupt();

        assertThatThrownBy(barrier::await).isExactlyInstanceOf(BrokenBarrierException.class);

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void abort_breaksItUntilAReset(TestThreads threads) throws Exception {
        Barrier barrier = new Barrier(2);
        TestThread<Void> broken = threads.start(
                        () -> assertThatThrownBy(barrier::await).isExactlyInstanceOf(BrokenBarrierException.class))
                .awaitParked();

        barrier.abort();
        broken.join();
        assertThat(barrier.isBroken()).isTrue();
        assertThatThrownBy(barrier::await).isExactlyInstanceOf(BrokenBarrierException.class);
        barrier.reset();

        assertThat(barrier.isBroken()).isFalse();
        TestThread<Integer> first = threads.call(barrier::await).awaitParked();
        assertThat(barrier.await(Timeouts.FOREVER)).isEqualTo(1);
        assertThat(first.join()).isZero();
    }

    // ------------------------------------------------------------------------------------- while the action is running

    @Test
    void whileTheActionRuns_nothingBreaksThoseThatCame(TestThreads threads) throws Exception {
        TestThread<Integer> first = threads.call(() -> {
            int index = slow.await();
            assertThat(Thread.interrupted()).as("kept for the next wait").isTrue();
            return index;
        });
        first.awaitParked();
        TestThread<Integer> last = threads.call(slow::await);
        acting.await();

        first.interrupt();
        slow.abort();
        slow.reset();
        assertThat(slow.toString()).contains("[parties=2, waiters=0, broken=false]");
        mayGoOn.set();

        assertThat(first.join()).isZero();
        assertThat(last.join()).isEqualTo(1);
    }

    @Test
    void whileTheActionRuns_timeDoesNotRunOut(TestThreads threads) throws Exception {
        TestThread<Integer> first = threads.call(() -> slow.await(Duration.ofSeconds(1)));
        first.awaitParked(Thread.State.TIMED_WAITING);
        TestThread<Integer> last = threads.call(slow::await);
        acting.await();

        first.awaitParked(Thread.State.WAITING);
        mayGoOn.set();

        assertThat(first.join()).isZero();
        assertThat(last.join()).isEqualTo(1);
    }

    @Test
    void whileTheActionRuns_thoseWhoComeAreOfTheNextMeeting_andItsFailureBreaksThatToo(TestThreads threads)
            throws Exception {
        fails.set(true);
        TestThread<Void> first = threads.start(
                        () -> assertThatThrownBy(slow::await).isExactlyInstanceOf(BrokenBarrierException.class))
                .awaitParked();
        TestThread<Void> last = threads.start(
                () -> assertThatThrownBy(slow::await).isExactlyInstanceOf(UnsupportedOperationException.class));
        acting.await();
        TestThread<Void> next = threads.start(
                        () -> assertThatThrownBy(slow::await).isExactlyInstanceOf(BrokenBarrierException.class))
                .awaitParked();
        assertThat(slow.waiters()).isEqualTo(1);

        mayGoOn.set();
        first.join();
        last.join();
        next.join();

        assertThat(slow.isBroken()).isTrue();
    }

    @Test
    void toString_isIdentityAndState(TestThreads threads) throws Exception {
        Barrier barrier = new Barrier(2);
        String identity = "Barrier@" + Integer.toHexString(System.identityHashCode(barrier));
        assertThat(barrier).hasToString(identity + " [parties=2, waiters=0, broken=false]");
        TestThread<Integer> first = threads.call(barrier::await).awaitParked();
        assertThat(barrier).hasToString(identity + " [parties=2, waiters=1, broken=false]");
        barrier.await();
        first.join();
        barrier.abort();
        assertThat(barrier).hasToString(identity + " [parties=2, waiters=0, broken=true]");
    }

    @Test
    void nextMeetingCompleteWhileTheActionRuns_itsActionWaitsForTheEnd(TestThreads threads) throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Barrier barrier = new Barrier(2, () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            act();
            inside.decrementAndGet();
        });
        threads.start(2, barrier::await);
        acting.await();
        List<TestThread<Void>> second = threads.start(2, barrier::await);
        second.forEach(TestThread::awaitParked);

        mayGoOn.set();
        threads.close();

        assertThat(most).hasValue(1);
        assertThat(barrier.isBroken()).isFalse();
    }

    @Test
    void nextMeetingCompleteWhileTheActionRuns_breaksWithIt_butNotAfterAReset(TestThreads threads) throws Exception {
        fails.set(true);
        threads.start(
                2,
                () -> assertThatThrownBy(slow::await)
                        .isInstanceOfAny(UnsupportedOperationException.class, BrokenBarrierException.class));
        acting.await();
        List<TestThread<Void>> second =
                threads.start(2, () -> assertThatThrownBy(slow::await).isInstanceOf(BrokenBarrierException.class));
        second.forEach(TestThread::awaitParked);
        slow.reset();

        mayGoOn.set();
        threads.close();

        assertThat(slow.isBroken()).isFalse();
    }
}
