// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The queue that gives the least item first, and when and where it asks what is least. */
final class AsyncPriorityQueueTest extends AsyncQueueContract {
    /** An order that does something when it is asked: throws at the given comparison, or tells who asks. */
    private static final class Order implements Comparator<Integer> {
        private final List<Object> askedBy = new ArrayList<>();
        private int fuse = -1;
        private Runnable burn = () -> {
            throw new UnsupportedOperationException("from the order");
        };

        @Override
        public int compare(Integer a, Integer b) {
            askedBy.add(Async.currentTask());
            if (fuse >= 0 && fuse-- == 0) {
                burn.run();
            }
            return Integer.compare(a, b);
        }
    }

    private final Order order = new Order();

    @Override
    AsyncQueue<Integer> create() {
        return new AsyncPriorityQueue<>();
    }

    @Override
    AsyncQueue<Integer> create(int capacity) {
        return new AsyncPriorityQueue<>(capacity);
    }

    @Override
    List<Integer> inOrder(List<Integer> ascending) {
        return ascending;
    }

    private static void assertFromTheOrder(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isExactlyInstanceOf(UnsupportedOperationException.class)
                .hasMessage("from the order");
    }

    @Test
    void constructors_checkTheirArguments() {
        assertNull("order", () -> new AsyncPriorityQueue<>(null));
        assertNull("order", () -> new AsyncPriorityQueue<>(1, null));
        assertThatThrownBy(() -> new AsyncPriorityQueue<>(0, String.CASE_INSENSITIVE_ORDER))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity: 0 (expected: > 0; for an unbounded queue use new AsyncPriorityQueue<>())");
    }

    @Test
    void items_comeOutByTheOrder() {
        EventLoop.run(() -> {
            var queue = new AsyncPriorityQueue<String>(
                    3, Comparator.comparing(String::length).reversed());
            List.of("a", "ccc", "bb").forEach(queue::put);
            assertThat(queue.offer("d")).isFalse();
            assertThat(List.of(queue.take(), queue.take(), queue.take())).containsExactly("ccc", "bb", "a");
        });
    }

    @Test
    void itemsWithoutAnOrder_areRefused() {
        EventLoop.run(() -> {
            var queue = new AsyncPriorityQueue<Object>();
            assertThatThrownBy(() -> queue.put(new Object())).isInstanceOf(ClassCastException.class);
            var taker = createTask(() -> queue.take());
            yieldNow();
            assertThatThrownBy(() -> queue.offer(new Object())).isInstanceOf(ClassCastException.class);
            assertThat(taker.isDone()).isFalse();
            queue.put(1);
            queue.put(2);
            assertThatThrownBy(() -> queue.put("three")).isInstanceOf(ClassCastException.class);
            assertThat(taker.await()).isEqualTo(1);
            assertThat(queue.take()).isEqualTo(2);
            assertThat(queue.isEmpty()).isTrue();
        });
    }

    // ---------------------------------------------------------------- an order that throws

    @Test
    void orderThrowsAtAnyComparison_changesNothing() {
        EventLoop.run(() -> {
            List<Integer> items = new ArrayList<>();
            for (int burnsAt = 0; burnsAt < 4; burnsAt++) {
                for (boolean put : List.of(true, false)) {
                    var queue = new AsyncPriorityQueue<>(50, order);
                    for (int i = 0; i < 40; i++) {
                        queue.put(i * 7 % 40);
                    }
                    String before = queue.toString();
                    order.fuse = burnsAt;
                    assertFromTheOrder(() -> {
                        if (put) {
                            queue.put(-1);
                        } else {
                            queue.take();
                        }
                    });
                    assertThat(queue).hasToString(before);
                    items.addAll(drain(queue));
                    assertThat(items).hasSize(40).isSorted();
                    items.clear();
                }
            }
        });
    }

    @Test
    void orderThrows_inAPutThatTakersWaitFor_theyWaitOn() {
        EventLoop.run(() -> {
            var queue = new AsyncPriorityQueue<>(order);
            var taker = createTask(() -> queue.take());
            Steps.settle();
            order.fuse = 0;
            assertFromTheOrder(() -> queue.put(1));
            assertThat(queue.toString()).contains("takers=1", "unfinished=0");
            queue.put(2);
            assertThat(taker.await()).isEqualTo(2);
        });
    }

    /** The one that waited gets the exception, not the one that made room; and the room goes to the next. */
    @Test
    void orderThrows_inAPutThatWaited_leavesTheRoomToAnother() {
        EventLoop.run(() -> {
            var queue = new AsyncPriorityQueue<>(2, order);
            queue.put(1);
            queue.put(2);
            var wrong = createTask(() -> queue.put(3));
            Steps.settle();
            var right = createTask(() -> queue.put(4));
            Steps.settle();
            order.askedBy.clear();
            assertThat(queue.take()).isEqualTo(1);
            order.fuse = 0;
            assertFromTheOrder(wrong::await);
            right.await();
            assertThat(order.askedBy).containsExactly(wrong, right);
            assertThat(drain(queue)).containsExactly(2, 4);
            queue.taskDone();
            queue.taskDone();
            queue.taskDone();
            queue.join();
        });
    }

