// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What our queues do and the JDK's do not: joining, shutting down, and saying what is wrong. */
@ExtendWith(TestThreads.Extension.class)
final class QueueTest {
    /** The three kinds. */
    enum Kind {
        FIFO {
            @Override
            Queue<Integer> create() {
                return new Queue<>();
            }

            @Override
            Queue<Integer> create(int capacity) {
                return new Queue<>(capacity);
            }
        },
        LIFO {
            @Override
            Queue<Integer> create() {
                return new LifoQueue<>();
            }

            @Override
            Queue<Integer> create(int capacity) {
                return new LifoQueue<>(capacity);
            }
        },
        PRIORITY {
            @Override
            Queue<Integer> create() {
                return new PriorityQueue<>();
            }

            @Override
            Queue<Integer> create(int capacity) {
                return new PriorityQueue<>(capacity);
            }
        };

        abstract Queue<Integer> create();

        abstract Queue<Integer> create(int capacity);
    }

    // --------------------------------------------------------------------------------------------------- arguments

    @Test
    void capacity_notPositive_isRefusedWithAHint() {
        assertCapacityRefused("0", "Queue", () -> new Queue<>(0));
        assertCapacityRefused("-1", "Queue", () -> new Queue<>(-1));
        assertCapacityRefused("0", "LifoQueue", () -> new LifoQueue<>(0));
        assertCapacityRefused("0", "PriorityQueue", () -> new PriorityQueue<>(0));
        assertCapacityRefused("-5", "PriorityQueue", () -> new PriorityQueue<>(-5, String.CASE_INSENSITIVE_ORDER));
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> Queue.fair(0),
                () -> LifoQueue.fair(0),
                () -> PriorityQueue.fair(0),
                () -> PriorityQueue.fair(0, String.CASE_INSENSITIVE_ORDER))) {
            assertThatThrownBy(call)
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("capacity: 0 (expected: > 0)");
        }
    }

    private static void assertCapacityRefused(String capacity, String type, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity: %s (expected: > 0; for an unbounded queue use new %s<>())"
                        .formatted(capacity, type));
    }

    @ParameterizedTest
    @EnumSource
    void arguments_null_areRefusedByName(Kind kind) {
        Queue<Integer> queue = kind.create();

        assertNull("e", () -> queue.put(null));
        assertNull("e", () -> queue.offer(null));
        assertNull("e", () -> queue.add(null));
        assertNull("e", () -> queue.offer(null, 1, TimeUnit.SECONDS));
        assertNull("e", () -> assertThat(queue.offer(null, Duration.ZERO)).isTrue());
        assertNull("timeout", () -> assertThat(queue.offer(1, null)).isTrue());
        assertNull("unit", () -> queue.offer(1, 1, null));
        assertNull("timeout", () -> assertThat(queue.poll(null)).isNull());
        assertNull("unit", () -> queue.poll(1, null));
        assertNull("timeout", () -> assertThat(queue.join(null)).isTrue());
        assertNull("c", () -> queue.drainTo(null));
        assertNull("c", () -> queue.drainTo(null, 0));
        assertNull("c", () -> queue.addAll(null));
        assertNull("c", () -> queue.removeAll(null));
        assertNull("c", () -> queue.retainAll(null));
        assertNull("c", () -> queue.containsAll(null));
        assertNull("filter", () -> queue.removeIf(null));
        assertNull("action", () -> queue.forEach(null));
        assertNull("a", () -> queue.toArray((Object[]) null));
        assertNull("order", () -> new PriorityQueue<>(null));
        assertNull("order", () -> new PriorityQueue<>(1, null));
        assertNull("order", () -> PriorityQueue.fair(1, null));
        assertThat(queue).isEmpty();
    }

    private static void assertNull(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(NullPointerException.class).hasMessage(name);
    }

    @ParameterizedTest
    @EnumSource
    void misuse_saysWhatIsWrong(Kind kind) {
        Queue<Integer> queue = kind.create(1);

        assertThatThrownBy(queue::remove)
                .isExactlyInstanceOf(NoSuchElementException.class)
                .hasMessage("queue is empty: " + queue.describe());
        assertThatThrownBy(queue::element)
                .isExactlyInstanceOf(NoSuchElementException.class)
                .hasMessage("queue is empty: " + queue.describe());
        queue.add(1);
        assertThatThrownBy(() -> queue.add(2))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("queue is full: " + queue.describe());
        assertThatThrownBy(() -> queue.addAll(List.of(2)))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("queue is full: " + queue.describe());
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> queue.drainTo(queue), () -> queue.drainTo(queue, 0), () -> queue.addAll(queue))) {
            assertThatThrownBy(call)
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("c: this queue (expected: another collection)");
        }
        Iterator<Integer> iterator = queue.iterator();
        assertThatThrownBy(iterator::remove).hasMessage("remove() without a next() before it");
        iterator.next();
        assertThatThrownBy(iterator::next).hasMessage("no more items: 1 of 1 seen");
    }

    // ------------------------------------------------------------------------------------------------------ joining

    @ParameterizedTest
    @EnumSource
    void join_waitsForUnfinishedWork_notForEmpty(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.create();
        queue.join();
        assertThat(queue.join(Duration.ZERO)).isTrue();
        queue.put(1);
        queue.put(2);
        List<TestThread<Void>> joiners = List.of(
                threads.start(queue::join).awaitParked(Thread.State.WAITING),
                threads.start(() -> assertThat(queue.join(Timeouts.FOREVER)).isTrue())
                        .awaitParked(Thread.State.TIMED_WAITING));

        queue.take();
        queue.take();
        assertThat(queue.join(Duration.ZERO)).isFalse();
        assertThat(queue.join(Timeouts.SHORT)).isFalse();
        queue.taskDone();
        assertThat(joiners).noneMatch(TestThread::isDone);
        queue.taskDone();

        joiners.forEach(TestThread::join);
        queue.join();
    }

    @ParameterizedTest
    @EnumSource
    void join_interrupted_throws(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.create();
        queue.put(1);
        TestThread<Void> joiner =
                threads.start(() -> assertThatThrownBy(queue::join).isInstanceOf(InterruptedException.class));

        joiner.awaitParked().interrupt().join();
        queue.clear();
        Thread.currentThread().interrupt();

        assertThatThrownBy(queue::join).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void taskDone_onceTooOften_throwsAndChangesNothing(Kind kind) throws Exception {
        Queue<Integer> queue = kind.create();
        assertThatThrownBy(queue::taskDone)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("taskDone() called more often than items were put: 1 of 0: " + queue.describe());
        queue.put(1);
        queue.taskDone();

        assertThatThrownBy(queue::taskDone)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("taskDone() called more often than items were put: 2 of 1: " + queue.describe());
        queue.put(2);
        assertThat(queue.join(Duration.ZERO)).isFalse();
        queue.taskDone();
        queue.join();
    }

    @ParameterizedTest
    @EnumSource
    void itemsRemovedWithoutBeingTaken_areNotUnfinished(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.create();
        queue.addAll(List.of(1, 2, 3, 4, 5));
        TestThread<Void> joiner = threads.start(queue::join).awaitParked();
        Integer drained = queue.take();

        Iterator<Integer> iterator = queue.iterator();
        iterator.next();
        iterator.remove();
        queue.remove(queue.peek());
        queue.removeIf(item -> item == 3);
        assertThat(queue.toString()).contains("unfinished=" + (queue.size() + 1));
        queue.clear();
        assertThat(joiner.isDone()).as("%s is not done", drained).isFalse();
        queue.taskDone();

        joiner.join();
        assertThatThrownBy(queue::taskDone).isExactlyInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource
    void itemDoneBeforeItWasRemoved_isNotTakenForTheNext(Kind kind) throws Exception {
        Queue<Integer> queue = kind.create();
        queue.put(1);
        queue.taskDone();
        queue.clear();

        queue.put(2);

        assertThat(queue.join(Duration.ZERO)).isFalse();
        queue.taskDone();
        assertThat(queue.join(Duration.ZERO)).isTrue();
    }

    @Test
    void drainedItems_areUnfinished() throws Exception {
        Queue<Integer> queue = new Queue<>();
        queue.addAll(List.of(1, 2));

        queue.drainTo(new ArrayList<>());

        queue.taskDone();
        assertThat(queue.join(Duration.ZERO)).isFalse();
        queue.taskDone();
        queue.join();
    }

    @ParameterizedTest
    @EnumSource
    void workersAndJoin_finishEverything(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.create(5);
        AtomicInteger sum = new AtomicInteger();
        threads.start(3, () -> {
            while (true) {
                try {
                    sum.addAndGet(queue.take());
                    queue.taskDone();
                } catch (QueueShutdownException e) {
                    return;
                }
            }
        });
        for (int round = 1; round <= 20; round++) {
            for (int i = 0; i < 20; i++) {
                queue.put(1);
            }
            queue.join();
            assertThat(sum).hasValue(20 * round);
        }
        queue.shutdown();
    }

    // ------------------------------------------------------------------------------------------------ shutting down

    @ParameterizedTest
    @EnumSource
    void shutdown_endsPutsAtOnceAndTakesWhenEmpty(Kind kind) throws Exception {
        Queue<Integer> queue = kind.create(5);
        queue.put(1);
        queue.put(2);
        assertThat(queue.isShutdown()).isFalse();

        queue.shutdown();
        queue.shutdown();

        assertThat(queue.isShutdown()).isTrue();
        assertPutsThrow(queue);
        assertThat(queue.peek()).isNotNull();
        assertThat(queue.take() + queue.poll()).isEqualTo(3);
        assertTakesThrow(queue);
        assertThat(queue.drainTo(new ArrayList<>())).isZero();
        assertThat(queue.peek()).isNull();
        assertThatThrownBy(queue::element).isExactlyInstanceOf(NoSuchElementException.class);
        assertThat(queue.join(Duration.ZERO)).isFalse();
        queue.taskDone();
        queue.taskDone();
        queue.join();
    }

    @ParameterizedTest
    @EnumSource
    void shutdownNow_dropsTheItemsAndReleasesJoin(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.create(5);
        queue.put(1);
        queue.put(2);
        queue.take();
        TestThread<Void> joiner = threads.start(queue::join).awaitParked();

        queue.shutdown();
        queue.shutdownNow();

        joiner.join();
        queue.join();
        assertThat(queue.join(Duration.ZERO)).isTrue();
        assertThat(queue).isEmpty();
        assertThat(queue.isShutdown()).isTrue();
        assertPutsThrow(queue);
        assertTakesThrow(queue);
        queue.taskDone();
        assertThatThrownBy(queue::taskDone)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("taskDone() called more often than items were put: 2 of 1: " + queue.describe());
    }

    private static void assertPutsThrow(Queue<Integer> queue) {
        assertShutDown(
                queue,
                () -> queue.put(9),
                () -> queue.offer(9),
                () -> queue.add(9),
                () -> queue.addAll(List.of(9)),
                () -> queue.offer(9, 0, TimeUnit.SECONDS),
                () -> assertThat(queue.offer(9, Timeouts.FOREVER)).isTrue());
    }

    private static void assertTakesThrow(Queue<Integer> queue) {
        assertShutDown(
                queue,
                queue::take,
                queue::poll,
                queue::remove,
                () -> queue.poll(0, TimeUnit.SECONDS),
                () -> assertThat(queue.poll(Timeouts.FOREVER)).isNull());
    }

    /** Also when the caller is interrupted: the state of the object is checked first. */
    private static void assertShutDown(Queue<Integer> queue, ThrowingCallable... calls) {
        for (ThrowingCallable call : calls) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(call)
                    .isExactlyInstanceOf(QueueShutdownException.class)
                    .hasMessage("queue is shut down: " + queue.describe());
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdown_wakesAllThatWait(Kind kind, TestThreads threads) {
        for (boolean now : new boolean[] {false, true}) {
            Queue<Integer> full = kind.create(1);
            full.add(1);
            Queue<Integer> empty = kind.create();
            List<ThrowingCallable> waits = List.of(
                    () -> full.put(2),
                    () -> full.put(3),
                    () -> full.offer(4, 1, TimeUnit.DAYS),
                    () -> assertThat(full.offer(5, Timeouts.FOREVER)).isTrue(),
                    empty::take,
                    empty::take,
                    () -> empty.poll(1, TimeUnit.DAYS),
                    () -> assertThat(empty.poll(Timeouts.FOREVER)).isNull());
            List<TestThread<Void>> waiting = waits.stream()
                    .map(wait -> threads.start(
                                    () -> assertThatThrownBy(wait).isExactlyInstanceOf(QueueShutdownException.class))
                            .awaitParked())
                    .toList();

            for (Queue<Integer> queue : List.of(full, empty)) {
                if (now) {
                    queue.shutdownNow();
                } else {
                    queue.shutdown();
                }
            }

            waiting.forEach(TestThread::join);
            assertThat(full).hasSize(now ? 0 : 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownRacingPutsAndTakes_losesAndDoublesNothing(Kind kind, TestThreads threads) {
        for (int round = 0; round < 50; round++) {
            Queue<Integer> queue = kind.create(3);
            AtomicInteger accepted = new AtomicInteger();
            AtomicInteger taken = new AtomicInteger();
            List<TestThread<Void>> users = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                users.add(threads.start(() -> untilShutDown(() -> {
                    queue.put(1);
                    accepted.incrementAndGet();
                })));
                users.add(threads.start(() -> untilShutDown(() -> {
                    queue.take();
                    taken.incrementAndGet();
                })));
            }
            TestThread.awaitUntil("some items", () -> taken.get() > 10);

            queue.shutdown();
            users.forEach(TestThread::join);

            assertThat(taken).as("round %d", round).hasValue(accepted.get());
            assertThat(queue).isEmpty();
        }
    }

    private static void untilShutDown(TestThreads.Body body) throws Exception {
        try {
            while (true) {
                body.run();
            }
        } catch (QueueShutdownException e) {
            return;
        }
    }

    // ---------------------------------------------------------------------------------------------- bulk operations

    /** Beside what the contract has, in which an oracle falls: ArrayBlockingQueue.removeIf wakes nobody. */
    @ParameterizedTest
    @EnumSource
    void bulkRemovals_makeRoomForPutters(Kind kind, TestThreads threads) {
        List<java.util.function.Predicate<Queue<Integer>>> removals = List.of(
                queue -> queue.removeIf(item -> item == 1),
                queue -> queue.removeAll(List.of(1)),
                queue -> queue.retainAll(List.of(2)));
        for (java.util.function.Predicate<Queue<Integer>> removal : removals) {
            Queue<Integer> queue = kind.create(1);
            queue.add(1);
            TestThread<Void> putter = threads.start(() -> queue.put(2)).awaitParked();

            assertThat(removal.test(queue)).isTrue();

            putter.join();
            assertThat(queue).containsExactly(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void drainTo_collectionRefuses_keepsTheItems(Kind kind) {
        Queue<Integer> queue = kind.create();
        queue.addAll(List.of(1, 2, 3));
        Collection<Integer> target = new ArrayList<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean add(Integer item) {
                if (size() == 1) {
                    throw new UnsupportedOperationException("full");
                }
                return super.add(item);
            }
        };

        assertThatThrownBy(() -> queue.drainTo(target)).isInstanceOf(UnsupportedOperationException.class);

        assertThat(queue).hasSize(2);
        assertThat(Stream.concat(target.stream(), queue.stream())).containsExactlyInAnyOrder(1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource
    void drainTo_collectionTakesFromTheQueue_throwsAndKeepsTheRest(Kind kind) {
        Queue<Integer> queue = kind.create();
        queue.addAll(List.of(1, 2, 3));
        Collection<Integer> target = new ArrayList<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean add(Integer item) {
                queue.remove();
                return super.add(item);
            }
        };

        assertThatThrownBy(() -> queue.drainTo(target))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("queue was changed by the collection that it is drained to: " + queue.describe());

        assertThat(queue).hasSize(2);
        assertThat(Stream.concat(target.stream(), queue.stream())).containsExactlyInAnyOrder(1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource
    void userCode_mayUseTheQueueFromAnotherThread(Kind kind, TestThreads threads) {
        Queue<Integer> queue = kind.create();
        queue.addAll(List.of(1, 2, 3));

        queue.removeIf(item -> item.equals(threads.call(queue::poll).join()));
        queue.add(1);
        queue.forEach(item -> threads.call(() -> queue.offer(9)).join());

        assertThat(queue).contains(9);
    }

    /** The two are never in the queue together. */
    @ParameterizedTest
    @EnumSource
    void containsAll_seesTheItemsOfOneMoment(Kind kind) {
        Queue<Integer> queue = kind.create();
        queue.add(1);
        List<Integer> changing = new AbstractList<>() {
            @Override
            public Integer get(int index) {
                if (index == 1) {
                    assertThat(queue.poll()).isEqualTo(1);
                    queue.add(2);
                }
                return index + 1;
            }

            @Override
            public int size() {
                return 2;
            }
        };

        assertThat(queue.containsAll(changing)).isFalse();
        assertThat(queue.containsAll(List.of(2, 2))).isTrue();
        assertThat(queue.containsAll(Arrays.asList(2, null))).isFalse();
        assertThat(queue.containsAll(List.of())).isTrue();
    }

    /** Beside what the contract has, in which an oracle falls: PriorityBlockingQueue looks for the object. */
    @ParameterizedTest
    @EnumSource
    void iterator_itemTakenThatIsThereTwice_removesNotTheOther(Kind kind) {
        Queue<Integer> queue = kind.create();
        queue.addAll(List.of(1, 1, 1));
        Iterator<Integer> iterator = queue.iterator();
        iterator.next();
        assertThat(queue.poll()).isEqualTo(1);

        iterator.remove();
        assertThat(queue).containsExactly(1, 1);
        iterator.next();
        iterator.remove();
        iterator.next();
        iterator.remove();

        assertThat(queue).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void iterator_itemTakenByAnother_removesNothingElse(Kind kind) {
        Queue<Integer> queue = kind.create();
        queue.addAll(List.of(1, 2));
        Iterator<Integer> iterator = queue.iterator();
        Integer first = iterator.next();
        assertThat(queue.poll()).isEqualTo(first);

        iterator.remove();

        assertThat(queue).hasSize(1).doesNotContain(first);
    }

    /** Against a list that does the same the slow way: items are few, so most of them are there several times. */
    @ParameterizedTest
    @EnumSource
    void removalsAnywhere_amongPutsAndTakes_matchAModel(Kind kind) {
        Random random = new Random(11);
        for (int round = 0; round < 60; round++) {
            Queue<Integer> queue = kind.create();
            List<Integer> model = new ArrayList<>();
            int different = round % 2 == 0 ? 5 : 100_000; // above 127 not even equal items are the same object
            Iterator<Integer> iterator = queue.iterator();
            List<Integer> ahead = new ArrayList<>();
            for (int step = 0; step < 500; step++) {
                switch (random.nextInt(8)) {
                    case 0, 1 -> {
                        for (int i = random.nextInt(150); i > 0; i--) {
                            Integer item = random.nextInt(different);
                            queue.add(item);
                            putInto(model, item, kind);
                        }
                        iterator = queue.iterator();
                        ahead = new ArrayList<>(model);
                    }
                    case 2 -> {
                        for (int i = random.nextInt(100); i > 0 && !model.isEmpty(); i--) {
                            assertThat(queue.poll()).isEqualTo(model.remove(0));
                        }
                        iterator = queue.iterator();
                        ahead = new ArrayList<>(model);
                    }
                    case 3 -> {
                        Object item = model.isEmpty() ? 1 : model.get(random.nextInt(model.size()));
                        assertThat(queue.remove(item)).isEqualTo(model.remove(item));
                        iterator = queue.iterator();
                        ahead = new ArrayList<>(model);
                    }
                    default -> {
                        for (int i = random.nextInt(80); i > 0 && iterator.hasNext(); i--) {
                            assertThat(iterator.next()).isEqualTo(ahead.remove(0));
                            if (random.nextInt(3) > 0) {
                                iterator.remove();
                                model.remove(model.size() - ahead.size() - 1);
                            }
                        }
                    }
                }
                assertThat(queue.toArray())
                        .as("step %d of round %d", step, round)
                        .isEqualTo(model.toArray());
            }
        }
    }

    private static void putInto(List<Integer> model, Integer item, Kind kind) {
        switch (kind) {
            case FIFO -> model.add(item);
            case LIFO -> model.add(0, item);
            case PRIORITY -> {
                int place = 0;
                while (place < model.size() && model.get(place) <= item) {
                    place++;
                }
                model.add(place, item);
            }
        }
    }

    /** Takes come between, so what was seen at one place is at another or gone; for each item the model knows which. */
    @Test
    void iterator_removesWhileOthersPutAndTake_matchesAModel() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            Queue<Object> queue = round % 2 == 0 ? new Queue<>() : new LifoQueue<>();
            List<Object> model = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Object item = new Object();
                queue.add(item);
                model.add(round % 2 == 0 ? model.size() : 0, item);
            }
            Iterator<Object> iterator = queue.iterator();
            Iterator<Object> other = queue.iterator();
            while (iterator.hasNext()) {
                Object item = iterator.next();
                switch (random.nextInt(6)) {
                    case 0 -> {
                        Object taken = queue.poll();
                        assertThat(taken).isSameAs(model.isEmpty() ? null : model.remove(0));
                    }
                    case 1 -> {
                        Object added = new Object();
                        queue.add(added);
                        model.add(round % 2 == 0 ? model.size() : 0, added);
                    }
                    case 2 -> {
                        if (round % 5 == 0) {
                            model.remove(other.next());
                            other.remove();
                        }
                    }
                    default -> {
                        iterator.remove();
                        model.remove(item);
                    }
                }
                assertThat(queue.toArray()).isEqualTo(model.toArray());
            }
        }
    }

    @Test
    void iterator_removesEveryItemOfALongQueue_andTheQueueGoesOn() throws Exception {
        Queue<Integer> queue = new Queue<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1_000; i++) {
                queue.put(i);
            }
            for (Iterator<Integer> iterator = queue.iterator(); iterator.hasNext(); ) {
                if (iterator.next() % 500 != round) {
                    iterator.remove();
                }
            }
            assertThat(queue).containsExactly(round, 500 + round);
            assertThat(queue.take() + queue.take()).isEqualTo(500 + 2 * round);
            assertThat(queue.poll()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void remainingCapacity_ofAHugeBound_isCounted(Kind kind) {
        Queue<Integer> queue = kind.create(Integer.MAX_VALUE);
        queue.add(1);

        assertThat(queue.remainingCapacity()).isEqualTo(Integer.MAX_VALUE - 1);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void join_timed_waitsForTheLast(Kind kind, TestThreads threads) throws Exception {
        Queue<Integer> queue = kind.create();
        queue.put(1);
        TestThread<Boolean> joiner = threads.call(() -> queue.join(Duration.ofMinutes(5)));
        joiner.awaitParked(Thread.State.TIMED_WAITING);

        queue.take();
        queue.taskDone();

        assertThat(joiner.join()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void removals_releaseJoin(Kind kind, TestThreads threads) {
        Queue<Integer> queue = kind.create();
        queue.addAll(List.of(1, 2, 3));
        TestThread<Void> joiner = threads.start(queue::join).awaitParked(Thread.State.WAITING);

        assertThat(queue.remove(2)).isTrue();
        assertThat(queue.removeIf(item -> item == 3)).isTrue();
        assertThat(joiner.isDone()).isFalse();
        queue.clear();

        joiner.join();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void bulkOperations_tellWhetherThereWasAnything(Kind kind) {
        Queue<Integer> queue = kind.create();

        assertThat(queue.addAll(List.of())).isFalse();
        assertThat(queue.addAll(List.of(1, 2))).isTrue();
        assertThat(queue.removeAll(List.of(3))).isFalse();
        assertThat(queue.retainAll(List.of(1, 2))).isFalse();
        assertThat(queue.removeAll(List.of(1))).isTrue();
        assertThat(queue.retainAll(List.of(3))).isTrue();
    }

    /** By threads of their own: a lock that is kept is kept from others only. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void looks_leaveTheQueueToOthers(Kind kind, TestThreads threads) {
        Queue<Integer> queue = kind.create();
        queue.add(1);
        for (Callable<Object> look :
                List.<Callable<Object>>of(queue::peek, queue::element, queue::toArray, queue::toString, queue::size)) {
            assertThat(threads.call(look).join()).isNotNull();

            assertThat(threads.call(queue::poll).join()).isEqualTo(1);
            threads.start(() -> queue.add(1)).join();
        }
    }

    // -------------------------------------------------------------------------------------------------- by priority

    @Test
    void priority_afterABulkRemoval_isInOrder() {
        Random random = new Random(11);
        for (int round = 0; round < 50; round++) {
            Queue<Integer> queue = new PriorityQueue<>();
            List<Integer> items = random.ints(60, 0, 1_000).boxed().toList();
            queue.addAll(items);
            Set<Integer> removed = random.ints(40, 0, 1_000).boxed().collect(Collectors.toSet());
            removed.addAll(items.subList(round % 30, round % 30 + 30));

            queue.removeAll(removed);

            List<Integer> left = new ArrayList<>();
            while (!queue.isEmpty()) {
                left.add(queue.poll());
            }
            assertThat(left)
                    .containsExactlyElementsOf(items.stream()
                            .filter(item -> !removed.contains(item))
                            .sorted()
                            .toList());
        }
    }

    @Test
    void priority_byComparator() {
        Queue<String> queue = new PriorityQueue<>((a, b) -> Integer.compare(b.length(), a.length()));
        queue.addAll(List.of("a", "ccc", "bb"));

        assertThat(queue).containsExactly("ccc", "bb", "a");
        assertThat(new PriorityQueue<>(1, String.CASE_INSENSITIVE_ORDER).remainingCapacity())
                .isEqualTo(1);
    }

    @Test
    void priority_itemsWithoutAnOrder_areRefused() {
        Queue<Object> queue = new PriorityQueue<>();

        assertThatThrownBy(() -> queue.put(new Object())).isInstanceOf(ClassCastException.class);
        assertThat(queue).isEmpty();
        queue.add(1);
        assertThatThrownBy(() -> queue.put("two")).isInstanceOf(ClassCastException.class);
        assertThat(queue).containsExactly(1);
    }

    @Test
    void priority_orderThrowsAtAnyComparison_changesNothing() {
        AtomicInteger fuse = new AtomicInteger(Integer.MAX_VALUE);
        Queue<Integer> queue = new PriorityQueue<>((a, b) -> {
            if (fuse.decrementAndGet() < 0) {
                throw new UnsupportedOperationException("from the order");
            }
            return Integer.compare(a, b);
        });
        List<Integer> items =
                IntStream.range(0, 40).map(i -> i * 7 % 40).boxed().toList();
        queue.addAll(items);
        for (int burnsAfter = 0; burnsAfter < 4; burnsAfter++) {
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> queue.put(-1),
                    queue::take,
                    () -> queue.drainTo(new ArrayList<>()),
                    () -> queue.removeIf(item -> item == 20))) {
                fuse.set(burnsAfter);
                assertThatThrownBy(call).isInstanceOf(UnsupportedOperationException.class);
                fuse.set(Integer.MAX_VALUE);
                assertThat(queue.toArray()).isEqualTo(items.stream().sorted().toArray());
            }
        }
    }

    @Test
    void priority_orderThrowsWhileDraining_noItemIsInBoth() {
        List<Integer> items = IntStream.range(0, 40).boxed().toList();
        for (int least = 0; least < 39; least++) {
            AtomicInteger incomparable = new AtomicInteger(Integer.MAX_VALUE); // with the last item, from this one on
            Queue<Integer> queue = new PriorityQueue<>((a, b) -> {
                if (Math.max(a, b) == 39 && Math.min(a, b) >= incomparable.get()) {
                    throw new UnsupportedOperationException("from the order");
                }
                return Integer.compare(a, b);
            });
            queue.addAll(items);
            List<Integer> target = new ArrayList<>();
            incomparable.set(least);

            assertThatThrownBy(() -> queue.drainTo(target)).isInstanceOf(UnsupportedOperationException.class);

            incomparable.set(Integer.MAX_VALUE);
            assertThat(Stream.concat(target.stream(), queue.stream())).containsExactlyElementsOf(items);
        }
    }

    /** From the middle of the heap, where what fills the hole may have to go up or down. */
    @Test
    void priority_orderThrowsAtAnyComparisonOfARemoval_changesNothing() {
        AtomicInteger fuse = new AtomicInteger(Integer.MAX_VALUE);
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            List<Integer> items = random.ints(30, 0, 1_000).distinct().boxed().toList();
            Queue<Integer> queue = new PriorityQueue<>((a, b) -> {
                if (fuse.decrementAndGet() < 0) {
                    throw new UnsupportedOperationException("from the order");
                }
                return Integer.compare(a, b);
            });
            queue.addAll(items);
            List<Integer> left = new ArrayList<>(items);
            while (!left.isEmpty()) {
                Integer item = left.remove(random.nextInt(left.size()));
                for (int burnsAfter = 0; queue.contains(item); burnsAfter++) {
                    fuse.set(burnsAfter);
                    try {
                        queue.remove(item);
                        fuse.set(Integer.MAX_VALUE);
                    } catch (UnsupportedOperationException e) {
                        fuse.set(Integer.MAX_VALUE);
                        assertThat(queue).contains(item).hasSize(left.size() + 1);
                    }
                }
                assertThat(queue.toArray()).isEqualTo(left.stream().sorted().toArray());
            }
        }
    }

    @Test
    void priority_lookingAndRemovingBulks_donotNeedTheOrder() {
        AtomicInteger comparisons = new AtomicInteger();
        Queue<Integer> queue = new PriorityQueue<>((a, b) -> {
            comparisons.incrementAndGet();
            return Integer.compare(a, b);
        });
        queue.addAll(List.of(5, 3, 4, 1, 2));
        comparisons.set(0);

        assertThat(queue.contains(4)).isTrue();
        assertThat(queue.containsAll(List.of(1, 2))).isTrue();
        assertThat(queue.contains(6)).isFalse();
        assertThat(queue.remove(6)).isFalse();
        assertThat(queue.removeIf(item -> item > 6)).isFalse();
        queue.clear();

        assertThat(comparisons).hasValue(0);
        assertThat(queue).isEmpty();
    }

    @Test
    void priority_orderUsesTheQueue_isRefusedAndLosesNothing() throws Exception {
        AtomicInteger fuse = new AtomicInteger(-1);
        AtomicReference<Queue<Integer>> self = new AtomicReference<>();
        Queue<Integer> queue = new PriorityQueue<>((a, b) -> {
            if (fuse.getAndDecrement() == 0) {
                self.get().add(0);
            }
            return Integer.compare(a, b);
        });
        self.set(queue);
        for (ThrowingCallable call : List.<ThrowingCallable>of(() -> queue.put(5), queue::take)) {
            queue.addAll(List.of(1, 2, 3, 4));
            fuse.set(0);
            assertThatThrownBy(call)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("queue was changed by the order of its items, while that was asked");
            assertThat(queue).containsExactly(0, 1, 2, 3, 4);
            queue.clear();
        }
        fuse.set(0);
        assertThatThrownBy(() -> queue.put(5)).isExactlyInstanceOf(IllegalStateException.class);
        assertThat(queue).containsExactly(0);
    }

    @Test
    void priority_orderUsesTheQueueWhileItemsAreRemoved_losesNothing() throws Exception {
        AtomicInteger fuse = new AtomicInteger(-1);
        AtomicReference<Queue<Integer>> self = new AtomicReference<>();
        Queue<Integer> queue = new PriorityQueue<>((a, b) -> {
            if (fuse.getAndDecrement() == 0) {
                self.get().add(0);
            }
            return Integer.compare(a, b);
        });
        self.set(queue);
        int refusals = 0;
        for (int burnsAfter = 0; burnsAfter < 12; burnsAfter++) {
            queue.addAll(List.of(1, 2, 3, 4));
            fuse.set(burnsAfter);
            Throwable thrown = catchThrowable(() -> queue.remove(1));
            List<Integer> expected = new ArrayList<>(List.of(2, 3, 4));
            if (thrown != null) {
                assertThat(thrown).isExactlyInstanceOf(IllegalStateException.class);
                expected.add(0, 1);
                refusals++;
            }
            if (fuse.getAndSet(-1) < 0) {
                expected.add(0, 0);
            }
            assertThat(queue).containsExactlyElementsOf(expected);
            queue.clear();
        }
        assertThat(refusals).isPositive();
    }

    @Test
    void priority_waitingPutRefused_leavesTheRoomToAnother(TestThreads threads) throws Exception {
        Queue<Object> queue = new PriorityQueue<>(2);
        queue.put(1);
        queue.put(2);
        TestThread<Void> wrong = threads.start(
                () -> assertThatThrownBy(() -> queue.put("three")).isInstanceOf(ClassCastException.class));
        wrong.awaitParked();
        TestThread<Void> right = threads.start(() -> queue.put(3)).awaitParked();

        assertThat(queue.take()).isEqualTo(1);

        wrong.join();
        right.join();
        assertThat(queue).containsExactly(2, 3);
    }

    // ------------------------------------------------------------------------------------------------------- display

    @Test
    void toString_isIdentityStateAndItems() throws Exception {
        Queue<Integer> queue = new Queue<>(3);
        String identity = "Queue@" + Integer.toHexString(System.identityHashCode(queue));
        assertThat(queue).hasToString(identity + " [size=0, capacity=3, unfinished=0, shutdown=false, items=[]]");
        queue.put(1);
        queue.put(2);
        queue.take();
        assertThat(queue).hasToString(identity + " [size=1, capacity=3, unfinished=2, shutdown=false, items=[2]]");
        queue.shutdownNow();
        assertThat(queue).hasToString(identity + " [size=0, capacity=3, unfinished=1, shutdown=true, items=[]]");
        assertThat(new LifoQueue<>().toString()).startsWith("LifoQueue@").contains("capacity=unbounded");
        assertThat(new PriorityQueue<>().toString()).startsWith("PriorityQueue@");
    }

    @Test
    void toString_showsTheFirstItemsInTheOrderOfTakes() {
        List<Integer> ten = List.of(7, 3, 5, 1, 9, 0, 8, 2, 6, 4);
        for (Kind kind : Kind.values()) {
            Queue<Integer> queue = kind.create();
            queue.addAll(ten);
            List<Integer> inOrder = List.copyOf(queue);
            assertThat(queue.toString()).endsWith(", items=" + inOrder + "]");
            queue.addAll(List.of(10, 11));
            String items = List.copyOf(queue).subList(0, 10).toString();
            assertThat(queue.toString()).endsWith(items.replace("]", ", 2 more]]"));
        }
    }

    @Test
    void toString_ofAQueueInItself_ends() {
        Queue<Object> queue = new Queue<>();
        queue.add(queue);

        assertThat(queue.toString()).endsWith(", items=[(this queue)]]");
    }

    @Test
    void toString_itemsOrOrderThrow_showsTheState() {
        Object secret = new Object() {
            @Override
            public String toString() {
                throw new UnsupportedOperationException("secret");
            }
        };
        AtomicInteger fuse = new AtomicInteger(Integer.MAX_VALUE);
        for (Queue<Object> queue : List.of(new Queue<>(), new PriorityQueue<Object>((a, b) -> {
            if (fuse.get() == 0) {
                throw new UnsupportedOperationException("from the order");
            }
            return 0;
        }))) {
            fuse.set(Integer.MAX_VALUE);
            queue.addAll(List.of(secret, 2));
            fuse.set(0);

            assertThat(queue).hasToString(queue.describe());
            assertThat(queue.describe()).endsWith(" [size=2, capacity=unbounded, unfinished=2, shutdown=false]");
        }
    }

    /** Who looks why a drain does not end has to see something. */
    @ParameterizedTest
    @EnumSource
    void toString_whileItemsAreDrained_doesNotWait(Kind kind, TestThreads threads) {
        Queue<Integer> queue = kind.create();
        queue.add(1);
        List<String> seen = new ArrayList<>();
        queue.drainTo(new ArrayList<>() {
            @Override
            public boolean add(Integer item) {
                seen.add(threads.call(queue::toString).join());
                return super.add(item);
            }
        });

        assertThat(seen)
                .singleElement()
                .asString()
                .endsWith("[size=1, capacity=unbounded, unfinished=1, shutdown=false]");
    }

    @Test
    void toString_runsNoCodeOfItemsUnderTheLocks(TestThreads threads) {
        Queue<Object> queue = new PriorityQueue<>((a, b) -> 0);
        queue.add(new Object() {
            @Override
            public String toString() {
                return "item that saw "
                        + threads.call(() -> queue.peek() == this).join();
            }
        });

        assertThat(queue.toString()).endsWith(", items=[item that saw true]]");
    }
}
