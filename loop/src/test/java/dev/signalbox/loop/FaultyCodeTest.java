// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.signalbox.loop.internal.Failures;
import dev.signalbox.loop.internal.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** User code that throws the worst it can, everywhere a loop calls it: the loop goes on, and whoever waits hears of it. */
@Timeout(60)
final class FaultyCodeTest {
    private final List<Throwable> handled = Collections.synchronizedList(new ArrayList<>());
    private final List<String> log = new ArrayList<>();

    /** What user code throws; the last two are the JVM's own. */
    enum Fault {
        UNCHECKED(() -> new IllegalArgumentException("unchecked")),
        CHECKED(() -> new Exception("checked")),
        ASSERTION(() -> new AssertionError("error")),
        LINKAGE(() -> new NoClassDefFoundError("gone")),
        THREAD_DEATH(() -> newThreadDeath()),
        OUT_OF_MEMORY(() -> catchThrowable(() -> log(new long[Integer.MAX_VALUE][]))),
        STACK_OVERFLOW(() -> catchThrowable(() -> endlessly(0)));

        private final Supplier<Throwable> source;

        Fault(Supplier<Throwable> source) {
            this.source = source;
        }

        void occur() {
            throw Failures.<RuntimeException>sneaky(source.get());
        }

        /** By reflection: the class is on its way out. */
        private static Throwable newThreadDeath() {
            try {
                return (Throwable)
                        Class.forName("java.lang.ThreadDeath").getConstructor().newInstance();
            } catch (ReflectiveOperationException e) {
                return new Error("no thread dies like that any more");
            }
        }

        private static void log(Object array) {
            assertThat(array).isNull(); // it cannot have been made
        }

        @SuppressWarnings("InfiniteRecursion") // until the stack ends
        private static int endlessly(int depth) {
            return endlessly(depth + 1) + depth;
        }
    }

    private EventLoop loop() {
        return EventLoop.builder().exceptionHandler((what, e) -> handled.add(e)).build();
    }

    private static void letOthersRun() {
        Steps.settle();
    }

    @ParameterizedTest
    @Once
    @EnumSource
    void inCallbacks_isTold_andTheLoopGoesOn(Fault fault) {
        try (EventLoop loop = loop()) {
            loop.runUntilComplete(() -> {
                loop.callSoon(fault::occur);
                loop.callLater(Duration.ZERO, fault::occur);
                loop.callSoonThreadSafe(fault::occur);
                loop.execute(fault::occur);
                Future<String> done = new Future<>();
                done.whenDone(f -> fault.occur());
                done.complete("x");
                Future<String> doneBefore = new Future<>();
                doneBefore.complete("x");
                doneBefore.whenDone(f -> fault.occur());
                letOthersRun();
            });
            assertThat(handled).hasSize(6);
            assertThat(loop.runUntilComplete(() -> "goes on")).isEqualTo("goes on");
        }
    }

    @ParameterizedTest
    @Once
    @EnumSource
    void inBodies_isTheFailureOfTheTask_forWhoeverWaits(Fault fault) {
        try (EventLoop loop = loop()) {
            CompletableFuture<Void> submitted = loop.submit(fault::occur);
            loop.runUntilComplete(() -> {
                Task<Void> atOnce = Async.createTask(fault::occur);
                assertThat(catchThrowable(atOnce::await)).isNotNull();
                Task<Void> later = Async.createTask(() -> {
                    Async.yieldNow();
                    fault.occur();
                });
                assertThat(catchThrowable(later::await)).isNotNull();
                Task<Void> unwinding = Async.createTask(() -> {
                    try {
                        new AsyncEvent().await();
                    } finally {
                        fault.occur();
                    }
                });
                Steps.settle();
                unwinding.cancel();
                assertThat(catchThrowable(unwinding::await)).isNotNull().isNotInstanceOf(CancelledException.class);
                assertThat(catchThrowable(() -> Async.blocking(fault::occur))).isNotNull();
                assertThat(catchThrowable(() -> Async.timeout(Duration.ofHours(1), fault::occur)))
                        .isNotNull();
                assertThat(catchThrowable(() -> Async.gather(fault::occur, Async::yieldNow)))
                        .isNotNull();
                assertThat(catchThrowable(() -> {
                            try (TaskGroup group = TaskGroup.open()) {
                                group.fork(fault::occur);
                                group.fork(() -> new AsyncEvent().await());
                                group.join();
                            }
                        }))
                        .isNotNull()
                        .isNotInstanceOf(CancelledException.class);
                letOthersRun();
                assertThat(loop.allTasks()).hasSize(1);
            });
            assertThat(submitted).isCompletedExceptionally();
            assertThat(catchThrowable(() -> loop.runUntilComplete(fault::occur)))
                    .isNotNull();
            assertThat(loop.runUntilComplete(() -> "goes on")).isEqualTo("goes on");
        }
    }

    /** With primitives that call user code on their way, nothing stays taken. */
    @ParameterizedTest
    @EnumSource
    void inActionsAndOrders_leavesThePrimitivesUsable(Fault fault) {
        EventLoop.run(() -> {
            AsyncBarrier barrier = new AsyncBarrier(2, fault::occur);
            Task<Throwable> other = Async.createTask(() -> catchThrowable(barrier::await));
            Steps.settle();
            assertThat(catchThrowable(barrier::await)).isNotNull();
            assertThat(other.await()).isInstanceOf(java.util.concurrent.BrokenBarrierException.class);

            boolean[] faulty = {false};
            AsyncPriorityQueue<Integer> queue = new AsyncPriorityQueue<>((a, b) -> {
                if (faulty[0]) {
                    fault.occur();
                }
                return Integer.compare(a, b);
            });
            queue.put(2);
            faulty[0] = true;
            assertThat(catchThrowable(() -> queue.put(1))).isNotNull();
            faulty[0] = false;
            assertThat(queue.size()).isEqualTo(1);
            assertThat(queue.take()).isEqualTo(2);

            AsyncCondition condition = new AsyncCondition();
            try (var held = condition.acquire()) {
                assertThat(catchThrowable(() -> condition.awaitUntil(() -> {
                            fault.occur();
                            return true;
                        })))
                        .isNotNull();
            }
            assertThat(condition.toString()).contains("unlocked");
        });
    }

