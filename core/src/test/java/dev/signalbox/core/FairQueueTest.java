// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nobody who waits in a fair queue is overtaken. */
@ExtendWith(TestThreads.Extension.class)
final class FairQueueTest {
    /** The three kinds, all of one room, so that the order of items is that of the puts. */
    enum Kind {
        FIFO {
            @Override
            Queue<Integer> create() {
                return Queue.fair(1);
            }
        },
        LIFO {
            @Override
            Queue<Integer> create() {
                return LifoQueue.fair(1);
            }
        },
        PRIORITY {
            @Override
            Queue<Integer> create() {
                return PriorityQueue.fair(1);
            }
        },
        PRIORITY_BY_COMPARATOR {
            @Override
            Queue<Integer> create() {
                return PriorityQueue.fair(1, Integer::compare);
            }
        };

        abstract Queue<Integer> create();

        Queue<Integer> createFull() {
            Queue<Integer> queue = create();
            queue.add(0);
            return queue;
        }
    }

    private static TestThread<Boolean> putter(Queue<Integer> queue, int item, TestThreads threads) {
        return threads.call(() -> item % 2 == 0 ? putUntimed(queue, item) : queue.offer(item, Timeouts.FOREVER))
                .awaitParked();
    }

    private static boolean putUntimed(Queue<Integer> queue, int item) throws InterruptedException {
        queue.put(item);
        return true;
    }

    private static TestThread<Integer> taker(Queue<Integer> queue, boolean timed, TestThreads threads) {
        return threads.call(() -> timed ? queue.poll(Timeouts.FOREVER) : queue.take())
                .awaitParked();
    }

    // -------------------------------------------------------------------------------------------------------- order

    @ParameterizedTest
    @EnumSource
    void putters_goInTheOrderInWhichTheyCame(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.createFull();
        for (int item = 9; item > 0; item--) {
            putter(queue, item, threads);
        }

        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            taken.add(queue.take());
        }

        assertThat(taken).containsExactly(0, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    }

    @ParameterizedTest
    @EnumSource
    void takers_goInTheOrderInWhichTheyCame(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.create();
        List<TestThread<Integer>> takers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            takers.add(taker(queue, i % 2 == 0, threads));
        }

        for (int i = 0; i < 10; i++) {
            queue.put(i);
        }

