// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.blocking;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Stepping off the loop to block. */
final class AsyncBlockingTest {
    private final Steps steps = new Steps();

    // ---------------------------------------------------------------- result

    @Test
    void result_isWhatTheBodyReturned() throws Exception {
        EventLoop.run(() -> {
            assertThat(blocking(() -> "x")).isEqualTo("x");
            assertThat(blocking(() -> (String) null)).isNull();
            blocking(() -> steps.at(1));
            steps.done(2);
        });
    }

    @Test
    void failure_isThrownAsItIs() {
        EventLoop.run(() -> {
            for (Throwable failure : List.of(
                    new IOException("planned"), new IllegalStateException("planned"), new AssertionError("planned"))) {
                assertThatThrownBy(() -> blocking(() -> {
                            throw failure;
                        }))
                        .isSameAs(failure);
            }
            yieldNow();
        });
    }

    @Test
    void others_goOnMeanwhile() {
        EventLoop.run(() -> {
            var latch = new CountDownLatch(1);
            var task = createTask(() -> {
                blocking(() -> latch.await());
                return "x";
            });
            yieldNow();
            for (int i = 0; i < 10; i++) {
                yieldNow();
                assertThat(task.isDone()).isFalse();
            }
            latch.countDown();
            assertThat(task.await()).isEqualTo("x");
        });
    }

    @Test
    void many_blockAtOnce() {
        EventLoop.run(() -> {
            var all = new CountDownLatch(20);
            TaskBody<Void, RuntimeException> body = () -> {
                blocking(() -> {
                    all.countDown();
                    all.await(); // only together
                });
                return null;
            };
            var tasks = IntStream.range(0, 20).mapToObj(i -> createTask(body)).toList();
            Async.gather(tasks);
            assertThat(all.getCount()).isZero();
        });
    }

    @Test
    void body_runsOnTheTasksOwnThread() {
        EventLoop.run(() -> {
            var local = new ThreadLocal<String>();
            local.set("x");
            Thread thread = Thread.currentThread();
            assertThat(blocking(local::get)).isEqualTo("x");
            assertThat(blocking(() -> Thread.currentThread())).isSameAs(thread);
            assertThat(Thread.currentThread()).isSameAs(thread);
        });
    }

