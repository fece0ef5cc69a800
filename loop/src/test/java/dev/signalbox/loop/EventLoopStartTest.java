// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop that runs on a thread of its own. */
@Once
@Timeout(60)
final class EventLoopStartTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());

    private EventLoop.Builder builder() {
        return EventLoop.builder()
                .name("prices")
                .exceptionHandler((what, e) -> handled.add(what + ": " + e))
                .workers(factory -> body -> {
                    Thread thread = factory.newThread(body);
                    threads.add(thread);
                    return thread;
                });
    }

    private void awaitNoThread() {
        Bystander.awaitUntil("all threads ended", () -> threads.stream().noneMatch(Thread::isAlive));
    }

    @Test
    void builder_toString_tellsWhatWasChosen() {
        assertThat(EventLoop.builder().toString())
                .matches("Builder@\\p{XDigit}+ \\[name=not set, failOnStall=false, watchdog=off, leakDetection=\\w+]");
        assertThat(builder()
                        .failOnStall(true)
                        .watchdog(Duration.ofMillis(20), report -> {})
                        .toString())
                .contains("[name=prices, failOnStall=true, watchdog=PT0.02S, ");
    }

    @Test
    void start_itRunsWhenItReturns() {
        try (EventLoop loop = builder().start()) {
            assertThat(loop.isRunning()).isTrue();
            assertThat(loop.submit(() -> {
                        Async.yieldNow();
                        return EventLoop.current();
                    }))
                    .succeedsWithin(Bystander.PATIENCE)
                    .isSameAs(loop);
            assertThatThrownBy(loop::runForever).hasMessage("loop 'prices' is running already");
        }
    }

    @Test
    void start_threadsAreDaemons_namedAfterTheLoop() {
        EventLoop loop = builder().start();
        loop.submit(() -> {}).join();
        assertThat(threads).hasSizeGreaterThan(1).allMatch(Thread::isDaemon);
        assertThat(threads.get(0).getName()).isEqualTo("event loop 'prices' (runner)");
        assertThat(threads.subList(1, threads.size()))
                .allMatch(thread -> thread.getName().equals("event loop 'prices'"));
        loop.close();
        awaitNoThread();
    }

    @Test
    void close_atOnce_endsEverything() {
        for (int i = 0; i < 100; i++) {
            EventLoop loop = builder().start();
            CompletableFuture<Void> sleeping = loop.submit(() -> Async.sleep(LONG));
            loop.close();
            assertThat(loop.isClosed()).isTrue();
            assertThat(sleeping).isCompletedExceptionally();
        }
        awaitNoThread();
        assertThat(handled).isEmpty();
    }

    @Test
    void stop_endsTheThread_andTheLoopCanRunAgain() {
        try (EventLoop loop = builder().start()) {
            loop.stop();
            Bystander.awaitUntil("stopped", () -> !loop.isRunning());
            Bystander.awaitUntil("thread ended", () -> !threads.get(0).isAlive());
            assertThat(loop.isClosed()).isFalse();
            String again = loop.runUntilComplete(() -> "again");
            assertThat(again).isEqualTo("again");
        }
    }

    @Test
    void start_inATaskOfAnotherLoop() {
        EventLoop.run(() -> {
            EventLoop started = builder().start();
            int answer = Async.await(started.submit(() -> 42));
            assertThat(answer).isEqualTo(42);
            started.close();
        });
        awaitNoThread();
    }

    @Test
    void start_everyThreadHasTheContextClassLoaderOfTheCaller_andInheritsNothingElse() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        ClassLoader callers = new ClassLoader(before) {};
        InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
        inheritable.set("the caller's");
        Thread.currentThread().setContextClassLoader(callers);
        EventLoop loop;
        try {
            loop = builder().start();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        try (loop) {
            assertThat(loop.submit(() -> {
                        assertThat(Thread.currentThread().getContextClassLoader())
                                .isSameAs(callers);
                        return inheritable.get();
                    }))
                    .succeedsWithin(Bystander.PATIENCE)
                    .isNull();
            assertThat(threads.get(0).getContextClassLoader()).isSameAs(callers);
        } finally {
            inheritable.remove();
        }
    }

    @Test
    void start_withoutAThread_leavesNothingBehind() {
        AtomicInteger asked = new AtomicInteger();
        EventLoop.Builder builder = builder().workers(factory -> body -> {
            asked.incrementAndGet();
            throw new OutOfMemoryError("unable to create native thread");
        });
        assertThatThrownBy(builder::start)
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("unable to create native thread");
        assertThat(asked).hasValue(1);
        assertThat(handled).isEmpty();
    }

    /** Then nobody is there to be thrown to: the loop has closed, and the handler knows why. */
    @Test
    void start_withoutAThreadForTheFirstTask_closes_andTheHandlerIsTold() {
        AtomicInteger asked = new AtomicInteger();
        EventLoop loop = builder()
                .workers(factory -> body -> {
                    if (asked.incrementAndGet() > 1) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    return factory.newThread(body);
                })
                .start();
        Bystander.awaitUntil("told", () -> !handled.isEmpty());
        assertThat(handled)
                .containsExactly("event loop 'prices': the run has failed: "
                        + "java.lang.OutOfMemoryError: unable to create native thread");
        assertThat(loop.isClosed()).isTrue();
        assertThatThrownBy(() -> loop.submit(() -> {})).hasMessage("event loop 'prices' is closed");
    }
}