        assertThat(takers.stream().map(TestThread::join)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    /** The order of a {@code take} and a {@code put} in one thread: the put comes when others wait for the room. */
    @ParameterizedTest
    @EnumSource
    void newcomers_doNotOvertakePutters(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.createFull();
        TestThread<Boolean> second = null;
        for (int round = 1; round <= 200; round++) {
            TestThread<Boolean> first = second == null ? putter(queue, 2 * round, threads) : second;
            second = putter(queue, 2 * round + 2, threads);

            assertThat(queue.take()).isEqualTo(2 * round - 2);

            // There is room for a moment, and it is not for these.
            assertThat(queue.offer(-1)).isFalse();
            assertThat(queue.offer(-1, Duration.ZERO)).isFalse();
            assertThat(queue.offer(-1, 1, TimeUnit.MICROSECONDS)).isFalse();
            assertThatThrownBy(() -> queue.add(-1))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("queue is full, or others wait to put: "
                            + queue.getClass().getSimpleName());
            assertThat(first.join()).isTrue();
        }
        queue.clear();
    }

    @ParameterizedTest
    @EnumSource
    void newcomers_doNotOvertakeTakers(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.create();
        TestThread<Integer> second = null;
        for (int round = 1; round <= 200; round++) {
            TestThread<Integer> first = second == null ? taker(queue, false, threads) : second;
            second = taker(queue, true, threads);

            queue.put(round);

            assertThat(queue.poll()).isNull();
            assertThat(queue.poll(Duration.ZERO)).isNull();
            assertThat(queue.poll(1, TimeUnit.MICROSECONDS)).isNull();
            assertThatThrownBy(queue::remove)
                    .isExactlyInstanceOf(NoSuchElementException.class)
                    .hasMessageStartingWith("queue is empty, or others wait to take: "
                            + queue.getClass().getSimpleName());
            assertThat(first.join()).isEqualTo(round);
        }
        queue.put(0);
    }

    @ParameterizedTest
    @EnumSource
    void drainToAndRemovals_doNotStandInLine(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.createFull();
        List<TestThread<Boolean>> putters = List.of(putter(queue, 1, threads), putter(queue, 2, threads));

        assertThat(queue.remove((Object) 0)).isTrue();
        assertThat(putters.get(0).join()).isTrue();
        assertThat(queue.drainTo(new ArrayList<>())).isEqualTo(1);

        assertThat(putters.get(1).join()).isTrue();
        assertThat(queue).containsExactly(2);
    }

    // ------------------------------------------------------------------------------------ interruption and time limits

    @ParameterizedTest
    @EnumSource
    void interrupted_firstAndOthers_leaveNothingBehind(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.createFull();
        List<TestThread<Void>> interrupted = new ArrayList<>();
        List<TestThread<Boolean>> others = new ArrayList<>();
        for (int item = 1; item <= 6; item++) {
            int own = item;
            if (item % 2 == 1) {
                interrupted.add(threads.start(() -> assertThatThrownBy(() -> queue.put(own))
                                .isExactlyInstanceOf(InterruptedException.class))
                        .awaitParked());
            } else {
                others.add(putter(queue, item, threads));
            }
        }

        interrupted.forEach(putter -> putter.interrupt().join());

        assertThat(List.of(queue.take(), queue.take(), queue.take(), queue.take()))
                .containsExactly(0, 2, 4, 6);
        assertThat(others).allMatch(TestThread::join);
        assertNobodyInLine(queue);
    }

    @ParameterizedTest
    @EnumSource
    void interrupted_takersFirstAndOthers_leaveNothingBehind(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.create();
        List<TestThread<Void>> interrupted = new ArrayList<>();
        List<TestThread<Integer>> others = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            if (i % 2 == 0) {
                interrupted.add(threads.start(
                                () -> assertThatThrownBy(queue::take).isExactlyInstanceOf(InterruptedException.class))
                        .awaitParked());
            } else {
                others.add(taker(queue, i % 4 == 1, threads));
            }
        }

        interrupted.forEach(taker -> taker.interrupt().join());

        for (int item = 1; item <= 3; item++) {
            queue.put(item);
        }
        assertThat(others.stream().map(TestThread::join)).containsExactly(1, 2, 3);
        assertNobodyInLine(queue);
    }

    @ParameterizedTest
    @EnumSource
    void timedOut_firstAndOthers_leaveNothingBehind(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> full = kind.createFull();
        Queue<Integer> empty = kind.create();
        for (int round = 0; round < 2; round++) {
            assertThat(full.offer(1, Timeouts.SHORT)).isFalse();
            assertThat(empty.poll(Timeouts.SHORT)).isNull();
            if (round == 0) { // from now on with others before those whose time runs out
                putter(full, 2, threads);
                taker(empty, false, threads);
            }
        }

        assertThat(full.take() + full.take()).isEqualTo(2);
        empty.put(1);

        assertNobodyInLine(full);
        TestThread.awaitUntil("the item was taken", empty::isEmpty);
        assertNobodyInLine(empty);
    }

    /** With room and without items: who is in nobody's way is let in. */
    private static void assertNobodyInLine(Queue<Integer> queue) {
        queue.clear();
        TestThread.awaitUntil("the line of putters is empty", () -> queue.offer(7));
        TestThread.awaitUntil("the line of takers is empty", () -> queue.poll() != null);
    }

    // ------------------------------------------------------------------------------------------------ shutting down

