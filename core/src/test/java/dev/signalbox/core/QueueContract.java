// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every blocking queue does, ours and the JDK's. */
@ExtendWith(TestThreads.Extension.class)
interface QueueContract {
    /** Creates a bounded queue. */
    BlockingQueue<Integer> create(int capacity);

    /** Creates a queue without a bound. */
    BlockingQueue<Integer> create();

    /** The order in which items put one after the other are taken. */
    default List<Integer> inOrder(List<Integer> put) {
        return put;
    }

    /** Whether there are queues with a bound. */
    default boolean canBeBounded() {
        return true;
    }

    /** Whether what goes through the items sees them in the order in which they would be taken. */
    default boolean iteratesInOrder() {
        return true;
    }

    private BlockingQueue<Integer> createBounded(int capacity) {
        assumeTrue(canBeBounded());
        return create(capacity);
    }

    private BlockingQueue<Integer> createWith(List<Integer> items) {
        BlockingQueue<Integer> queue = create();
        queue.addAll(items);
        return queue;
    }

    private List<Integer> seen(Collection<Integer> items) {
        return iteratesInOrder()
                ? List.copyOf(items)
                : inOrder(items.stream().sorted().toList());
    }

    /** Every way to put that waits for room. */
    enum PutMethod {
        PUT(Thread.State.WAITING) {
            @Override
            boolean put(BlockingQueue<Integer> queue, Integer item, Duration timeout) throws InterruptedException {
                queue.put(item);
                return true;
            }
        },
        OFFER(Thread.State.TIMED_WAITING) {
            @Override
            boolean put(BlockingQueue<Integer> queue, Integer item, Duration timeout) throws InterruptedException {
                return queue.offer(item, Timeouts.nanos(timeout), TimeUnit.NANOSECONDS);
            }
        },
        OFFER_DURATION(Thread.State.TIMED_WAITING) {
            @Override
            boolean put(BlockingQueue<Integer> queue, Integer item, Duration timeout) throws InterruptedException {
                return ((Queue<Integer>) queue).offer(item, timeout);
            }
        };

        private final Thread.State parkedState;

        PutMethod(Thread.State parkedState) {
            this.parkedState = parkedState;
        }

        /** Puts; the timeout counts for a timed method only. */
        abstract boolean put(BlockingQueue<Integer> queue, Integer item, Duration timeout) throws InterruptedException;

        Thread.State parkedState() {
            return parkedState;
        }

        boolean isTimed() {
            return this != PUT;
        }

        void assumeIn(BlockingQueue<Integer> queue) {
            assumeTrue(queue instanceof Queue || this != OFFER_DURATION);
        }
    }

    /** Every way to take that waits for an item. */
    enum TakeMethod {
        TAKE(Thread.State.WAITING) {
            @Override
            Integer take(BlockingQueue<Integer> queue, Duration timeout) throws InterruptedException {
                return queue.take();
            }
        },
        POLL(Thread.State.TIMED_WAITING) {
            @Override
            Integer take(BlockingQueue<Integer> queue, Duration timeout) throws InterruptedException {
                return queue.poll(Timeouts.nanos(timeout), TimeUnit.NANOSECONDS);
            }
        },
        POLL_DURATION(Thread.State.TIMED_WAITING) {
            @Override
            Integer take(BlockingQueue<Integer> queue, Duration timeout) throws InterruptedException {
                return ((Queue<Integer>) queue).poll(timeout);
            }
        };

        private final Thread.State parkedState;

        TakeMethod(Thread.State parkedState) {
            this.parkedState = parkedState;
        }

        /** Takes; the timeout counts for a timed method only. */
        abstract Integer take(BlockingQueue<Integer> queue, Duration timeout) throws InterruptedException;

        Thread.State parkedState() {
            return parkedState;
        }

        boolean isTimed() {
            return this != TAKE;
        }

        void assumeIn(BlockingQueue<Integer> queue) {
            assumeTrue(queue instanceof Queue || this != POLL_DURATION);
        }
    }

    // ------------------------------------------------------------------------------------------- without waiting

    @Test
    default void items_comeOutInOrder() throws Exception {
        List<Integer> items =
                IntStream.range(0, 300).map(i -> i * 37 % 300).boxed().toList();
        BlockingQueue<Integer> queue = createWith(items);
        List<Integer> taken = new ArrayList<>();

        while (!queue.isEmpty()) {
            assertThat(queue.peek()).isEqualTo(queue.element());
            taken.add(queue.take());
        }

        assertThat(taken).isEqualTo(inOrder(items));
        assertThat(queue.peek()).isNull();
    }