    @Test
    void afterwards_theTaskIsOnItsLoopAgain() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            Task<?> self = currentTask();
            blocking(() -> {});
            assertThat(EventLoop.current()).isSameAs(loop);
            assertThat(currentTask()).isSameAs(self);
        });
    }

    // ---------------------------------------------------------------- streams and channels

    @Test
    void pipedStream_isReadWhileAnotherTaskWrites() throws IOException {
        var in = new PipedInputStream(4);
        var out = new PipedOutputStream(in);
        EventLoop.run(() -> {
            var reader = createTask(() -> blocking(() -> new String(in.readAllBytes(), StandardCharsets.UTF_8)));
            yieldNow();
            blocking(() -> {
                try (out) {
                    out.write("more than fits".getBytes(StandardCharsets.UTF_8));
                }
            });
            assertThat(reader.await()).isEqualTo("more than fits");
        });
    }

    @Test
    void pipedStream_cancelled_endsTheRead() throws IOException {
        var in = new PipedInputStream();
        try (in;
                var out = new PipedOutputStream(in)) {
            EventLoop.run(() -> {
                var thread = new AtomicReference<Thread>();
                var reader = createTask(() -> blocking(() -> {
                    thread.set(Thread.currentThread());
                    return in.read();
                }));
                yieldNow();
                blocking(() -> {
                    Bystander.awaitUntil("begun", () -> thread.get() != null);
                    Bystander.awaitBlocked(thread.get());
                });
                reader.cancel();
                assertThatThrownBy(reader::await).isInstanceOf(CancelledException.class);
                assertThat(reader.isCancelled()).isTrue();
                blocking(() -> out.write(1));
            });
        }
    }

    @Test
    void channel_isReadWhileAnotherTaskWrites() throws IOException {
        Pipe pipe = Pipe.open();
        try (var source = pipe.source();
                var sink = pipe.sink()) {
            EventLoop.run(() -> {
                var buffer = ByteBuffer.allocate(10);
                var reader = createTask(() -> blocking(() -> source.read(buffer)));
                yieldNow();
                blocking(() -> sink.write(StandardCharsets.UTF_8.encode("abc")));
                assertThat(reader.await()).isEqualTo(3);
            });
        }
    }

    /** An interrupt closes an interruptible channel; the task gets a cancel, and no interrupt status stays behind. */
    @Test
    void channel_cancelled_closesTheChannel() throws IOException {
        Pipe pipe = Pipe.open();
        try (var source = pipe.source();
                var sink = pipe.sink()) {
            EventLoop.run(() -> {
                var reading = new CountDownLatch(1);
                var interruptedAfter = new AtomicReference<Boolean>();
                var reader = createTask(() -> {
                    try {
                        blocking(() -> {
                            reading.countDown();
                            return source.read(ByteBuffer.allocate(10));
                        });
                    } finally {
                        interruptedAfter.set(Thread.currentThread().isInterrupted());
                    }
                });
                yieldNow();
                blocking(() -> reading.await());
                reader.cancel("enough");
                assertThatThrownBy(reader::await)
                        .isInstanceOf(CancelledException.class)
                        .hasMessage("enough")
                        .satisfies(e -> assertThat(e.getCause().getSuppressed())
                                .hasOnlyElementsOfType(ClosedByInterruptException.class)
                                .hasSize(1));
                assertThat(source.isOpen()).isFalse();
                assertThat(interruptedAfter).hasValue(false);
                assertThat(sink.isOpen()).isTrue();
            });
        }
    }

    // ---------------------------------------------------------------- inside

    @Test
    void inside_nothingOfTheLoopCanBeUsed() {
        EventLoop.run(() -> {
            var future = new Future<String>();
            var semaphore = new AsyncSemaphore(1);
            var task = createTask(() -> 1);
            EventLoop loop = EventLoop.current();
            List<ThrowingCallable> calls = List.of(
                    future::await,
                    future::isDone,
                    () -> future.complete("x"),
                    semaphore::release,
                    () -> assertThat(semaphore.tryAcquire()).isTrue(),
                    task::cancel,
                    () -> loop.callSoon(() -> {}),
                    () -> loop.createTask(() -> 1));
            blocking(() -> {
                assertThat(calls)
                        .allSatisfy(call -> assertThatThrownBy(call).isExactlyInstanceOf(WrongLoopException.class));
                assertThatThrownBy(Async::yieldNow)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessage("no running event loop");
                assertThatThrownBy(Async::currentTask).hasMessage("no running event loop");
            });
            assertThat(future.isDone()).isFalse();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
            assertThat(task.await()).isEqualTo(1);
        });
    }

    @Test
    void inside_theLoopCanBeCalledAsFromAnyThread() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            String result = blocking(() -> loop.submit(() -> {
                        yieldNow();
                        return "x";
                    })
                    .join());
            assertThat(result).isEqualTo("x");
        });
    }

    @Test
    void inside_anotherLoopCanRun() {
        EventLoop.run(() -> {
            Task<?> outer = currentTask();
            String result = blocking(() -> EventLoop.run(() -> {
                assertThat(currentTask()).isNotSameAs(outer);
                yieldNow();
                return blocking(() -> EventLoop.run(() -> {
                    yieldNow();
                    return "x";
                }));
            }));
            assertThat(result).isEqualTo("x");
            assertThat(currentTask()).isSameAs(outer);
            assertThatThrownBy(() -> EventLoop.run(() -> 1)).isInstanceOf(IllegalStateException.class);
        });
    }

    // ---------------------------------------------------------------- cancel

    @Test
    void cancel_interruptsTheBody_andWhatItThrowsIsSuppressed() {
        EventLoop.run(() -> {
            var started = new Future<Void>();
            var task = createTask(() -> {
                try {
                    started.complete(null);
                    blocking(() -> Thread.sleep(60_000));
                } catch (CancelledException e) {
                    assertThat(e.source()).isSameAs(currentTask());
                    assertThat(e).hasMessage("stop");
                    assertThat(e.getSuppressed()).singleElement().isInstanceOf(InterruptedException.class);
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    steps.at(1);
                    throw e;
                }
            });
            started.await();
            task.cancel("stop");
            assertThatThrownBy(task::await).hasMessage("stop");
            assertThat(task.isCancelled()).isTrue();
            steps.done(2);
        });
    }

    @Test
    void cancel_bodyReturnsInSpite_theResultCounts_andTheCancelWaits() {
        EventLoop.run(() -> {
            var started = new Future<Void>();
            var task = createTask(() -> {
                started.complete(null);
                String result = blocking(() -> {
                    assertThatThrownBy(() -> Thread.sleep(60_000)).isInstanceOf(InterruptedException.class);
                    Thread.currentThread().interrupt();
                    return "in spite";
                });
                assertThat(result).isEqualTo("in spite");
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                steps.at(1);
                assertThatThrownBy(Async::yieldNow)
                        .isInstanceOf(CancelledException.class)
                        .hasMessage("stop");
                steps.at(2);
                currentTask().uncancel();
                return result;
            });
            started.await();
            task.cancel("stop");
            assertThat(task.await()).isEqualTo("in spite");
            steps.done(3);
        });
    }

    @Test
    void cancel_before_theBodyDoesNotRun() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                currentTask().cancel("stop");
                blocking(() -> steps.at(99));
            });
            assertThatThrownBy(task::await).hasMessage("stop");
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            steps.done(1);
        });
    }

    @Test
    void cancel_twice_isThrownOnce() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                assertThatThrownBy(() -> blocking(() -> Thread.sleep(60_000)))
                        .isInstanceOf(CancelledException.class)
                        .hasMessage("second");
                assertThat(currentTask().cancelling()).isEqualTo(2);
                yieldNow();
            });
            Steps.settle();
            task.cancel("first");
            task.cancel("second");
            task.await();
        });
    }

    @Test
    void cancel_interruptsANestedLoop() {
        EventLoop.run(() -> {
            var inside = new CountDownLatch(1);
            var innerEnd = new AtomicReference<Throwable>();
            var task = createTask(() -> blocking(() -> EventLoop.run(() -> {
                inside.countDown();
                try {
                    new Future<Void>().await();
                } catch (CancelledException e) {
                    innerEnd.set(e);
                    throw e;
                }
            })));
            blocking(() -> inside.await());
            task.cancel("stop");
            assertThatThrownBy(task::await).hasMessage("stop");
            assertThat(task.isCancelled()).isTrue();
            assertThat(innerEnd.get()).isInstanceOf(CancelledException.class);
        });
    }

    @Test
    void interruptedFromElsewhere_isCancelled_withoutARequest() {
        EventLoop.run(() -> {
            var thread = new AtomicReference<Thread>();
            var inside = new CountDownLatch(1);
            var task = createTask(() -> {
                assertThatThrownBy(() -> blocking(() -> {
                            thread.set(Thread.currentThread());
                            inside.countDown();
                            Thread.sleep(60_000);
                        }))
                        .isInstanceOfSatisfying(CancelledException.class, e -> {
                            assertThat(e.source()).isSameAs(currentTask());
                            assertThat(e).hasCauseInstanceOf(InterruptedException.class);
                        });
                assertThat(currentTask().cancelling()).isZero();
                yieldNow();
                return "x";
            });
            blocking(() -> inside.await());
            thread.get().interrupt();
            assertThat(task.await()).isEqualTo("x");
        });
    }

    /** The interrupt of a cancel that comes while the task steps on again must not reach what follows. */
    @Test
    void cancelAtTheEndOfTheBody_leavesNoInterruptBehind() {
        EventLoop.run(() -> {
            for (int i = 0; i < 200; i++) {
                var task = createTask(() -> {
                    try {
                        blocking(() -> Thread.onSpinWait());
                    } catch (CancelledException e) {
                        assertThat(e.getSuppressed()).isEmpty(); // the body itself throws nothing
                    }
                    boolean interrupted = Thread.currentThread().isInterrupted();
                    currentTask().uncancel();
                    return interrupted;
                });
                Steps.settle();
                task.cancel();
                assertThat(task.await()).isFalse();
            }
        });
    }

    // ---------------------------------------------------------------- misuse

    @Test
    void null_isNamed() {
        EventLoop.run(() -> {
            assertThatThrownBy(() -> blocking((TaskBody<Integer, RuntimeException>) null))
                    .hasMessage("body");
            assertThatThrownBy(() -> blocking((VoidTaskBody<RuntimeException>) null))
                    .hasMessage("body");
        });
    }

    @Test
    void inACallback_isRefused() {
        EventLoop.run(() -> Steps.inCallback(() -> assertThatThrownBy(() -> blocking(() -> steps.at(99)))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("Async.blocking() in a callback: only tasks can wait, use createTask")));
        assertThatThrownBy(() -> blocking(() -> steps.at(99))).hasMessage("no running event loop");
    }

    @Test
    void comesBack_whileAnotherRuns_waitsForItsTurn() {
        CountDownLatch end = new CountDownLatch(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicBoolean wentOn = new AtomicBoolean();
        EventLoop.run(() -> {
            Task<Void> task = Async.createTask(() -> {
                Async.blocking(() -> {
                    thread.set(Thread.currentThread());
                    Bystander.await(end);
                });
                wentOn.set(true);
            });
            Steps.settle();
            Bystander.awaitUntil("out", () -> thread.get() != null);
            end.countDown();
            Bystander.awaitUntil(
                    "back", () -> wentOn.get() || (!task.isOut() && task.stack().isResting()));
            assertThat(wentOn).isFalse();
            task.await();
        });
        assertThat(wentOn).isTrue();
    }
}