    @ParameterizedTest
    @EnumSource
    void shutdown_wakesTheWholeLine(Kind kind, TestThreads threads) {
        for (boolean now : new boolean[] {false, true}) {
            Queue<Integer> full = kind.createFull();
            Queue<Integer> empty = kind.create();
            List<TestThread<Void>> waiting = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                waiting.add(threads.start(
                        () -> assertThatThrownBy(() -> full.put(1)).isExactlyInstanceOf(QueueShutdownException.class)));
                waiting.add(threads.start(() -> assertThatThrownBy(() -> empty.poll(Timeouts.FOREVER))
                        .isExactlyInstanceOf(QueueShutdownException.class)));
            }
            waiting.forEach(TestThread::awaitParked);

            for (Queue<Integer> queue : List.of(full, empty)) {
                if (now) {
                    queue.shutdownNow();
                } else {
                    queue.shutdown();
                }
                assertThatThrownBy(() -> queue.offer(1)).isExactlyInstanceOf(QueueShutdownException.class);
            }
            assertThatThrownBy(empty::poll).isExactlyInstanceOf(QueueShutdownException.class);

            waiting.forEach(TestThread::join);
            assertThat(full).hasSize(now ? 0 : 1);
        }
    }

    // ------------------------------------------------------------------------------------------------------- failures

    @Test
    void orderThrows_forTheFirst_theNextGoes(TestThreads threads) throws Exception {
        Queue<Object> queue = PriorityQueue.fair(2);
        queue.put(1);
        queue.put(2);
        TestThread<Void> wrong = threads.start(
                        () -> assertThatThrownBy(() -> queue.put("three")).isInstanceOf(ClassCastException.class))
                .awaitParked();
        TestThread<Void> right = threads.start(() -> queue.put(3)).awaitParked();

        assertThat(queue.take()).isEqualTo(1);

        wrong.join();
        right.join();
        assertThat(queue).containsExactly(2, 3);
    }

    // ---------------------------------------------------------------------------------------------------------- races

    /** Every way in and out at once; a wake-up that is lost leaves somebody behind. */
    @ParameterizedTest
    @EnumSource
    void puttersAndTakers_thatGiveUpNowAndThen_loseAndDoubleNothing(Kind kind, TestThreads threads) {
        Queue<Integer> queue = kind.create();
        int items = 2_000;
        AtomicInteger next = new AtomicInteger();
        AtomicInteger left = new AtomicInteger(items);
        List<TestThread<Void>> users = new ArrayList<>(threads.start(3, () -> {
            for (int item = next.getAndIncrement(); item < items; item = next.getAndIncrement()) {
                int own = item;
                untilDone(() -> own % 2 == 0 ? queue.offer(own, 50, TimeUnit.MICROSECONDS) : putUntimed(queue, own));
            }
        }));
        List<TestThread<List<Integer>>> takers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            takers.add(threads.call(() -> {
                List<Integer> taken = new ArrayList<>();
                while (left.getAndDecrement() > 0) {
                    untilDone(() -> {
                        Integer item = taken.size() % 2 == 0 ? queue.poll(50, TimeUnit.MICROSECONDS) : queue.take();
                        return item != null && taken.add(item);
                    });
                }
                return taken;
            }));
        }

        while (!users.stream().allMatch(TestThread::isDone) || !takers.stream().allMatch(TestThread::isDone)) {
            users.forEach(TestThread::interrupt);
            Thread.yield();
        }

        assertThat(takers.stream().flatMap(taker -> taker.join().stream()))
                .hasSize(items)
                .doesNotHaveDuplicates();
        assertThat(queue).isEmpty();
        assertNobodyInLine(queue);
    }

    private interface Attempt {
        boolean isDone() throws InterruptedException;
    }

    private static void untilDone(Attempt attempt) {
        for (boolean done = false; !done; ) {
            try {
                done = attempt.isDone();
            } catch (InterruptedException e) {
                continue; // nothing was put
            }
        }
    }
}