    @Test
    void orderThrows_inATakeWithPuttersWaiting_givesNoRoom() {
        EventLoop.run(() -> {
            var queue = new AsyncPriorityQueue<>(3, order);
            List.of(1, 2, 3).forEach(queue::put);
            var putter = createTask(() -> queue.put(4));
            yieldNow();
            order.fuse = 0;
            assertFromTheOrder(queue::take);
            yieldNow();
            assertThat(putter.isDone()).isFalse();
            assertThat(queue.take()).isEqualTo(1);
            putter.await();
            assertThat(drain(queue)).containsExactly(2, 3, 4);
        });
    }

    @Test
    void orderThrows_forAnItemThatCameBack_atAnyComparison_losesNothing() {
        for (int burnsAt = 0; burnsAt < 6; burnsAt++) {
            int at = burnsAt;
            EventLoop.run(() -> {
                var queue = new AsyncPriorityQueue<>(order);
                var takers = List.of(createTask(() -> queue.take()), createTask(() -> queue.take()));
                Steps.settle();
                List.of(5, 1, 4, 3, 2).forEach(queue::put);
                takers.forEach(Task::cancel);
                order.askedBy.clear();
                Steps.settle();
                assertThat(takers).allMatch(Future::isCancelled);
                assertThat(order.askedBy).isEmpty();
                order.fuse = at;
                assertFromTheOrder(queue::take);
                assertThat(queue.size()).isEqualTo(5);
                assertThat(drain(queue)).containsExactly(1, 2, 3, 4, 5);
                assertThat(order.askedBy).containsOnly(Async.currentTask());
            });
        }
    }

    // ---------------------------------------------------------------- who asks

    @Test
    @InOrder
    void order_isAskedOnlyByWhoeverPutsOrTakes() {
        EventLoop.run(() -> {
            var queue = new AsyncPriorityQueue<>(1, order);
            var putters = new ArrayList<Task<?>>();
            for (int i = 0; i < 5; i++) {
                int item = i;
                putters.add(createTask("putter " + i, () -> queue.put(item)));
            }
            var takers = new ArrayList<Task<Integer>>();
            for (int i = 0; i < 4; i++) {
                takers.add(createTask(() -> queue.take()));
            }
            yieldNow();
            var cancelled = putters.remove(2);
            cancelled.cancel();
            Async.gather(putters);
            Async.gather(takers);
            assertThat(cancelled.isCancelled()).isTrue();
            assertThat(order.askedBy).isNotEmpty().isSubsetOf(putters);
        });
    }

    // ---------------------------------------------------------------- an order that uses the queue, or waits

    @Test
    void orderThatPutsOrTakes_isRefused_andLosesNothing() {
        EventLoop.run(() -> {
            var queue = new AsyncPriorityQueue<>(order);
            List.of(1, 2, 3).forEach(queue::put);
            order.burn = () -> queue.offer(0);
            for (ThrowingCallable call : List.<ThrowingCallable>of(() -> queue.put(4), queue::take)) {
                order.fuse = 0;
                assertThatThrownBy(call)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessage("queue was changed by the order of its items, while that was asked");
                assertThat(queue.take()).isZero();
            }
            assertThat(drain(queue)).containsExactly(1, 2, 3);
        });
    }

    @Test
    @InOrder
    void orderThatWaits_whileAnItemIsPut_andOthersPut_isRefused() {
        EventLoop.run(() -> {
            var queue = new AsyncPriorityQueue<>(order);
            order.burn = Async::yieldNow;
            order.fuse = 0;
            var taker = createTask(() -> queue.take());
            yieldNow();
            createTask(() -> queue.put(2));
            assertThatThrownBy(() -> queue.put(1)).isExactlyInstanceOf(IllegalStateException.class);
            assertThat(taker.await()).isEqualTo(2);
            assertThat(queue.isEmpty()).isTrue();
        });
    }

    @Test
    @InOrder
    void orderThatWaits_whileAnItemThatCameBackIsSortedIn_andAnotherComesBack_losesNothing() {
        EventLoop.run(() -> {
            var queue = new AsyncPriorityQueue<>(order);
            var takers = List.of(createTask(() -> queue.take()), createTask(() -> queue.take()));
            yieldNow();
            List.of(1, 2, 3).forEach(queue::put);
            takers.get(1).cancel();
            yieldNow();
            // The first has run and has its item; the second gave its own back.
            assertThat(takers.get(0).await()).isEqualTo(1);
            var later = createTask(() -> queue.take());
            order.burn = Async::yieldNow;
            order.fuse = 0;
            var taken = new ArrayList<Integer>();
            try {
                taken.add(queue.take());
            } catch (IllegalStateException e) {
                taken.add(queue.take());
            }
            taken.add(later.await());
            assertThat(taken).containsExactlyInAnyOrder(2, 3);
            assertThat(queue.isEmpty()).isTrue();
        });
    }
}
