// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.TimelineLog.State.CANCELLED;
import static dev.signalbox.loop.TimelineLog.State.DONE;
import static dev.signalbox.loop.TimelineLog.State.FAILED;
import static dev.signalbox.loop.TimelineLog.State.IDLE;
import static dev.signalbox.loop.TimelineLog.State.OFF;
import static dev.signalbox.loop.TimelineLog.State.READY;
import static dev.signalbox.loop.TimelineLog.State.RUNS;
import static dev.signalbox.loop.TimelineLog.State.SLEEPS;
import static dev.signalbox.loop.TimelineLog.State.WAITS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.TimelineChart.Row;
import dev.signalbox.loop.TimelineChart.Span;
import dev.signalbox.loop.TimelineLog.State;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded of loops that run. */
@Timeout(60)
final class TimelineTest {
    private final Timeline timeline = new Timeline();
    private final List<String> handled = new CopyOnWriteArrayList<>();

    private void run(VoidTaskBody<?> main) {
        try (EventLoop loop = newLoop("loop")) {
            loop.runUntilComplete(() -> Async.createTask("body", main).await());
        }
    }

    private EventLoop newLoop(String name) {
        return EventLoop.builder()
                .name(name)
                .record(timeline)
                .exceptionHandler((what, exception) -> handled.add(what))
                .build();
    }

    private Row row(String name) {
        return timeline.chart().loops().stream()
                .flatMap(loop -> loop.rows().stream())
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no lane '" + name + "' in\n" + timeline.toText()));
    }

    private List<State> states(String name) {
        return row(name).spans().stream().map(Span::state).toList();
    }

    private List<String> labels(String name) {
        return row(name).spans().stream()
                .filter(span -> span.label() != null)
                .map(Span::label)
                .toList();
    }

    // ---------------------------------------------------------------- what a task does

    @Test
    void taskThatNeverWaits_isReadyAndRuns() {
        run(() -> {});
        assertThat(states("body")).containsExactly(READY, RUNS);
        assertThat(row("body").end()).isEqualTo(DONE);
        assertThat(states("main")).containsExactly(READY, RUNS, WAITS, READY, RUNS);
        assertThat(labels("main")).containsExactly("body");
    }

    @Test
    void spans_followEachOther_onTheClockOfTheLoop() {
        long[] clock = new long[2];
        run(() -> {
            clock[0] = EventLoop.current().nanoTime();
            Async.yieldNow();
            Async.sleep(Duration.ofMillis(1));
            clock[1] = EventLoop.current().nanoTime();
        });
        List<Span> spans = row("body").spans();
        for (int i = 1; i < spans.size(); i++) {
            assertThat(spans.get(i).from()).isEqualTo(spans.get(i - 1).to());
        }
        assertThat(states("body")).containsExactly(READY, RUNS, READY, RUNS, SLEEPS, READY, RUNS);
        assertThat(spans.get(1).from()).isLessThanOrEqualTo(clock[0]);
        assertThat(spans.get(6).to()).isGreaterThanOrEqualTo(clock[1]);
    }

    @Test
    void waits_areNamedAfterWhatIsWaitedFor() {
        run(() -> {
            var semaphore = new AsyncSemaphore(0);
            var lock = new AsyncLock();
            var condition = new AsyncCondition(lock);
            var event = new AsyncEvent();
            var queue = new AsyncQueue<String>(1);
            var barrier = new AsyncBarrier(2);
            var future = new Future<String>();
            var stage = new CompletableFuture<String>();
            var waiter = Async.createTask("waiter", () -> {
                semaphore.acquire();
                condition.acquire();
                condition.await();
                event.await();
                queue.take();
                queue.put("one");
                queue.put("two");
                queue.join();
                barrier.await();
                future.await();
                Async.await(stage);
            });
            Steps.settle();
            lock.acquire();
            semaphore.release();
            Steps.settle();
            lock.release();
            Steps.settle();
            lock.acquire();
            condition.signal();
            lock.release();
            Steps.settle();
            event.set();
            Steps.settle();
            queue.put("zero");
            Steps.settle();
            queue.take();
            Steps.settle();
            queue.take();
            for (int i = 0; i < 3; i++) {
                queue.taskDone();
            }
            Steps.settle();
            barrier.await();
            Steps.settle();
            future.complete("done");
            Steps.settle();
            stage.complete("done");
            waiter.await();
        });
        assertThat(labels("waiter"))
                .containsExactly(
                        "AsyncSemaphore-1",
                        "AsyncLock-1",
                        "AsyncCondition-1",
                        "AsyncEvent-1",
                        "AsyncQueue-1",
                        "AsyncQueue-1",
                        "AsyncQueue-1",
                        "AsyncBarrier-1",
                        "Future-1",
                        "CompletableFuture-1");
        assertThat(states("waiter")).doesNotContain(SLEEPS, OFF).endsWith(WAITS, READY, RUNS);
    }