    @ParameterizedTest
    @EnumSource
    void inTheExceptionHandler_theLoopGoesOn(Fault fault) {
        EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> {
                    handled.add(e);
                    fault.occur();
                })
                .build();
        quietly(record -> {}, () -> {
            try (loop) {
                loop.runUntilComplete(() -> {
                    loop.callSoon(() -> {
                        throw new IllegalStateException("first");
                    });
                    loop.callSoon(() -> {
                        throw new IllegalStateException("second");
                    });
                    letOthersRun();
                });
                assertThat(handled).hasSize(2);
                assertThat(loop.runUntilComplete(() -> "goes on")).isEqualTo("goes on");
            }
        });
    }

    /** When not even the log takes it there is nobody left to tell, and still nobody waits for ever. */
    @ParameterizedTest
    @Once
    @EnumSource
    void inTheHandlerAndInTheLog_nobodyWaitsForEver(Fault fault) {
        quietly(record -> fault.occur(), () -> {
            List<CompletableFuture<?>> handedOut = new ArrayList<>();
            EventLoop loop = EventLoop.builder()
                    .exceptionHandler((what, e) -> {
                        handled.add(e);
                        fault.occur();
                    })
                    .build();
            Bystander<Throwable> runner = Bystander.call(
                    "runner",
                    () -> catchThrowable(() -> loop.runUntilComplete(() -> {
                        handedOut.add(new Future<String>().toCompletableFuture());
                        loop.callSoon(() -> {
                            throw new IllegalStateException("told to nobody");
                        });
                        letOthersRun();
                    })));
            runner.join();
            Bystander.call("closer", () -> catchThrowable(loop::close)).join();
            assertThat(handled).hasSize(1);
            assertThat(handedOut).hasSize(1).allMatch(CompletableFuture::isCompletedExceptionally);
            assertThat(loop.isClosed()).isTrue();
        });
    }

    @ParameterizedTest
    @Once
    @EnumSource
    void inTheHandlerAndInTheLog_whileTheLoopCloses_nobodyWaitsForEver(Fault fault) {
        quietly(record -> fault.occur(), () -> {
            List<CompletableFuture<?>> handedOut = new ArrayList<>();
            EventLoop loop = EventLoop.builder()
                    .exceptionHandler((what, e) -> {
                        handled.add(e);
                        fault.occur();
                    })
                    .build();
            loop.runUntilComplete(() -> {
                handedOut.add(new Future<String>().toCompletableFuture());
                Async.createTask(() -> {
                    try {
                        new AsyncEvent().await();
                    } catch (CancelledException e) {
                        throw new IllegalStateException("while it unwinds", e);
                    }
                });
                Async.yieldNow();
            });
            Bystander.call("closer", () -> catchThrowable(loop::close)).join();
            assertThat(handled).hasSize(1);
            assertThat(handedOut).hasSize(1).allMatch(CompletableFuture::isCompletedExceptionally);
            assertThat(loop.isClosed()).isTrue();
        });
    }

    /** No code of users gets there: as if the library itself were wrong. */
    @ParameterizedTest
    @EnumSource
    void outOfAJob_killsItsWorker_andTheRunEndsLoudly(Fault fault) {
        CountDownLatch out = new CountDownLatch(1);
        List<CompletableFuture<?>> handedOut = new ArrayList<>();
        EventLoop loop = loop();
        Bystander<Throwable> runner = Bystander.call(
                "runner",
                () -> catchThrowable(() -> loop.runUntilComplete(() -> {
                    handedOut.add(new Future<String>().toCompletableFuture());
                    Async.createTask(() -> {
                        try {
                            new AsyncEvent().await();
                        } finally {
                            log.add("unwound");
                        }
                    });
                    Async.createTask(() -> Async.blocking(() -> out.await()));
                    Steps.settle();
                    loop.engine.post(new Job() {
                        @Override
                        protected void run() {
                            fault.occur();
                        }

                        @Override
                        public void rejected(Throwable reason) {}
                    });
                    new AsyncEvent().await();
                })));
        assertThat(runner.join()).isNotNull().isNotInstanceOf(CancelledException.class);
        assertThat(handedOut).hasSize(1).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(log).containsExactly("unwound");
        assertThat(loop.isClosed()).isTrue();
    }

    private interface Publisher {
        void publish(LogRecord record);
    }

    private static void quietly(Publisher publisher, Runnable body) {
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                publisher.publish(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("dev.signalbox.loop");
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            body.run();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    @Test
    void faults_areWhatTheyAreCalled() {
        for (Fault fault : Fault.values()) {
            assertThat(catchThrowable(fault::occur)).as(fault.name()).isNotNull();
        }
        assertThat(catchThrowable(Fault.OUT_OF_MEMORY::occur)).isInstanceOf(OutOfMemoryError.class);
        assertThat(catchThrowable(Fault.STACK_OVERFLOW::occur)).isInstanceOf(StackOverflowError.class);
    }
}
