// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.blocking;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.iterate;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The items of publishers, read by tasks: order, back-pressure, ends, and what becomes of publishers that break the rules. */
@Timeout(60)
final class AsyncIterableTest {
    /** A publisher whose signals the test sends, and which writes down what it is asked. */
    private static class Hand implements Flow.Publisher<String>, Flow.Subscription {
        final List<String> calls = Collections.synchronizedList(new ArrayList<>());
        Flow.Subscriber<? super String> subscriber;

        @Override
        public void subscribe(Flow.Subscriber<? super String> subscriber) {
            this.subscriber = subscriber;
            subscriber.onSubscribe(this);
        }

        @Override
        public void request(long n) {
            assertThat(EventLoop.current()).as("where request is called").isNotNull();
            calls.add("request " + n);
        }

        @Override
        public void cancel() {
            calls.add("cancel");
        }

        void send(String... items) {
            for (String item : items) {
                subscriber.onNext(item);
            }
        }
    }

    private final Hand hand = new Hand();

    /** Lets what was sent arrive, and what was asked for be asked. */
    private static void settle() {
        Steps.settle();
    }

    // ---------------------------------------------------------------- reading

    @Test
    void items_inTheirOrder_thenTheEnd() {
        EventLoop.run(() -> {
            try (var items = iterate(hand, 8)) {
                settle();
                hand.send("a", "b", "c");
                hand.subscriber.onComplete();
                List<String> read = new ArrayList<>();
                for (String item : items) {
                    read.add(item);
                }
                assertThat(read).containsExactly("a", "b", "c");
                Iterator<String> iterator = items.iterator();
                assertThat(iterator.hasNext()).isFalse();
                assertThatThrownBy(iterator::next)
                        .isExactlyInstanceOf(NoSuchElementException.class)
                        .hasMessage("no items are left: " + items);
            }
            assertThat(hand.calls).containsExactly("request 8");
        });
    }

    @Test
    void next_waits_andOthersRun() {
        EventLoop.run(() -> {
            var items = iterate(hand, 8);
            Task<String> reader = createTask(() -> items.iterator().next());
            settle();
            assertThat(reader.isDone()).isFalse();
            hand.send("a");
            assertThat(reader.await()).isEqualTo("a");
            items.close();
        });
    }