    @Test
    void waitsForMany_sayHowMany() {
        run(() -> {
            Async.gather(() -> Async.yieldNow(), () -> {});
            Async.awaitAll(List.of(Async.createTask(() -> {}), Async.createTask(() -> {})));
            Async.awaitAny(List.of(Async.createTask(() -> {}), Async.createTask(() -> {})));
            Async.asCompleted(List.of(Async.createTask(() -> {}))).iterator().next();
            try (var group = TaskGroup.open()) {
                group.fork(() -> {});
                group.join();
            }
        });
        assertThat(labels("body")).containsExactly("all of 2", "all of 2", "any of 2", "AsCompleted-1", "TaskGroup-1");
    }

    @Test
    void taskBehindTheLimitOfItsGroup_waitsForTheGroup() {
        run(() -> {
            try (var group = TaskGroup.open(1)) {
                group.fork("first", () -> Async.yieldNow());
                group.fork("second", () -> {});
                group.join();
            }
        });
        assertThat(states("second")).containsExactly(READY, WAITS, READY, RUNS);
        assertThat(labels("second")).containsExactly("TaskGroup-1");
    }

    @Test
    void waitThatIsOverBeforeItBegins_isNoWait() {
        run(() -> {
            var future = new Future<String>();
            var waiter = Async.createTask("waiter", () -> future.await());
            waiter.cancel();
            Async.awaitAll(List.of(waiter));
        });
        assertThat(states("waiter")).doesNotContain(WAITS);
    }

    @Test
    void offTheLoop_isBlockingCode_andWaitsOfCore() {
        run(() -> {
            var semaphore = new Semaphore(0);
            var waiter = Async.createTask("waiter", () -> {
                Async.blocking(() -> {});
                semaphore.acquire();
            });
            Bystander.awaitUntil("it waits", () -> {
                Async.yieldNow();
                return semaphore.waiters() == 1;
            });
            assertThat(row("waiter").spans()).last().returns(OFF, Span::state).returns(true, Span::goesOn);
            semaphore.release();
            waiter.await();
        });
        assertThat(states("waiter")).containsExactly(READY, RUNS, OFF, RUNS, OFF, RUNS);
        assertThat(labels("waiter")).containsExactly("code in Async.blocking", "Semaphore-1");
    }

    // ---------------------------------------------------------------- how it ends

    @Test
    void ends_areTold() {
        run(() -> {
            var failed = Async.createTask("failed", () -> {
                throw new IOException("expected");
            });
            var cancelled = Async.createTask("cancelled", () -> new AsyncEvent().await());
            var early = Async.createTask("early", () -> {});
            early.cancel();
            Async.yieldNow();
            cancelled.cancel();
            Async.awaitAll(List.of(failed, cancelled, early));
            assertThat(failed.exceptionNow()).hasMessage("expected");
        });
        assertThat(row("failed").end()).isEqualTo(FAILED);
        assertThat(row("cancelled").end()).isEqualTo(CANCELLED);
        assertThat(row("early").end()).isEqualTo(CANCELLED);
        assertThat(row("body").end()).isEqualTo(DONE);
    }

    @Test
    void close_endsWhatIsLeft() {
        EventLoop loop = newLoop("loop");
        loop.runUntilComplete(() -> {
            Async.createTask("waits", () -> new AsyncEvent().await());
            Async.yieldNow();
            Async.createTask("new", () -> {});
            Async.currentTask();
        });
        assertThat(row("waits").end()).isNull();
        assertThat(row("waits").spans()).last().returns(true, Span::goesOn);
        loop.close();
        assertThat(row("waits").end()).isEqualTo(CANCELLED);
        assertThat(row("new").end()).isEqualTo(CANCELLED);
    }

    // ---------------------------------------------------------------- callbacks

    @Test
    @InOrder
    void callbacks_haveALaneOfTheirOwn_theLast() {
        run(() -> {
            var called = new Future<String>();
            EventLoop.current().callSoon(() -> {
                Async.yieldNow(); // throws: the handler is told
            });
            EventLoop.current().callSoon(() -> called.complete("x"));
            called.await();
        });
        assertThat(handled).hasSize(1);
        assertThat(states("(callbacks)")).containsExactly(RUNS, IDLE, RUNS, IDLE);
        assertThat(timeline.chart().loops().get(0).rows())
                .extracting(Row::name)
                .containsExactly("main", "body", "(callbacks)");
    }

    @Test
    void withoutCallbacks_thereIsNoSuchLane() {
        run(() -> {});
        assertThat(timeline.toText()).doesNotContain("(callbacks)").contains("body");
    }

    // ---------------------------------------------------------------- several loops, several threads

