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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every barrier does, ours and the JDK's. */
@ExtendWith(TestThreads.Extension.class)
interface BarrierContract {
    /** A barrier under one name for all its methods; the index is that of ours, which counts up. */
    interface UnderTest {
        int await() throws InterruptedException, BrokenBarrierException;

        int await(Duration timeout) throws InterruptedException, BrokenBarrierException, TimeoutException;

        void reset();

        boolean isBroken();

        int parties();

        int waiters();
    }

    UnderTest create(int parties, Runnable action);

    private UnderTest create(int parties) {
        return create(parties, () -> {});
    }

    private static TestThread<Void> startBroken(TestThreads threads, UnderTest barrier) {
        return threads.start(() -> assertThatThrownBy(barrier::await).isExactlyInstanceOf(BrokenBarrierException.class))
                .awaitParked(Thread.State.WAITING);
    }

    // ------------------------------------------------------------------------------------------------------ meeting

    @Test
    default void await_indexIsByArrival(TestThreads threads) throws Exception {
        UnderTest barrier = create(3);
        for (int round = 0; round < 3; round++) {
            TestThread<Integer> first = threads.call(barrier::await).awaitParked(Thread.State.WAITING);
            TestThread<Integer> second =
                    threads.call(() -> barrier.await(Timeouts.FOREVER)).awaitParked(Thread.State.TIMED_WAITING);
            assertThat(barrier.waiters()).isEqualTo(2);

            assertThat(barrier.await()).isEqualTo(2);
            assertThat(first.join()).isZero();
            assertThat(second.join()).isEqualTo(1);
            assertThat(barrier.waiters()).isZero();
        }
        assertThat(barrier.parties()).isEqualTo(3);
    }

    @Test
    default void await_oneParty_neverWaits() throws Exception {
        AtomicInteger actions = new AtomicInteger();
        UnderTest barrier = create(1, actions::incrementAndGet);

        assertThat(barrier.await()).isZero();
        assertThat(barrier.await(Duration.ZERO)).isZero();

        assertThat(actions).hasValue(2);
    }

    @Test
    default void action_runsOnceBeforeAnyIsLetThrough_inTheLast(TestThreads threads) {
        int[] steps = new int[1];
        Thread[] ranIn = new Thread[1];
        UnderTest barrier = create(3, () -> {
            steps[0]++;
            ranIn[0] = Thread.currentThread();
        });
        List<TestThread<Void>> users = threads.start(3, () -> {
            for (int round = 1; round <= 500; round++) {
                int index = barrier.await();
                assertThat(steps[0]).isEqualTo(round);
                if (index == 2) {
                    assertThat(ranIn[0]).isSameAs(Thread.currentThread());
                }
                barrier.await();
                round++;
            }
        });

        users.forEach(TestThread::join);

        assertThat(steps[0]).isEqualTo(500);
        assertThat(barrier.isBroken()).isFalse();
    }

    @Test
    default void indices_ofOneMeeting_areAllDifferent(TestThreads threads) {
        UnderTest barrier = create(4);
        for (int round = 0; round < 50; round++) {
            List<TestThread<Integer>> users = IntStream.range(0, 4)
                    .mapToObj(i -> threads.call(barrier::await))
                    .toList();
            assertThat(users.stream().map(TestThread::join)).containsExactlyInAnyOrder(0, 1, 2, 3);
        }
    }

    // ----------------------------------------------------------------------------------------------------- breaking

    @Test
    default void interrupt_breaksItForAll(TestThreads threads) {
        UnderTest barrier = create(3);
        TestThread<Void> broken = startBroken(threads, barrier);
        TestThread<Void> interrupted = threads.start(() -> {
            assertThatThrownBy(barrier::await).isExactlyInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });

        interrupted.awaitParked().interrupt().join();
        broken.join();

        assertStaysBroken(barrier);
    }