    @Test
    default void fillAndDrain_inWaves_keepsOrderAndSize() throws Exception {
        BlockingQueue<Integer> queue = create();
        for (int wave = 1; wave < 200; wave += 13) {
            List<Integer> items = IntStream.range(0, wave).boxed().toList();
            for (int item : items) {
                queue.put(item);
            }
            assertThat(queue).hasSize(wave);
            List<Integer> taken = new ArrayList<>();
            for (int i = 0; i < wave; i++) {
                taken.add(queue.poll());
            }
            assertThat(taken).isEqualTo(inOrder(items));
            assertThat(queue).isEmpty();
        }
    }

    @Test
    default void nulls_areRefused() {
        BlockingQueue<Integer> queue = create();

        assertThatThrownBy(() -> queue.put(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> queue.offer(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> queue.add(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> queue.offer(null, 1, TimeUnit.SECONDS)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> queue.addAll(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> queue.drainTo(null)).isInstanceOf(NullPointerException.class);
        assertThat(queue).isEmpty();
    }

    @Test
    default void null_isNeverFound() {
        BlockingQueue<Integer> queue = create();
        queue.add(1);
        queue.add(2);

        assertThat(queue.contains(null)).isFalse();
        assertThat(queue.remove(null)).isFalse();
        assertThat(queue.containsAll(Arrays.asList(1, null))).isFalse();
        assertThat(queue.removeAll(Arrays.asList((Integer) null))).isFalse();
        assertThat(queue).hasSize(2);
    }

    @Test
    default void emptyQueue_givesNothing() {
        BlockingQueue<Integer> queue = create();

        assertThat(queue.poll()).isNull();
        assertThat(queue.peek()).isNull();
        assertThatThrownBy(queue::remove).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(queue::element).isInstanceOf(NoSuchElementException.class);
        assertThat(queue.drainTo(new ArrayList<>())).isZero();
        assertThat(queue.remainingCapacity()).isEqualTo(Integer.MAX_VALUE);
        assertThat(queue.iterator().hasNext()).isFalse();
    }

    @Test
    default void fullQueue_acceptsNothing() {
        BlockingQueue<Integer> queue = createBounded(2);
        assertThat(queue.offer(1)).isTrue();
        assertThat(queue.add(2)).isTrue();

        assertThat(queue.offer(3)).isFalse();
        assertThatThrownBy(() -> queue.add(3)).isInstanceOf(IllegalStateException.class);
        assertThat(queue.remainingCapacity()).isZero();
        assertThat(queue).hasSize(2);
        queue.remove();
        assertThat(queue.remainingCapacity()).isEqualTo(1);
        assertThat(queue.offer(3)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("dev.signalbox.core.Timeouts#expired")
    default void expiredTimeouts_tryOnce(Duration expired) throws Exception {
        BlockingQueue<Integer> queue = createBounded(1);

        assertThat(queue.poll(Timeouts.nanos(expired), TimeUnit.NANOSECONDS)).isNull();
        assertThat(queue.offer(1, Timeouts.nanos(expired), TimeUnit.NANOSECONDS))
                .isTrue();
        assertThat(queue.offer(2, Timeouts.nanos(expired), TimeUnit.NANOSECONDS))
                .isFalse();
        assertThat(queue.poll(Timeouts.nanos(expired), TimeUnit.NANOSECONDS)).isEqualTo(1);
    }

    // ---------------------------------------------------------------------------------------------------- waiting

    @ParameterizedTest
    @EnumSource
    default void take_empty_waitsForAnItem(TakeMethod method, TestThreads threads) throws Exception {
        BlockingQueue<Integer> queue = create();
        method.assumeIn(queue);
        TestThread<Integer> taker = threads.call(() -> method.take(queue, Timeouts.FOREVER));

        taker.awaitParked(method.parkedState());
        queue.put(7);

        assertThat(taker.join()).isEqualTo(7);
        assertThat(queue).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    default void put_full_waitsForRoom(PutMethod method, TestThreads threads) throws Exception {
        BlockingQueue<Integer> queue = createBounded(1);
        method.assumeIn(queue);
        queue.put(1);
        TestThread<Boolean> putter = threads.call(() -> method.put(queue, 2, Timeouts.FOREVER));

        putter.awaitParked(method.parkedState());
        assertThat(queue.take()).isEqualTo(1);

        assertThat(putter.join()).isTrue();
        assertThat(queue.take()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    default void take_interrupted_throwsAndTakesNothing(TakeMethod method, TestThreads threads) throws Exception {
        BlockingQueue<Integer> queue = create();
        method.assumeIn(queue);
        TestThread<Void> taker = threads.start(() -> {
            assertThatThrownBy(() -> method.take(queue, Timeouts.FOREVER)).isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });

        taker.awaitParked().interrupt().join();
        queue.put(1);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> method.take(queue, Timeouts.FOREVER)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(queue).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    default void put_interrupted_throwsAndPutsNothing(PutMethod method, TestThreads threads) throws Exception {
        BlockingQueue<Integer> queue = createBounded(1);
        method.assumeIn(queue);
        queue.put(1);
        TestThread<Void> putter = threads.start(() -> {
            assertThatThrownBy(() -> method.put(queue, 2, Timeouts.FOREVER)).isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });

        putter.awaitParked().interrupt().join();
        queue.take();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> method.put(queue, 2, Timeouts.FOREVER)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(queue).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    default void take_timedOut_isNull(TakeMethod method) throws Exception {
        BlockingQueue<Integer> queue = create();
        method.assumeIn(queue);
        assumeTrue(method.isTimed());

        assertThat(method.take(queue, Timeouts.SHORT)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    default void put_timedOut_isFalse(PutMethod method) throws Exception {
        BlockingQueue<Integer> queue = createBounded(1);
        method.assumeIn(queue);
        assumeTrue(method.isTimed());
        queue.put(1);

        assertThat(method.put(queue, 2, Timeouts.SHORT)).isFalse();
        assertThat(queue).hasSize(1);
    }

    @Test
    default void everyPut_wakesATaker(TestThreads threads) throws Exception {
        BlockingQueue<Integer> queue = create();
        List<TestThread<Integer>> takers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            takers.add(threads.call(queue::take).awaitParked());
        }

        for (int i = 0; i < 4; i++) {
            queue.put(i);
        }

        assertThat(takers.stream().map(TestThread::join)).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    default void everyTake_wakesAPutter(TestThreads threads) throws Exception {
        BlockingQueue<Integer> queue = createBounded(2);
        queue.put(0);
        queue.put(0);
        for (int i = 0; i < 4; i++) {
            threads.start(() -> queue.put(1)).awaitParked();
        }

        int sum = 0;
        for (int i = 0; i < 6; i++) {
            sum += queue.take();
        }

        assertThat(sum).isEqualTo(4);
    }

    // -------------------------------------------------------------------------------------------- bulk operations

    @Test
    default void drainTo_takesInOrderUpToTheLimit() {
        List<Integer> items = List.of(3, 1, 2, 5, 4);
        BlockingQueue<Integer> queue = createWith(items);
        List<Integer> drained = new ArrayList<>();

        assertThat(queue.drainTo(drained, 0)).isZero();
        assertThat(queue.drainTo(drained, -1)).isZero();
        assertThat(queue.drainTo(drained, 2)).isEqualTo(2);
        assertThat(drained).isEqualTo(inOrder(items).subList(0, 2));
        assertThat(queue.drainTo(drained)).isEqualTo(3);
        assertThat(drained).isEqualTo(inOrder(items));
        assertThat(queue).isEmpty();
    }

    @Test
    default void bulkOperations_withItself_areRefused() {
        BlockingQueue<Integer> queue = createWith(List.of(1));

        assertThatThrownBy(() -> queue.drainTo(queue)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> queue.addAll(queue)).isInstanceOf(IllegalArgumentException.class);
        assertThat(queue).hasSize(1);
    }

    @Test
    default void removals_makeRoomForPutters(TestThreads threads) throws Exception {
        List<java.util.function.Consumer<BlockingQueue<Integer>>> removals = List.of(
                queue -> assertThat(queue.remove(1)).isTrue(),
                Collection::clear,
                queue -> queue.drainTo(new ArrayList<>(), 1),
                queue -> {
                    Iterator<Integer> iterator = queue.iterator();
                    iterator.next();
                    iterator.remove();
                });
        for (java.util.function.Consumer<BlockingQueue<Integer>> removal : removals) {
            BlockingQueue<Integer> queue = createBounded(1);
            queue.put(1);
            TestThread<Void> putter = threads.start(() -> queue.put(2)).awaitParked();

            removal.accept(queue);

            putter.join();
            assertThat(queue).containsExactly(2);
        }
    }

    @Test
    default void itemsAnywhere_areFoundAndRemoved() {
        List<Integer> items = IntStream.range(0, 200).boxed().toList();
        BlockingQueue<Integer> queue = createWith(items);

        assertThat(queue.contains(150)).isTrue();
        assertThat(queue.contains(200)).isFalse();
        assertThat(queue.containsAll(List.of(0, 199))).isTrue();
        assertThat(queue.remove(150)).isTrue();
        assertThat(queue.remove(150)).isFalse();
        assertThat(queue.contains(150)).isFalse();
        assertThat(queue.removeAll(List.of(0, 199, 500))).isTrue();
        assertThat(queue.removeIf(item -> item >= 100)).isTrue();
        assertThat(queue.removeIf(item -> item >= 100)).isFalse();
        assertThat(queue.retainAll(List.of(5, 70, 6))).isTrue();

        assertThat(queue).hasSize(3);
        assertThat(List.of(queue.remove(), queue.remove(), queue.remove())).isEqualTo(inOrder(List.of(5, 6, 70)));
        assertThat(queue.poll()).isNull();
        queue.add(1);
        assertThat(queue.poll()).isEqualTo(1);
    }

    @Test
    default void removeIf_trueForSomeOccurrencesOfAnItem_leavesTheOthers() {
        BlockingQueue<Integer> queue = createWith(List.of(1, 2, 1, 3, 2, 1));
        Set<Integer> seen = new HashSet<>();

        assertThat(queue.removeIf(item -> !seen.add(item))).isTrue();

        assertThat(queue).containsExactlyInAnyOrder(1, 2, 3);
    }

    @Test
    default void clear_leavesNothing() {
        BlockingQueue<Integer> queue = createWith(List.of(1, 2, 3));

        queue.clear();

        assertThat(queue).isEmpty();
        queue.add(4);
        assertThat(queue.remove()).isEqualTo(4);
    }

    @Test
    default void iteration_seesAllItems() {
        List<Integer> items =
                IntStream.range(0, 150).map(i -> i * 7 % 150).boxed().toList();
        BlockingQueue<Integer> queue = createWith(items);
        List<Integer> visited = new ArrayList<>();
        queue.forEach(visited::add);

        assertThat(seen(queue)).isEqualTo(inOrder(items));
        assertThat(seen(visited)).isEqualTo(inOrder(items));
        assertThat(seen(queue.stream().toList())).isEqualTo(inOrder(items));
        assertThat(seen(queue.parallelStream().toList())).isEqualTo(inOrder(items));
        assertThat(queue.toArray()).hasSize(150);
        assertThat(queue.toArray(new Integer[0])).hasSize(150);
        Integer[] larger = new Integer[152];
        larger[150] = 1;
        assertThat(queue.toArray(larger)).isSameAs(larger);
        assertThat(larger[150]).isNull();
        assertThat(seen(List.of(queue.toArray(Integer[]::new)))).isEqualTo(inOrder(items));
    }

    @Test
    default void iterator_removesWhatItReturned() {
        BlockingQueue<Integer> queue = createWith(List.of(1, 2, 1, 3, 1));
        Iterator<Integer> iterator = queue.iterator();
        assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; iterator.hasNext(); i++) {
            Integer item = iterator.next();
            if (i == 2 || i == 4) {
                iterator.remove();
                assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
            } else {
                rest.add(item);
            }
        }
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);

        assertThat(seen(queue))
                .isEqualTo(
                        iteratesInOrder()
                                ? rest
                                : inOrder(rest.stream().sorted().toList()));
    }

    @Test
    default void iterator_whileOthersPutAndTake_goesOn(TestThreads threads) {
        BlockingQueue<Integer> queue =
                createWith(IntStream.range(0, 100).boxed().toList());
        TestThread<Void> other = threads.start(() -> {
            for (int i = 0; i < 2_000; i++) {
                queue.put(queue.take());
            }
        });

        while (!other.isDone()) {
            List<Integer> visited = new ArrayList<>();
            queue.iterator().forEachRemaining(visited::add);
            assertThat(visited).doesNotContainNull();
            if (queue instanceof Queue) {
                assertThat(visited).as("items of one moment").hasSizeBetween(99, 100);
            }
        }

        other.join();
        assertThat(queue).hasSize(100);
    }

    // ------------------------------------------------------------------------------------------------------- races

    @Test
    default void manyPuttersAndTakers_loseAndDoubleNothing(TestThreads threads) {
        for (int capacity : new int[] {1, 3, 100, 0}) {
            BlockingQueue<Integer> queue = capacity > 0 && canBeBounded() ? create(capacity) : create();
            int items = 2_000;
            AtomicInteger next = new AtomicInteger();
            threads.start(3, () -> {
                for (int item = next.getAndIncrement(); item < items; item = next.getAndIncrement()) {
                    queue.put(item);
                }
            });
            List<TestThread<List<Integer>>> takers = new ArrayList<>();
            AtomicInteger left = new AtomicInteger(items);
            for (int i = 0; i < 3; i++) {
                takers.add(threads.call(() -> {
                    List<Integer> taken = new ArrayList<>();
                    while (left.getAndDecrement() > 0) {
                        taken.add(queue.take());
                    }
                    return taken;
                }));
            }

            assertThat(takers.stream().flatMap(taker -> taker.join().stream()).sorted())
                    .isEqualTo(IntStream.range(0, items).boxed().toList());
            assertThat(queue).isEmpty();
        }
    }

    @Test
    default void interruptsAndTimeouts_loseAndDoubleNothing(TestThreads threads) {
        BlockingQueue<Integer> queue = canBeBounded() ? create(2) : create();
        int items = 1_000;
        TestThread<Void> putter = threads.start(() -> {
            for (int item = 0; item < items; ) {
                try {
                    if (item % 2 == 0 || queue.offer(item, 20, TimeUnit.MICROSECONDS)) {
                        if (item % 2 == 0) {
                            queue.put(item);
                        }
                        item++;
                    }
                } catch (InterruptedException e) {
                    continue; // nothing was put or taken
                }
            }
        });
        TestThread<List<Integer>> taker = threads.call(() -> {
            List<Integer> taken = new ArrayList<>();
            while (taken.size() < items) {
                try {
                    Integer item = taken.size() % 2 == 0 ? queue.take() : queue.poll(20, TimeUnit.MICROSECONDS);
                    if (item != null) {
                        taken.add(item);
                    }
                } catch (InterruptedException e) {
                    continue; // nothing was put or taken
                }
            }
            return taken;
        });

        TestThread.awaitUntil("every item is taken", () -> {
            putter.interrupt();
            taker.interrupt();
            return taker.isDone();
        });

        assertThat(taker.join()).hasSize(items).doesNotHaveDuplicates();
        assertThat(queue).isEmpty();
    }

    // -------------------------------------------------------------------------------------------------- executors

    @Test
    default void threadPoolExecutor_acceptsIt() throws Exception {
        BlockingQueue<Runnable> queue = createForTasks();
        AtomicInteger ran = new AtomicInteger();
        Event blocked = new Event();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(1, 2, 1, TimeUnit.MILLISECONDS, queue);
        try {
            pool.execute(new Numbered(0, () -> {
                try {
                    blocked.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
            Runnable removed = new Numbered(1, ran::incrementAndGet);
            pool.execute(removed);
            for (int i = 2; i < 100; i++) {
                pool.execute(new Numbered(i, ran::incrementAndGet));
            }
            assertThat(pool.remove(removed)).isTrue();
            assertThat(pool.getQueue()).hasSize(98);
            blocked.set();
        } finally {
            pool.shutdown();
            assertThat(pool.awaitTermination(TestThread.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        assertThat(ran).hasValue(98);
        assertThat(pool.shutdownNow()).isEmpty();
    }

    /** Creates a queue for {@link Numbered} tasks. */
    BlockingQueue<Runnable> createForTasks();

    /** A task that can be ordered. */
    final class Numbered implements Runnable, Comparable<Numbered> {
        private final int number;
        private final Runnable body;

        Numbered(int number, Runnable body) {
            this.number = number;
            this.body = body;
        }

        @Override
        public void run() {
            body.run();
        }

        @Override
        @SuppressWarnings("ComparableEquals") // tasks are only ordered
        public int compareTo(Numbered other) {
            return Integer.compare(number, other.number);
        }
    }
}