    @Test
    void severalLoops_haveLanesOfTheirOwn_andOneNameForWhatTheyShare() throws Exception {
        Semaphore shared = new Semaphore(0);
        List<Bystander<Void>> threads = Stream.of("left", "right")
                .map(name -> Bystander.start(() -> {
                    try (EventLoop loop = newLoop(name)) {
                        loop.runUntilComplete(() -> Async.createTask("in " + name, () -> shared.acquire())
                                .await());
                    }
                }))
                .toList();
        Bystander.awaitUntil("both wait", () -> shared.waiters() == 2);
        shared.release(2);
        threads.forEach(Bystander::join);

        assertThat(timeline.chart().loops())
                .extracting(TimelineChart.Loop::name)
                .containsExactlyInAnyOrder("left", "right");
        assertThat(labels("in left")).containsExactly("Semaphore-1");
        assertThat(labels("in right")).containsExactly("Semaphore-1");
        assertThat(timeline.toText()).contains("loop 'left'\n", "loop 'right'\n");
    }

    @Test
    @Once
    void drawing_whileItIsRecorded() {
        CountDownLatch enough = new CountDownLatch(1);
        Bystander<Void> recorded = Bystander.start(() -> run(() -> {
            while (enough.getCount() > 0) {
                Async.gather(() -> Async.yieldNow(), () -> Async.sleep(Duration.ofMillis(1)));
            }
        }));
        Bystander.awaitUntil("it has begun", () -> timeline.toText().contains("\nbody "));
        for (int i = 0; i < 20; i++) {
            assertThat(timeline.toText(40)).startsWith(" ").contains("\nbody ", "| done");
            assertThat(timeline.toSvg()).startsWith("<svg ").endsWith("</svg>\n");
        }
        enough.countDown();
        recorded.join();
        assertThat(row("body").end()).isEqualTo(DONE);
    }

    // ---------------------------------------------------------------- without memory

    @Test
    @Once
    @Timeout(ChildProcess.TIMEOUT)
    void whereThereIsNoMemory_eventsAreMissing_andTheLoopGoesOn(@TempDir Path directory) throws Exception {
        String output = ChildProcess.run(directory, WithoutMemory.class, "-Xmx16m", "-XX:+UseSerialGC");
        assertThat(output.lines())
                .first()
                .asString()
                .matches("[1-9]\\d* events are missing, for which there was no memory");
        assertThat(output.lines().skip(1)).containsExactly("after");
    }

    /** Takes all the memory there is, and lets others run a few times before it gives that back. */
    static final class WithoutMemory {
        private @Nullable Object hog;

        private WithoutMemory() {}

        public static void main(String[] arguments) {
            // An idle thread of the JDK's that looks for work meanwhile may end for it, and is nobody's affair here.
            Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
                if (!(e instanceof OutOfMemoryError)) {
                    e.printStackTrace();
                }
            });
            new WithoutMemory().run();
        }

        private void run() {
            Timeline timeline = new Timeline();
            List<String> log = new ArrayList<>();
            try (EventLoop loop = EventLoop.builder().record(timeline).build()) {
                loop.runUntilComplete(() -> {
                    letOthersRun(); // what it needs for that is there from now on
                    takeAll();
                    letOthersRun();
                    hog = null;
                    Async.createTask(() -> log.add("after")).await();
                });
            }
            System.out.println(timeline.chart().note());
            log.forEach(System.out::println);
        }

        private static void letOthersRun() {
            for (int i = 0; i < 100; i++) { // for more events than fit into what the JVM finds here and there after all
                Async.yieldNow();
            }
        }

        private void takeAll() {
            for (int size = 1 << 20; size > 0; size /= 2) {
                try {
                    while (true) {
                        hog = new Object[] {hog, new byte[size]};
                    }
                } catch (OutOfMemoryError e) {
                    continue; // until nothing is left for the smallest
                }
            }
        }
    }

    // ---------------------------------------------------------------- the class itself

    @Test
    void nothingRecorded() {
        assertThat(timeline.toText()).isEqualTo("nothing was recorded");
        assertThat(timeline.toSvg()).contains("nothing was recorded");
        newLoop("never run").close();
        assertThat(timeline.toText()).isEqualTo("nothing was recorded");
    }

    @Test
    void toText_hundredColumns_orSoMany() {
        run(() -> {});
        assertThat(timeline.toText()).isEqualTo(timeline.toText(100)).isNotEqualTo(timeline.toText(50));
        assertThatThrownBy(() -> timeline.toText(0))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("columns: 0 (expected: > 0)");
    }

    @Test
    void toString_countsEvents() {
        assertThat(timeline).asString().matches("Timeline@[0-9a-f]+ \\[events=0]");
        run(() -> {});
        assertThat(timeline).asString().matches("Timeline@[0-9a-f]+ \\[events=9]");
    }

    @Test
    void record_null_throws() {
        assertThatThrownBy(() -> EventLoop.builder().record(null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("timeline");
    }
}