    @Test
    void next_withItemsThere_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            var items = iterate(hand, 8);
            settle();
            hand.send("a", "b");
            settle();
            var steps = new Steps();
            createTask(() -> steps.at(2));
            assertThat(items.iterator().hasNext()).isTrue();
            assertThat(items.iterator().next()).isEqualTo("a");
            assertThat(items.iterator().next()).isEqualTo("b");
            steps.at(1);
            Steps.settle();
            steps.done(3);
            items.close();
        });
    }

    @Test
    void empty_publisher() {
        EventLoop.run(() -> {
            var items = iterate(hand, 1);
            hand.subscriber.onComplete();
            assertThat(items).isEmpty();
            settle();
            assertThat(hand.calls).doesNotContain("cancel");
        });
    }

    @Test
    void allWaysToRead() {
        EventLoop.run(() -> {
            List<String> read = new ArrayList<>();
            var items = iterate(hand, 8);
            settle();
            hand.send("a", "b", "c");
            hand.subscriber.onComplete();
            assertThat(StreamSupport.stream(items.spliterator(), false).limit(1).toList())
                    .containsExactly("a");
            assertThatThrownBy(() -> items.iterator().remove()).isInstanceOf(UnsupportedOperationException.class);
            read.add(items.iterator().next());
            items.forEach(read::add);
            items.iterator().forEachRemaining(read::add);
            assertThat(read).containsExactly("b", "c");
        });
    }

    @Test
    void failure_isThrownAsAwaitDoes_afterTheItems() {
        EventLoop.run(() -> {
            for (Throwable failure : List.of(
                    new IllegalStateException("planned"), new AssertionError("planned"), new IOException("planned"))) {
                var items = iterate(hand, 8);
                settle();
                hand.send("a");
                hand.subscriber.onError(failure);
                assertThat(items.iterator().next()).isEqualTo("a");
                for (int again = 0; again < 2; again++) {
                    if (failure instanceof IOException) {
                        assertThatThrownBy(() -> items.iterator().hasNext())
                                .isExactlyInstanceOf(CompletionException.class)
                                .hasCause(failure);
                    } else {
                        assertThatThrownBy(() -> items.iterator().next()).isSameAs(failure);
                    }
                }
                items.close();
            }
            assertThat(hand.calls).doesNotContain("cancel");
        });
    }

    @Test
    @Once
    void severalReaders_shareTheItems() {
        EventLoop.run(() -> {
            var publisher = new SubmissionPublisher<Integer>();
            var items = iterate(publisher, 4);
            List<Integer> read = new ArrayList<>();
            List<Task<Void>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(createTask(() -> items.forEach(read::add)));
            }
            blocking(() -> IntStream.range(0, 1_000).forEach(publisher::submit));
            publisher.close();
            Async.gather(readers);
            assertThat(read).doesNotHaveDuplicates().hasSize(1_000);
        });
    }

    // ---------------------------------------------------------------- back-pressure

    @Test
    void requests_comeInHalfBuffers_andNeverExceedIt() {
        EventLoop.run(() -> {
            var items = iterate(hand, 5);
            settle();
            assertThat(hand.calls).containsExactly("request 5");
            hand.send("a", "b", "c", "d", "e");
            settle();
            items.iterator().next();
            assertThat(hand.calls).hasSize(1);
            items.iterator().next();
            assertThat(hand.calls).containsExactly("request 5", "request 2");
            items.iterator().next();
            items.iterator().next();
            items.iterator().next();
            assertThat(hand.calls).containsExactly("request 5", "request 2", "request 2");
            assertThat(items).hasToString(items.toString()).asString().endsWith(" [open, items=0, outstanding=4]");
            items.close();
        });
    }

    @ParameterizedTest
    @Once
    @ValueSource(ints = {1, 2, 3, 16, 256, Integer.MAX_VALUE})
    void submissionPublisher_allItemsInOrder(int bufferSize) {
        EventLoop.run(() -> {
            var publisher = new SubmissionPublisher<Integer>();
            try (var items = iterate(publisher, bufferSize)) {
                Bystander<Void> sender = Bystander.start(() -> {
                    IntStream.range(0, 5_000).forEach(publisher::submit);
                    publisher.close();
                });
                int expected = 0;
                for (int item : items) {
                    assertThat(item).isEqualTo(expected++);
                }
                assertThat(expected).isEqualTo(5_000);
                blocking(sender::join);
            }
        });
    }

    @Test
    void defaultBuffer_isThatOfFlow() {
        EventLoop.run(() -> {
            try (var items = iterate(hand)) {
                settle();
                assertThat(hand.calls).containsExactly("request " + Flow.defaultBufferSize());
                assertThat(items).isNotNull();
            }
        });
    }

    /** A publisher that sends at once, on the loop, from within request. */
    @Test
    void publisher_thatSendsWithinRequest() {
        var counting = new Hand() {
            private int sent;

            @Override
            public void request(long n) {
                for (long i = 0; i < n && sent < 10_000; i++) {
                    send(String.valueOf(sent++));
                }
                if (sent == 10_000) {
                    sent++;
                    subscriber.onComplete();
                }
            }
        };
        EventLoop.run(() -> {
            int expected = 0;
            for (String item : iterate(counting, 7)) {
                assertThat(item).isEqualTo(String.valueOf(expected++));
            }
            assertThat(expected).isEqualTo(10_000);
        });
    }

    // ---------------------------------------------------------------- leaving

    @Test
    void leavingEarly_cancelsTheSubscription() {
        EventLoop.run(() -> {
            var publisher = new SubmissionPublisher<Integer>();
            try (var items = iterate(publisher, 4)) {
                publisher.submit(1);
                for (int item : items) {
                    assertThat(item).isEqualTo(1);
                    break;
                }
                assertThat(publisher.hasSubscribers()).isTrue();
            }
            blocking(() -> Bystander.awaitUntil("cancelled", () -> !publisher.hasSubscribers()));
        });
    }

    @Test
    void close_isIdempotent_andReadingAfterItThrows() {
        EventLoop.run(() -> {
            var items = iterate(hand, 4);
            settle();
            hand.send("a");
            settle();
            Iterator<String> iterator = items.iterator();
            items.close();
            items.close();
            assertThatThrownBy(iterator::hasNext)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("the iteration was closed: " + items);
            assertThat(items).asString().endsWith(" [closed, items=0, outstanding=3]");
            hand.send("late");
            hand.subscriber.onError(new IOException("late"));
            settle();
            assertThatThrownBy(iterator::next).hasMessageStartingWith("the iteration was closed");
            assertThat(hand.calls).containsExactly("request 4", "cancel");
        });
    }

    @Test
    void close_afterTheEnd_cancelsNothing() {
        EventLoop.run(() -> {
            var items = iterate(hand, 4);
            hand.subscriber.onComplete();
            settle();
            items.close();
            assertThat(hand.calls).isEmpty(); // nor was anything requested of a publisher that has nothing
        });
    }

    @Test
    void close_wakesTasksThatWait() {
        EventLoop.run(() -> {
            var items = iterate(hand, 4);
            Task<Boolean> reader = createTask(() -> items.iterator().hasNext());
            settle();
            items.close();
            assertThatThrownBy(reader::await).isExactlyInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void close_beforeTheSubscriptionCame_cancelsIt() {
        var slow = new Hand() {
            @Override
            public void subscribe(Flow.Subscriber<? super String> subscriber) {
                this.subscriber = subscriber;
            }
        };
        EventLoop.run(() -> {
            iterate(slow, 4).close();
            slow.subscriber.onSubscribe(slow);
            settle();
            assertThat(slow.calls).containsExactly("cancel");
        });
    }

    @Test
    void cancelBeforeTheItemArrives_losesNoItem() {
        EventLoop.run(() -> {
            var items = iterate(hand, 8);
            Task<String> waiting = createTask(() -> items.iterator().next());
            settle();
            waiting.cancel();
            hand.send("a");
            assertThatThrownBy(waiting::await).isInstanceOf(CancelledException.class);
            assertThat(items.iterator().next()).isEqualTo("a");
            items.close();
        });
    }

    /** The item has come, the task is to go on, and is cancelled before its turn. */
    @Test
    @InOrder
    void cancelAfterTheItemArrived_losesNoItem() {
        EventLoop.run(() -> {
            var items = iterate(hand, 8);
            Task<String> waiting = createTask(() -> items.iterator().next());
            settle();
            hand.send("a");
            EventLoop.current().callSoon(waiting::cancel); // the next round takes the item in, then calls this
            yieldNow();
            assertThatThrownBy(waiting::await).isInstanceOf(CancelledException.class);
            assertThat(items.iterator().next()).isEqualTo("a");
            items.close();
        });
    }

    @Test
    @InOrder
    void cancelAfterTheItemArrived_theNextReaderGetsIt() {
        EventLoop.run(() -> {
            var items = iterate(hand, 4);
            var first = createTask(() -> items.iterator().next());
            var second = createTask(() -> items.iterator().next());
            settle();
            hand.send("a");
            EventLoop.current().callSoon(first::cancel); // the next round takes the item in, then calls this
            assertThat(second.await()).isEqualTo("a");
            assertThat(first.isCancelled()).isTrue();
            items.close();
        });
    }

    @Test
    void loopThatCloses_cancelsWhatIsLeft() {
        var publisher = new SubmissionPublisher<Integer>();
        EventLoop loop = EventLoop.create();
        var left = loop.runUntilComplete(() -> {
            var items = iterate(publisher, 4);
            yieldNow();
            return items;
        });
        assertThat(publisher.hasSubscribers()).isTrue();
        assertThat(left).asString().contains(" [open, ");
        loop.close();
        assertThat(left).asString().contains(" [completed, ");
        Bystander.awaitUntil("cancelled", () -> !publisher.hasSubscribers());
        // Nobody is held up by a subscriber that is gone.
        Bystander.start(() -> IntStream.range(0, 2_000).forEach(publisher::submit))
                .join();
    }

    @Test
    void loopThatCloses_inEveryState_cancelsOnce() {
        for (int turns = 0; turns < 4; turns++) {
            var each = new Hand();
            int wait = turns;
            EventLoop loop = EventLoop.create();
            loop.runUntilComplete(() -> {
                var left = iterate(each, 4);
                for (int i = 0; i < wait; i++) {
                    yieldNow();
                }
                assertThat(left).isNotNull();
            });
            loop.close();
            assertThat(each.calls.stream().filter("cancel"::equals)).hasSize(1);
            each.send("late");
            each.subscriber.onComplete();
        }
    }

    @Test
    void subscriptionToAClosedLoop_isCancelled() {
        var slow = new Hand() {
            @Override
            public void subscribe(Flow.Subscriber<? super String> subscriber) {
                this.subscriber = subscriber;
            }
        };
        EventLoop.run(() -> {
            var left = iterate(slow, 4);
            assertThat(left).isNotNull();
        });
        slow.subscriber.onSubscribe(slow);
        assertThat(slow.calls).containsExactly("cancel");
    }

    // ---------------------------------------------------------------- places and arguments

    @Test
    void arguments() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> iterate(null, 1)).hasMessage("publisher");
            for (int size : new int[] {0, -1, Integer.MIN_VALUE}) {
                assertThatThrownBy(() -> iterate(hand, size))
                        .isExactlyInstanceOf(IllegalArgumentException.class)
                        .hasMessage("bufferSize: " + size + " (expected: > 0)");
            }
            assertThat(hand.subscriber).isNull();
        });
    }

    @Test
    void places_whereTasksDoNotRun() {
        assertThatThrownBy(() -> iterate(hand)).hasMessage("no running event loop");
        EventLoop.run(() -> {
            var items = iterate(hand, 4);
            settle();
            hand.send("a");
            settle();
            Steps.inCallback(() -> {
                Iterator<String> iterator = items.iterator();
                for (Runnable call : List.<Runnable>of(
                        () -> assertThat(iterator.hasNext()).isTrue(),
                        iterator::next,
                        () -> items.forEach(x -> {}),
                        () -> iterator.forEachRemaining(x -> {}),
                        () -> iterate(hand))) {
                    assertThatThrownBy(call::run)
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("in a callback: only tasks can wait");
                }
                items.close();
            });
            assertThat(hand.calls).containsExactly("request 4", "cancel");
        });
    }

    // ---------------------------------------------------------------- publishers that break the rules

    private static void assertBroken(AsyncIterable<String> items, String how) {
        assertThatThrownBy(() -> items.iterator().hasNext())
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("the publisher broke a rule of Reactive Streams: " + how);
    }

    @Test
    void broken_subscribedTwice_cancelsTheSecond() {
        var second = new Hand();
        EventLoop.run(() -> {
            var items = iterate(hand, 4);
            hand.subscriber.onSubscribe(second);
            settle();
            assertThat(second.calls).containsExactly("cancel");
            hand.send("a");
            assertThat(items.iterator().next()).isEqualTo("a");
            items.close();
        });
    }

    @Test
    void broken_moreThanRequested_cancels_andFailsAfterTheItems() {
        EventLoop.run(() -> {
            var items = iterate(hand, 2);
            settle();
            hand.send("a", "b", "c", "d");
            settle();
            assertThat(hand.calls).containsExactly("request 2", "cancel");
            assertThat(items.iterator().next()).isEqualTo("a");
            assertThat(items.iterator().next()).isEqualTo("b");
            assertBroken(items, "onNext without a request");
            items.close();
            assertThat(hand.calls).containsExactly("request 2", "cancel");
        });
    }

    @Test
    void broken_signalsBeforeOnSubscribe() {
        EventLoop.run(() -> {
            for (String signal : List.of("onNext", "onError", "onComplete")) {
                var early = new Hand() {
                    @Override
                    public void subscribe(Flow.Subscriber<? super String> subscriber) {
                        switch (signal) {
                            case "onNext" -> subscriber.onNext("early");
                            case "onError" -> subscriber.onError(new IOException("early"));
                            default -> subscriber.onComplete();
                        }
                        super.subscribe(subscriber);
                    }
                };
                var items = iterate(early, 4);
                assertBroken(items, signal + " before onSubscribe");
                settle();
                assertThat(early.calls).containsExactly("cancel");
            }
        });
    }

    @Test
    void broken_nulls_throwToTheCaller_andFail() {
        EventLoop.run(() -> {
            for (String signal : List.of("onSubscribe", "onNext", "onError")) {
                var each = new Hand() {
                    @Override
                    public void subscribe(Flow.Subscriber<? super String> subscriber) {
                        this.subscriber = subscriber;
                    }
                };
                var items = iterate(each, 4);
                if (!signal.equals("onSubscribe")) {
                    each.subscriber.onSubscribe(each);
                    settle();
                }
                String message = "the publisher broke a rule of Reactive Streams: " + signal + " with null";
                assertThatThrownBy(() -> {
                            switch (signal) {
                                case "onSubscribe" -> each.subscriber.onSubscribe(null);
                                case "onNext" -> each.subscriber.onNext(null);
                                default -> each.subscriber.onError(null);
                            }
                        })
                        .isExactlyInstanceOf(NullPointerException.class)
                        .hasMessage(message);
                assertThatThrownBy(() -> items.iterator().next())
                        .isExactlyInstanceOf(NullPointerException.class)
                        .hasMessage(message);
                settle();
                if (!signal.equals("onSubscribe")) {
                    assertThat(each.calls).containsExactly("request 4", "cancel");
                }
            }
        });
    }

    @Test
    void nullAction_isNamed() {
        EventLoop.run(() -> {
            var items = iterate(hand, 4);
            assertThatThrownBy(() -> items.forEach(null))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessage("action");
            assertThatThrownBy(() -> items.iterator().forEachRemaining(null))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessage("action");
        });
    }

    @Test
    void broken_signalsAfterTheEnd_areDropped() {
        EventLoop.run(() -> {
            var items = iterate(hand, 4);
            settle();
            hand.send("a");
            hand.subscriber.onComplete();
            hand.send("late");
            hand.subscriber.onError(new IOException("late"));
            hand.subscriber.onComplete();
            assertThatThrownBy(() -> hand.send((String) null)).isInstanceOf(NullPointerException.class);
            assertThat(items).containsExactly("a");
            settle();
            assertThat(hand.calls).containsExactly("request 4");
        });
    }

    @Test
    void broken_subscribeThatThrows_isTheCallers() {
        var failing = new Hand() {
            @Override
            public void subscribe(Flow.Subscriber<? super String> subscriber) {
                super.subscribe(subscriber);
                throw new IllegalStateException("planned");
            }
        };
        EventLoop.run(() -> {
            assertThatThrownBy(() -> iterate(failing)).hasMessage("planned");
            settle();
            assertThat(failing.calls).containsExactly("cancel");
        });
    }

    @Test
    void broken_requestThatThrows_isAFailureAfterTheItems() {
        var failing = new Hand() {
            private final AtomicInteger requests = new AtomicInteger();

            @Override
            public void request(long n) {
                super.request(n);
                if (requests.incrementAndGet() == 2) {
                    throw new IllegalStateException("planned");
                }
            }
        };
        EventLoop.run(() -> {
            var items = iterate(failing, 2);
            settle();
            failing.send("a", "b");
            settle();
            assertThat(items.iterator().next()).isEqualTo("a");
            assertThat(items.iterator().next()).isEqualTo("b");
            assertThatThrownBy(() -> items.iterator().next()).hasMessage("planned");
            settle();
            assertThat(failing.calls).containsExactly("request 2", "request 1", "cancel");
        });
    }

    @Test
    void broken_cancelThatThrows() {
        var failing = new Hand() {
            @Override
            public void cancel() {
                super.cancel();
                throw new IllegalStateException("planned");
            }
        };
        List<String> handled = new ArrayList<>();
        try (EventLoop loop = EventLoop.builder()
                .name("home")
                .exceptionHandler((what, e) -> handled.add(what + ": " + e.getMessage()))
                .build()) {
            loop.runUntilComplete(() -> {
                var closed = iterate(failing, 1);
                settle();
                assertThatThrownBy(closed::close).hasMessage("planned");
                closed.close();
                var broken = iterate(failing, 1);
                settle();
                failing.send("a", "too much");
                settle();
                var left = iterate(failing, 1);
                settle();
                assertThat(handled).hasSize(1);
                assertThat(left).isNotSameAs(broken);
            });
        }
        assertThat(handled)
                .containsExactly(
                        "event loop 'home': a subscription could not be cancelled: planned",
                        "event loop 'home': a subscription could not be cancelled: planned");
    }

    /** Signals from a thread, a reader that comes and goes, cancels: whatever happens, each item is read once and in order. */
    @Test
    @Once
    void storm_ofCancelledReaders_losesNothing() {
        EventLoop.run(() -> {
            var publisher = new SubmissionPublisher<Integer>();
            try (var items = iterate(publisher, 16)) {
                Bystander<Void> sender = Bystander.start(() -> {
                    IntStream.range(0, 20_000).forEach(publisher::submit);
                    publisher.close();
                });
                List<Integer> read = new ArrayList<>();
                AtomicInteger done = new AtomicInteger();
                while (done.get() == 0) {
                    Task<Void> reader = createTask(() -> {
                        for (int item : items) {
                            read.add(item);
                        }
                        done.set(1);
                    });
                    yieldNow();
                    yieldNow();
                    reader.cancel();
                    try {
                        reader.await();
                    } catch (CancelledException e) {
                        assertThat(e.source()).isSameAs(reader);
                    }
                }
                assertThat(read).isEqualTo(IntStream.range(0, 20_000).boxed().toList());
                blocking(sender::join);
            }
        });
    }
}
