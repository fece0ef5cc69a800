// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.QueueShutdownException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every queue of a loop does, whatever the order of its items. */
abstract class AsyncQueueContract {
    static final Duration SHORT = Duration.ofMillis(2);
    static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    final Steps steps = new Steps();

    abstract AsyncQueue<Integer> create();

    abstract AsyncQueue<Integer> create(int capacity);

    /** The order in which items come out that were put in ascending order. */
    abstract List<Integer> inOrder(List<Integer> ascending);

    private List<Integer> inOrder(int from, int to) {
        return inOrder(IntStream.rangeClosed(from, to).boxed().toList());
    }

    static List<Integer> drain(AsyncQueue<Integer> queue) {
        List<Integer> items = new ArrayList<>();
        while (!queue.isEmpty()) {
            items.add(queue.poll());
        }
        return items;
    }

    /** A full queue with the items from 1 to its capacity. */
    private AsyncQueue<Integer> full(int capacity) {
        AsyncQueue<Integer> queue = create(capacity);
        for (int i = 1; i <= capacity; i++) {
            queue.put(i);
        }
        return queue;
    }

    private static List<Task<Integer>> takers(AsyncQueue<Integer> queue, int count) {
        List<Task<Integer>> takers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            takers.add(createTask(() -> queue.take()));
            Steps.settle(); // they come in this order, whatever that of the loop is
        }
        return takers;
    }

    private static Task<Void> putter(AsyncQueue<Integer> queue, int item) {
        return createTask(() -> {
            queue.put(item);
        });
    }

    private static void assertCancelled(Future<?> future) {
        assertThatThrownBy(future::await).isInstanceOf(CancelledException.class);
        assertThat(future.isCancelled()).isTrue();
    }

    // ---------------------------------------------------------------- arguments

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void capacity_notPositive_isRefusedWithAHint(int capacity) {
        String type = create().getClass().getSimpleName();
        assertThatThrownBy(() -> create(capacity))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity: %d (expected: > 0; for an unbounded queue use new %s<>())", capacity, type);
    }

    @Test
    void arguments_null_areRefusedByName() {
        EventLoop.run(() -> {
            var queue = create();
            assertNull("e", () -> queue.put(null));
            assertNull("e", () -> queue.offer(null));
            assertNull("e", () -> assertThat(queue.offer(null, SHORT)).isTrue());
            assertNull("timeout", () -> assertThat(queue.offer(1, null)).isTrue());
            assertNull("timeout", () -> assertThat(queue.poll(null)).isNull());
            assertNull("timeout", () -> assertThat(queue.join(null)).isTrue());
            assertThat(queue.isEmpty()).isTrue();
            assertThat(queue.join(Duration.ZERO)).isTrue();
        });
    }

    static void assertNull(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(NullPointerException.class).hasMessage(name);
    }

    @Test
    void inACallback_onlyWaitingIsRefused() {
        EventLoop.run(() -> Steps.inCallback(() -> {
            var queue = create(2);
            assertThat(queue.offer(1)).isTrue();
            List<ThrowingCallable> waits = List.of(
                    () -> queue.put(2),
                    () -> assertThat(queue.offer(2, Duration.ZERO)).isTrue(),
                    queue::take,
                    () -> assertThat(queue.poll(Duration.ZERO)).isNull(),
                    queue::join,
                    () -> assertThat(queue.join(Duration.ZERO)).isTrue());
            assertThat(waits)
                    .allSatisfy(wait -> assertThatThrownBy(wait)
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("only tasks can wait"));
            assertThat(queue.size()).isEqualTo(1);
            assertThat(queue.poll()).isEqualTo(1);
            queue.taskDone();
            queue.shutdown();
            assertThat(queue.isShutdown()).isTrue();
            queue.shutdownNow();
        }));
    }

    // ---------------------------------------------------------------- without waiting

    @Test
    void putAndTake_withoutNeed_letNobodyRun() {
        EventLoop.run(() -> {
            var queue = create(1);
            var other = createTask(() -> steps.at(2));
            queue.put(1);
            assertThat(queue.take()).isEqualTo(1);
            queue.taskDone();
            queue.join();
            steps.at(1);
            other.await();
            steps.done(3);
        });
    }

    @Test
    void items_comeOutInOrder() {
        EventLoop.run(() -> {
            var queue = create();
            for (int i = 1; i <= 200; i++) {
                queue.put(i);
            }
            assertThat(queue.size()).isEqualTo(200);
            assertThat(drain(queue)).isEqualTo(inOrder(1, 200));
            assertThat(queue.isEmpty()).isTrue();
        });
    }

    @Test
    void fullQueue_acceptsNothing() {
        EventLoop.run(() -> {
            var queue = full(2);
            assertThat(queue.remainingCapacity()).isZero();
            assertThat(queue.offer(3)).isFalse();
            assertThat(queue.offer(3, SHORT)).isFalse();
            assertThat(drain(queue)).isEqualTo(inOrder(1, 2));
            assertThat(queue.remainingCapacity()).isEqualTo(2);
        });
    }

    @Test
    void emptyQueue_givesNothing() {
        EventLoop.run(() -> {
            var queue = create();
            assertThat(queue.isEmpty()).isTrue();
            assertThat(queue.size()).isZero();
            assertThat(queue.poll()).isNull();
            assertThat(queue.poll(SHORT)).isNull();
            assertThat(queue.remainingCapacity()).isEqualTo(Integer.MAX_VALUE);
        });
    }

    @Test
    void remainingCapacity_ofAHugeBound_isCounted() {
        EventLoop.run(() -> {
            var queue = create(Integer.MAX_VALUE);
            queue.put(1);
            assertThat(queue.remainingCapacity()).isEqualTo(Integer.MAX_VALUE - 1);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void expiredTimeouts_tryOnceAndLetNobodyRun(long seconds) {
        Duration expired = Duration.ofSeconds(seconds);
        EventLoop.run(() -> {
            var queue = create(1);
            createTask(() -> steps.at(2));
            assertThat(queue.poll(expired)).isNull();
            assertThat(queue.offer(1, expired)).isTrue();
            assertThat(queue.offer(2, expired)).isFalse();
            assertThat(queue.join(expired)).isFalse();
            assertThat(queue.poll(expired)).isEqualTo(1);
            queue.taskDone();
            assertThat(queue.join(expired)).isTrue();
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void toString_isIdentityAndState_fromAnyThread() {
        EventLoop.run(() -> {
            var queue = create(1);
            String identity =
                    queue.getClass().getSimpleName() + "@" + Integer.toHexString(System.identityHashCode(queue));
            takers(queue, 2);
            queue.put(1);
            assertThat(queue)
                    .hasToString(identity + " [size=0, capacity=1, takers=1, putters=0, unfinished=1, shutdown=false]");
            queue.put(2);
            queue.put(3);
            Steps.settle();
            queue.shutdown();
            Async.blocking(() -> assertThat(queue)
                    .hasToString(identity + " [size=1, capacity=1, takers=0, putters=0, unfinished=3, shutdown=true]"));
            assertThat(create().toString()).contains("capacity=unbounded");
        });
    }

    // ---------------------------------------------------------------- waiting

    @Test
    void take_empty_waitsForAnItem() {
        EventLoop.run(() -> {
            var queue = create();
            var taker = createTask(() -> {
                steps.at(1);
                assertThat(queue.take()).isEqualTo(7);
                steps.at(3);
            });
            Steps.settle();
            steps.at(2);
            queue.put(7);
            taker.await();
            steps.done(4);
        });
    }

    @Test
    void put_full_waitsForRoom() {
        EventLoop.run(() -> {
            var queue = full(1);
            var putter = createTask(() -> {
                steps.at(1);
                queue.put(2);
                steps.at(3);
            });
            Steps.settle();
            steps.at(2);
            assertThat(queue.take()).isEqualTo(1);
            putter.await();
            assertThat(queue.take()).isEqualTo(2);
            steps.done(4);
        });
    }

    @Test
    void timedForms_servedInTime() {
        EventLoop.run(() -> {
            var queue = create(1);
            var taker = createTask(() -> queue.poll(HUGE));
            var joiner = createTask(() -> queue.join(HUGE));
            yieldNow();
            queue.put(1);
            queue.put(2);
            var putter = createTask(() -> queue.offer(3, HUGE));
            yieldNow();
            assertThat(taker.await()).isEqualTo(1);
            assertThat(queue.take()).isEqualTo(2);
            assertThat(putter.await()).isTrue();
            assertThat(drain(queue)).containsExactly(3);
            for (int i = 0; i < 3; i++) {
                queue.taskDone();
            }
            assertThat(joiner.await()).isTrue();
        });
    }

    @Test
    void timeIsUp_leavesNothingBehind() {
        EventLoop.run(() -> {
            var queue = create(1);
            assertThat(queue.poll(SHORT)).isNull();
            queue.put(1);
            assertThat(queue.offer(2, SHORT)).isFalse();
            assertThat(queue.join(SHORT)).isFalse();
            assertThat(queue.toString()).contains("takers=0, putters=0, unfinished=1");
            assertThat(drain(queue)).containsExactly(1);
            assertThat(queue.offer(3)).isTrue();
        });
    }

    @Test
    void put_takersWait_handsOverAtOnce_inTheOrderOfArrival() {
        EventLoop.run(() -> {
            var queue = create(1);
            var takers = takers(queue, 3);
            for (int i = 1; i <= 3; i++) {
                assertThat(queue.offer(i)).isTrue();
                assertThat(queue.size()).isZero();
                assertThat(queue.poll()).isNull();
            }
            assertThat(queue.poll(Duration.ZERO)).isNull();
            assertThat(queue.offer(4)).isTrue();
            assertThat(queue.offer(5)).isFalse();
            assertThat(takers).noneMatch(Future::isDone);
            assertThat(Async.gather(takers)).containsExactly(1, 2, 3);
            assertThat(drain(queue)).containsExactly(4);
        });
    }

    @Test
    void take_behindTakersThatWait_queuesUp() {
        EventLoop.run(() -> {
            var queue = create();
            var first = takers(queue, 1).get(0);
            queue.put(1);
            var second = createTask(() -> queue.take());
            queue.put(2);
            assertThat(first.await()).isEqualTo(1);
            assertThat(second.await()).isEqualTo(2);
        });
    }

    @Test
    @InOrder
    void takeWithPuttersWaiting_givesRoomToTheFirst_andNobodyOvertakes() {
        EventLoop.run(() -> {
            var queue = full(2);
            var order = new ArrayList<Integer>();
            var putters = new ArrayList<Task<?>>();
            for (int i = 3; i <= 5; i++) {
                int item = i;
                putters.add(createTask(() -> {
                    queue.put(item);
                    order.add(item);
                }));
            }
            yieldNow();
            drain(queue);
            // Two have been given room, and none has run yet.
            assertThat(queue.remainingCapacity()).isZero();
            assertThat(queue.offer(6)).isFalse();
            assertThat(queue.offer(6, Duration.ZERO)).isFalse();
            putters.add(createTask(() -> {
                queue.put(6); // behind all of them
                order.add(6);
            }));
            yieldNow();
            assertThat(order).containsExactly(3, 4);
            assertThat(queue.take()).isEqualTo(inOrder(3, 4).get(0));
            assertThat(queue.take()).isEqualTo(inOrder(3, 4).get(1));
            Async.gather(putters);
            assertThat(order).containsExactly(3, 4, 5, 6);
            assertThat(drain(queue)).isEqualTo(inOrder(5, 6));
        });
    }

    @Test
    void put_whileAnotherIsGivenRoom_andThereIsMore_queuesUpBehind() {
        EventLoop.run(() -> {
            var queue = full(2);
            var first = createTask(() -> {
                queue.put(3);
                steps.at(2);
            });
            Steps.settle();
            drain(queue);
            assertThat(queue.remainingCapacity()).isEqualTo(1);
            assertThat(queue.offer(4)).isFalse();
            steps.at(1);
            queue.put(4);
            steps.done(3);
            assertThat(first.isDone()).isTrue();
            assertThat(drain(queue)).isEqualTo(inOrder(3, 4));
        });
    }

    @Test
    void oneProducerOneConsumer_overASmallQueue_allArriveInTurn() {
        EventLoop.run(() -> {
            var queue = create(1);
            var producer = createTask(() -> {
                for (int i = 0; i < 50; i++) {
                    queue.put(i);
                }
            });
            for (int i = 0; i < 50; i++) {
                assertThat(queue.take()).isEqualTo(i);
            }
            producer.await();
            assertThat(queue.isEmpty()).isTrue();
        });
    }

    /** Several tasks put while one drains by {@code size} and {@code poll}: each gets its room. */
    @Test
    @InOrder
    void whyArePuttersWaiting() {
        EventLoop.run(() -> {
            var queue = create(2);
            var getter = createTask(() -> {
                yieldNow();
                for (int n = queue.size(); n > 0; n--) {
                    assertThat(queue.poll()).isNotNull();
                }
            });
            var putters = new ArrayList<Task<?>>(List.of(getter));
            for (int i = 0; i < 4; i++) {
                putters.add(putter(queue, i));
            }
            Async.gather(putters);
            assertThat(queue.size()).isEqualTo(2);
        });
    }

    // ---------------------------------------------------------------- cancel of a take: the four states

    @Test
    void takeCancelled_waiting_leavesTheQueue() {
        EventLoop.run(() -> {
            var queue = create();
            var takers = takers(queue, 2);
            takers.get(0).cancel();
            assertCancelled(takers.get(0));
            assertThat(queue.toString()).contains("takers=1");
            queue.put(1);
            assertThat(takers.get(1).await()).isEqualTo(1);
        });
    }

    @Test
    void takeCancelled_thenPutBeforeItRuns_servesTheNext() {
        EventLoop.run(() -> {
            var queue = create();
            var takers = takers(queue, 2);
            takers.get(0).cancel();
            queue.put(1);
            assertThat(queue.size()).isZero();
            assertThat(takers.get(1).await()).isEqualTo(1);
            Steps.settle();
            assertThat(takers.get(0).isCancelled()).isTrue();
        });
    }

    @Test
    void takeCancelled_thenPutBeforeItRuns_nobodyElse_keepsTheItem() {
        EventLoop.run(() -> {
            var queue = create();
            var taker = takers(queue, 1).get(0);
            taker.cancel();
            queue.put(1);
            assertThat(queue.poll()).isEqualTo(1);
            assertCancelled(taker);
            assertThat(queue.isEmpty()).isTrue();
        });
    }

    @Test
    void takeHandedOver_thenCancelled_theItemGoesToTheNext() {
        EventLoop.run(() -> {
            var queue = create();
            var takers = takers(queue, 3);
            queue.put(1);
            takers.get(0).cancel();
            assertThat(takers.get(1).await()).isEqualTo(1);
            assertThat(takers.get(0).isCancelled()).isTrue();
            queue.put(2);
            assertThat(takers.get(2).await()).isEqualTo(2);
        });
    }

    @Test
    void takeHandedOver_thenCancelled_nobodyElse_theItemComesBack() {
        EventLoop.run(() -> {
            var queue = create();
            var taker = takers(queue, 1).get(0);
            queue.put(1);
            queue.put(2);
            taker.cancel();
            assertCancelled(taker);
            assertThat(queue.size()).isEqualTo(2);
            assertThat(drain(queue)).isEqualTo(inOrder(1, 2));
        });
    }

    @Test
    void takesHandedOver_allCancelled_theLastIsServed() {
        EventLoop.run(() -> {
            var queue = create();
            var takers = takers(queue, 10);
            queue.put(1);
            takers.subList(0, 9).forEach(Task::cancel);
            assertThat(takers.get(9).await()).isEqualTo(1);
            Steps.settle();
            assertThat(takers.subList(0, 9)).allMatch(Future::isCancelled);
            assertThat(queue.isEmpty()).isTrue();
        });
    }

    @Test
    void takesHandedOver_allCancelled_theItemsComeBackInOrder() {
        EventLoop.run(() -> {
            var queue = create();
            var takers = takers(queue, 5);
            for (int i = 1; i <= 8; i++) {
                queue.put(i);
            }
            assertThat(queue.size()).isEqualTo(3);
            takers.forEach(Task::cancel);
            Steps.settle();
            assertThat(takers).allMatch(Future::isCancelled);
            assertThat(queue.size()).isEqualTo(8);
            assertThat(drain(queue)).isEqualTo(inOrder(1, 8));
        });
    }

    /** The item that went on to the third comes back last, and yet was put first. */
    @Test
    @InOrder
    void itemHandedOnAndGivenBackLast_isWhereItWas() {
        EventLoop.run(() -> {
            var queue = create();
            var takers = takers(queue, 3);
            queue.put(1);
            queue.put(2);
            takers.get(0).cancel();
            takers.get(1).cancel();
            createTask(() -> takers.get(2).cancel());
            yieldNow();
            yieldNow();
            assertThat(takers).allMatch(Future::isCancelled);
            queue.put(3);
            assertThat(drain(queue)).isEqualTo(inOrder(1, 3));
        });
    }

    @Test
    void itemsThatComeBack_mayBeMoreThanTheCapacity_untilTaken() {
        EventLoop.run(() -> {
            var queue = create(1);
            var taker = takers(queue, 1).get(0);
            queue.put(1);
            queue.put(2);
            taker.cancel();
            var putter = putter(queue, 3);
            Steps.settle();
            assertThat(queue.size()).isEqualTo(2);
            assertThat(queue.remainingCapacity()).isZero();
            List<Integer> taken = new ArrayList<>(List.of(queue.take()));
            Steps.settle();
            assertThat(putter.isDone()).isFalse();
            assertThat(queue.size()).isEqualTo(1);
            taken.add(queue.take());
            putter.await();
            assertThat(taken).isEqualTo(inOrder(1, 2));
            assertThat(drain(queue)).containsExactly(3);
        });
    }

    @Test
    void takeCancelled_unfinishedItemsStayCounted() {
        EventLoop.run(() -> {
            var queue = create();
            var taker = takers(queue, 1).get(0);
            queue.put(1);
            taker.cancel();
            assertCancelled(taker);
            assertThat(queue.join(Duration.ZERO)).isFalse();
            queue.take();
            queue.taskDone();
            queue.join();
        });
    }

    // ---------------------------------------------------------------- cancel of a put: the four states

    @Test
    void putCancelled_waiting_leavesNothing() {
        EventLoop.run(() -> {
            var queue = full(1);
            var first = putter(queue, 2);
            var second = putter(queue, 3);
            Steps.settle();
            first.cancel();
            assertCancelled(first);
            assertThat(queue.toString()).contains("putters=1");
            assertThat(queue.take()).isEqualTo(1);
            second.await();
            assertThat(drain(queue)).containsExactly(3);
        });
    }

    @Test
    void putCancelled_thenTakeBeforeItRuns_servesTheNext() {
        EventLoop.run(() -> {
            var queue = full(1);
            var first = putter(queue, 2);
            var second = putter(queue, 3);
            Steps.settle();
            first.cancel();
            assertThat(queue.take()).isEqualTo(1);
            assertThat(queue.take()).isEqualTo(3);
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
            assertThat(second.isDone()).isTrue();
        });
    }

    @Test
    void putCancelled_thenTakeBeforeItRuns_nobodyElse_leavesTheRoom() {
        EventLoop.run(() -> {
            var queue = full(1);
            var putter = putter(queue, 2);
            yieldNow();
            putter.cancel();
            assertThat(queue.take()).isEqualTo(1);
            assertThat(queue.offer(3)).isTrue();
            assertCancelled(putter);
            assertThat(drain(queue)).containsExactly(3);
        });
    }

    @Test
    void putGivenRoom_thenCancelled_theRoomGoesToTheNext() {
        EventLoop.run(() -> {
            var queue = full(1);
            var first = putter(queue, 2);
            var second = putter(queue, 3);
            Steps.settle();
            assertThat(queue.take()).isEqualTo(1);
            first.cancel();
            second.await();
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
            assertThat(drain(queue)).containsExactly(3);
        });
    }

    @Test
    void putGivenRoom_thenCancelled_nobodyElse_theRoomIsFree() {
        EventLoop.run(() -> {
            var queue = full(1);
            var putter = putter(queue, 2);
            yieldNow();
            assertThat(queue.take()).isEqualTo(1);
            putter.cancel();
            assertCancelled(putter);
            assertThat(queue.isEmpty()).isTrue();
            assertThat(queue.remainingCapacity()).isEqualTo(1);
            assertThat(queue.offer(3)).isTrue();
            queue.take();
            queue.taskDone();
            queue.taskDone();
            queue.join(); // the cancelled one is not unfinished
        });
    }

    /** A put that is tried again after a cancel must not find its item there already. */
    @Test
    void putGivenRoom_thenCancelledAndTriedAgain_putsOnce() {
        EventLoop.run(() -> {
            var queue = full(1);
            var putter = putter(queue, 2);
            yieldNow();
            assertThat(queue.poll()).isEqualTo(1);
            putter.cancel();
            assertCancelled(putter);
            putter(queue, 2).await();
            assertThat(drain(queue)).containsExactly(2);
        });
    }

    @Test
    void putGivenRoom_thenCancelled_aWaitingTakeGetsTheNextItem() {
        EventLoop.run(() -> {
            var queue = full(1);
            var first = putter(queue, 2);
            var second = putter(queue, 3);
            yieldNow();
            assertThat(queue.take()).isEqualTo(1);
            first.cancel();
            assertThat(queue.take()).isEqualTo(3);
            second.await();
        });
    }

    @Test
    void putsAndTakes_withPendingCancel_doWhatNeedsNoWait() {
        EventLoop.run(() -> {
            var queue = create(1);
            createTask(() -> {
                        Async.currentTask().cancel();
                        queue.put(1);
                        assertThatThrownBy(() -> queue.put(2)).isInstanceOf(CancelledException.class);
                        Async.currentTask().uncancel();
                        Async.currentTask().cancel();
                        assertThat(queue.take()).isEqualTo(1);
                        assertThatThrownBy(queue::take).isInstanceOf(CancelledException.class);
                        Async.currentTask().uncancel();
                    })
                    .await();
            assertThat(queue.toString()).contains("size=0", "takers=0, putters=0");
        });
    }

    @Test
    @InOrder
    void timeIsUp_thenCancelledBeforeItRuns_isCancelledAndHasNothing() {
        EventLoop.run(() -> {
            var queue = create();
            var taker = createTask(() -> queue.poll(SHORT));
            yieldNow();
            while (queue.toString().contains("takers=1")) {
                yieldNow();
            }
            assertThat(taker.isDone()).isFalse();
            taker.cancel();
            queue.put(1);
            yieldNow();
            assertThat(taker.isCancelled()).isTrue();
            assertThat(drain(queue)).containsExactly(1);
        });
    }

    // ---------------------------------------------------------------- join

    @Test
    void join_waitsForUnfinishedWork_notForEmpty() {
        EventLoop.run(() -> {
            var queue = create();
            queue.put(1);
            queue.put(2);
            var joiners = List.of(createTask(() -> queue.join()), createTask(() -> {
                steps.at(1);
                assertThat(queue.join(HUGE)).isTrue();
                steps.at(4);
            }));
            Steps.settle();
            queue.take();
            queue.taskDone();
            queue.take();
            queue.put(3);
            queue.taskDone();
            steps.at(2);
            Steps.settle();
            steps.at(3);
            queue.take();
            queue.taskDone();
            Async.gather(joiners);
            steps.done(5);
        });
    }

    @Test
    void join_cancelled_leaves() {
        EventLoop.run(() -> {
            var queue = create();
            queue.put(1);
            var joiner = createTask(() -> queue.join());
            yieldNow();
            joiner.cancel();
            assertCancelled(joiner);
            queue.taskDone();
            queue.join();
        });
    }

    @Test
    void taskDone_onceTooOften_throwsAndChangesNothing() {
        EventLoop.run(() -> {
            var queue = create();
            assertThatThrownBy(queue::taskDone)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("taskDone() called more often than items were put: 1 of 0: " + queue);
            queue.put(1);
            queue.taskDone();
            assertThatThrownBy(queue::taskDone).hasMessageContaining(": 2 of 1: ");
            queue.put(2);
            assertThat(queue.join(Duration.ZERO)).isFalse();
            queue.taskDone();
            assertThat(queue.join(Duration.ZERO)).isTrue();
        });
    }

    @Test
    void workersAndJoin_finishEverything() {
        EventLoop.run(() -> {
            var queue = create(3);
            var done = new ArrayList<Integer>();
            for (int i = 0; i < 3; i++) {
                createTask(() -> {
                    try {
                        while (true) {
                            int item = queue.take();
                            yieldNow();
                            done.add(item);
                            queue.taskDone();
                        }
                    } catch (QueueShutdownException e) {
                        steps.at(1 + done.size() - 100);
                        done.add(-1);
                    }
                });
            }
            for (int i = 0; i < 100; i++) {
                queue.put(i);
            }
            queue.join();
            assertThat(done).hasSize(100).doesNotHaveDuplicates();
            queue.shutdown();
            Steps.settle();
            steps.done(4);
        });
    }

    // ---------------------------------------------------------------- shutdown

    private static void assertShutDown(AsyncQueue<Integer> queue, ThrowingCallable... calls) {
        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isExactlyInstanceOf(QueueShutdownException.class)
                        .hasMessage("queue is shut down: " + queue));
    }

    private static void assertPutsThrow(AsyncQueue<Integer> queue) {
        assertShutDown(
                queue,
                () -> queue.put(9),
                () -> queue.offer(9),
                () -> assertThat(queue.offer(9, SHORT)).isTrue(),
                () -> assertThat(queue.offer(9, Duration.ZERO)).isTrue());
    }

    private static void assertTakesThrow(AsyncQueue<Integer> queue) {
        assertShutDown(
                queue,
                queue::take,
                queue::poll,
                () -> assertThat(queue.poll(SHORT)).isNull(),
                () -> assertThat(queue.poll(Duration.ZERO)).isNull());
    }

    @Test
    void shutdown_endsPutsAtOnceAndTakesWhenEmpty() {
        EventLoop.run(() -> {
            var queue = create();
            queue.put(1);
            queue.put(2);
            assertThat(queue.isShutdown()).isFalse();
            queue.shutdown();
            queue.shutdown();
            assertThat(queue.isShutdown()).isTrue();
            assertPutsThrow(queue);
            assertThat(List.of(queue.take(), queue.poll())).isEqualTo(inOrder(1, 2));
            assertTakesThrow(queue);
            assertThat(queue.join(Duration.ZERO)).isFalse();
            queue.taskDone();
            queue.taskDone();
            queue.join();
        });
    }

    @Test
    void shutdownNow_dropsTheItemsAndReleasesJoin() {
        EventLoop.run(() -> {
            var queue = create();
            queue.put(1);
            queue.put(2);
            queue.take();
            var joiner = createTask(() -> queue.join());
            yieldNow();
            queue.shutdown();
            queue.shutdownNow();
            assertThat(queue.isShutdown()).isTrue();
            assertThat(queue.isEmpty()).isTrue();
            joiner.await();
            queue.join();
            assertPutsThrow(queue);
            assertTakesThrow(queue);
            queue.taskDone(); // the one that was taken
            assertThatThrownBy(queue::taskDone).hasMessageContaining(": 2 of 1: ");
        });
    }

    @Test
    void shutdownNow_itemsReportedDoneBefore_doNotCountForOthers() {
        EventLoop.run(() -> {
            var queue = create();
            queue.put(1);
            queue.taskDone();
            queue.shutdownNow();
            assertThatThrownBy(queue::taskDone).hasMessageContaining(": 1 of 0: ");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shutdown_wakesAllThatWait(boolean now) {
        EventLoop.run(() -> {
            var empty = create();
            var full = full(1);
            List<Task<?>> tasks = List.of(
                    createTask(() -> empty.take()),
                    createTask(() -> empty.poll(HUGE)),
                    createTask(() -> full.put(2)),
                    createTask(() -> full.offer(2, HUGE)));
            yieldNow();
            for (var queue : List.of(empty, full)) {
                if (now) {
                    queue.shutdownNow();
                } else {
                    queue.shutdown();
                }
                assertThat(queue.toString()).contains("takers=0, putters=0");
            }
            assertThat(tasks)
                    .allSatisfy(
                            task -> assertThatThrownBy(task::await).isExactlyInstanceOf(QueueShutdownException.class));
            assertThat(full.size()).isEqualTo(now ? 0 : 1);
            assertThat(full.remainingCapacity()).isEqualTo(now ? 1 : 0);
        });
    }

    @Test
    void shutdown_ofWhomWasGivenRoom_putsNothing() {
        EventLoop.run(() -> {
            var queue = full(1);
            var putter = putter(queue, 2);
            yieldNow();
            assertThat(queue.take()).isEqualTo(1);
            queue.shutdown();
            assertThatThrownBy(putter::await).isExactlyInstanceOf(QueueShutdownException.class);
            assertThat(queue.isEmpty()).isTrue();
            queue.taskDone();
            queue.join();
        });
    }

    @Test
    void shutdown_thenCancelledBeforeItRuns_isCancelled() {
        EventLoop.run(() -> {
            var empty = create();
            var full = full(1);
            var taker = takers(empty, 1).get(0);
            var putter = putter(full, 2);
            yieldNow();
            empty.shutdown();
            full.shutdown();
            taker.cancel();
            putter.cancel();
            assertCancelled(taker);
            assertCancelled(putter);
            assertThat(empty.isEmpty()).isTrue();
            assertThat(drain(full)).containsExactly(1);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shutdown_ofWhomWasHandedAnItem_getsIt(boolean now) {
        EventLoop.run(() -> {
            var queue = create();
            var taker = takers(queue, 1).get(0);
            queue.put(1);
            if (now) {
                queue.shutdownNow();
            } else {
                queue.shutdown();
            }
            assertThat(taker.await()).isEqualTo(1);
            assertTakesThrow(queue);
            queue.taskDone();
            queue.join();
        });
    }

    /** Whoever waits is not told that there is nothing left while something may come back. */
    @Test
    void shutdown_handedOverThenCancelled_theItemGoesToAnotherWhoWaits() {
        EventLoop.run(() -> {
            var queue = create();
            var takers = takers(queue, 3);
            queue.put(1);
            queue.shutdown();
            assertThat(queue.toString()).contains("takers=2");
            assertThat(queue.poll()).isNull();
            takers.get(0).cancel();
            assertThat(takers.get(1).await()).isEqualTo(1);
            assertThatThrownBy(takers.get(2)::await).isExactlyInstanceOf(QueueShutdownException.class);
            assertThat(takers.get(0).isCancelled()).isTrue();
        });
    }

    @Test
    void shutdown_handedOverThenCancelled_nobodyElse_theItemCanBeTaken() {
        EventLoop.run(() -> {
            var queue = create();
            var taker = takers(queue, 1).get(0);
            queue.put(1);
            queue.shutdown();
            taker.cancel();
            assertCancelled(taker);
            assertThat(queue.take()).isEqualTo(1);
            assertTakesThrow(queue);
        });
    }

    @Test
    void shutdownNow_handedOverThenCancelled_dropsTheItem() {
        EventLoop.run(() -> {
            var queue = create();
            var takers = takers(queue, 2);
            queue.put(1);
            queue.shutdownNow();
            takers.get(0).cancel();
            assertCancelled(takers.get(0));
            assertThatThrownBy(takers.get(1)::await).isExactlyInstanceOf(QueueShutdownException.class);
            assertThat(queue.isEmpty()).isTrue();
            assertTakesThrow(queue);
            assertThatThrownBy(queue::taskDone).hasMessageContaining(": 1 of 0: ");
        });
    }

    @Test
    void shutdownNow_afterItemsCameBack_dropsThemToo() {
        EventLoop.run(() -> {
            var queue = create();
            var takers = takers(queue, 2);
            queue.put(1);
            queue.put(2);
            queue.put(3);
            takers.forEach(Task::cancel);
            Steps.settle();
            assertThat(queue.size()).isEqualTo(3);
            queue.shutdownNow();
            assertThat(queue.isEmpty()).isTrue();
            assertTakesThrow(queue);
        });
    }

    // ---------------------------------------------------------------- close of the loop

    @Test
    void close_endsAllThatWait() {
        var log = new ArrayList<String>();
        AsyncQueue<Integer> full = create(1);
        AsyncQueue<Integer> empty = create();
        EventLoop.run(() -> {
            full.put(1);
            for (VoidTaskBody<RuntimeException> wait : List.<VoidTaskBody<RuntimeException>>of(
                    () -> full.put(2),
                    () -> assertThat(full.offer(3, HUGE)).isFalse(),
                    () -> full.join(),
                    () -> empty.take(),
                    () -> assertThat(empty.poll(HUGE)).isNull())) {
                createTask(() -> {
                    try {
                        wait.run();
                    } catch (CancelledException e) {
                        log.add("cancelled");
                    }
                });
            }
            Steps.settle();
        });
        assertThat(log).hasSize(5).containsOnly("cancelled");
        assertThat(full.toString()).contains("size=1", "takers=0, putters=0, unfinished=1");
        assertThat(empty.toString()).contains("size=0", "takers=0, putters=0, unfinished=0");
    }

    @Test
    void close_afterHandOver_losesNothing() {
        AsyncQueue<Integer> queue = create();
        AsyncQueue<Integer> full = create(1);
        EventLoop.run(() -> {
            full.put(1);
            putter(full, 2);
            takers(queue, 2);
            full.take();
            queue.put(1);
        });
        assertThat(queue.toString()).contains("size=1", "takers=0");
        assertThat(full.toString()).contains("size=0", "putters=0, unfinished=1");
    }

    // ---------------------------------------------------------------- many at random

    /** Tasks that put and take in every way, cancelled at any moment: each item that was put is taken once. */
    @ParameterizedTest
    @Once
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void randomCancels_loseAndDoubleNothing(int seed) {
        EventLoop.run(() -> {
            var random = new Random(seed);
            var queue = create(1 + seed % 3);
            var put = new ArrayList<Integer>();
            var taken = new ArrayList<Integer>();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 6; i++) {
                int first = i * 1_000;
                tasks.add(createTask(() -> {
                    for (int item = first; item < first + 100; item++) {
                        int next = item;
                        undisturbed(() -> {
                            if (putSomehow(queue, next, random)) {
                                put.add(next);
                            }
                        });
                    }
                }));
                tasks.add(createTask(() -> {
                    for (int j = 0; j < 60; j++) {
                        undisturbed(() -> {
                            Integer item = takeSomehow(queue, random);
                            if (item != null) {
                                taken.add(item);
                            }
                        });
                    }
                }));
            }
            while (tasks.stream().anyMatch(task -> !task.isDone())) {
                Task<?> victim = tasks.get(random.nextInt(tasks.size()));
                if (random.nextInt(3) == 0 || queue.toString().contains("putters=6")) {
                    victim.cancel();
                }
                if (random.nextInt(4) == 0) {
                    Integer item = queue.poll();
                    if (item != null) {
                        taken.add(item);
                    }
                }
                yieldNow();
            }
            taken.addAll(drain(queue));
            Collections.sort(put);
            Collections.sort(taken);
            assertThat(put).hasSizeGreaterThan(50);
            assertThat(taken).isEqualTo(put);
            assertThat(queue.toString()).contains("takers=0, putters=0, unfinished=" + put.size());
        });
    }

    private static boolean putSomehow(AsyncQueue<Integer> queue, int item, Random random) {
        switch (random.nextInt(3)) {
            case 0:
                return queue.offer(item);
            case 1:
                return queue.offer(item, Duration.ofNanos(random.nextInt(50_000)));
            default:
                queue.put(item);
                return true;
        }
    }

    private static Integer takeSomehow(AsyncQueue<Integer> queue, Random random) {
        switch (random.nextInt(3)) {
            case 0:
                return queue.poll();
            case 1:
                return queue.poll(Duration.ofNanos(random.nextInt(50_000)));
            default:
                return queue.take();
        }
    }

    private static void undisturbed(Runnable step) {
        try {
            step.run();
            yieldNow();
        } catch (CancelledException e) {
            while (Async.currentTask().cancelling() > 0) {
                Async.currentTask().uncancel();
            }
        }
    }
}