    @Test
    default void interruptBeforeTheCall_breaksItForAll(TestThreads threads) {
        UnderTest barrier = create(2);
        TestThread<Void> broken = startBroken(threads, barrier);
        Thread.currentThread().interrupt();

        assertThatThrownBy(barrier::await).isExactlyInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        broken.join();

        assertStaysBroken(barrier);
    }

    @Test
    default void timeout_breaksItForAll(TestThreads threads) {
        UnderTest barrier = create(3);
        TestThread<Void> broken = startBroken(threads, barrier);

        assertThatThrownBy(() -> barrier.await(Timeouts.SHORT)).isExactlyInstanceOf(TimeoutException.class);
        broken.join();

        assertStaysBroken(barrier);
    }

    @ParameterizedTest
    @MethodSource("dev.signalbox.core.Timeouts#expired")
    default void expiredTimeout_breaksItUnlessLast(Duration expired, TestThreads threads) throws Exception {
        UnderTest barrier = create(2);
        TestThread<Integer> first = threads.call(barrier::await).awaitParked();
        assertThat(barrier.await(expired)).isEqualTo(1);
        assertThat(first.join()).isZero();

        assertThatThrownBy(() -> barrier.await(expired)).isExactlyInstanceOf(TimeoutException.class);

        assertStaysBroken(barrier);
    }

    @Test
    default void failingAction_breaksItForAll(TestThreads threads) {
        UnderTest barrier = create(2, () -> {
            throw new UnsupportedOperationException("from the action");
        });
        TestThread<Void> broken = startBroken(threads, barrier);

        assertThatThrownBy(barrier::await)
                .isExactlyInstanceOf(UnsupportedOperationException.class)
                .hasMessage("from the action");
        broken.join();

        assertStaysBroken(barrier);
    }

    private static void assertStaysBroken(UnderTest barrier) {
        assertThat(barrier.isBroken()).isTrue();
        assertThat(barrier.waiters()).isZero();
        assertThatThrownBy(barrier::await).isExactlyInstanceOf(BrokenBarrierException.class);
        assertThatThrownBy(() -> barrier.await(Duration.ZERO)).isExactlyInstanceOf(BrokenBarrierException.class);
        barrier.reset();
        assertThat(barrier.isBroken()).isFalse();
    }

    // ---------------------------------------------------------------------------------------------------- resetting

    @Test
    default void reset_breaksThoseThatWait_andIsWholeAgain(TestThreads threads) throws Exception {
        UnderTest barrier = create(2);
        barrier.reset();
        TestThread<Void> broken = startBroken(threads, barrier);

        barrier.reset();
        broken.join();

        assertThat(barrier.isBroken()).isFalse();
        TestThread<Integer> first = threads.call(barrier::await).awaitParked();
        assertThat(barrier.await()).isEqualTo(1);
        assertThat(first.join()).isZero();
    }

    @Test
    default void resetAfterTheLastCame_leavesThoseAloneThatWereLetThrough(TestThreads threads) throws Exception {
        for (int round = 0; round < 100; round++) {
            UnderTest barrier = create(3);
            List<TestThread<Integer>> users = IntStream.range(0, 2)
                    .mapToObj(i -> threads.call(barrier::await).awaitParked())
                    .toList();

            barrier.await();
            barrier.reset();

            assertThat(users.stream().map(TestThread::join)).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    default void interruptRacingTheLast_isForOneOfTheTwo(TestThreads threads) throws Exception {
        UnderTest barrier = create(2);
        for (int round = 0; round < 200; round++) {
            TestThread<Boolean> first = threads.call(() -> {
                try {
                    barrier.await();
                    Thread.interrupted(); // too late, and kept
                    return true;
                } catch (InterruptedException e) {
                    return false;
                }
            });
            first.awaitParked();
            TestThread<Void> interrupter = threads.start(first::interrupt);
            boolean passed;
            try {
                passed = barrier.await() == 1;
            } catch (BrokenBarrierException e) {
                passed = false;
            }
            interrupter.join();

            assertThat(first.join()).isEqualTo(passed);
            assertThat(barrier.isBroken()).isEqualTo(!passed);
            barrier.reset();
        }
    }
}
