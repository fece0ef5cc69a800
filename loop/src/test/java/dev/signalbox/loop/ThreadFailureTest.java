// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Condition;
import dev.signalbox.core.Lock;
import dev.signalbox.core.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The system gives no more threads: what cannot run for it fails, and nobody else. */
@Once
@Timeout(60)
@ParameterizedClass
@EnumSource
final class ThreadFailureTest {
    private final Lack lack;
    private final AtomicBoolean exhausted = new AtomicBoolean();
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
    private final EventLoop loop;

    ThreadFailureTest(Lack lack) {
        this.lack = lack;
        loop = EventLoop.builder()
                .name("home")
                .exceptionHandler((what, e) -> handled.add(what + ": " + e))
                .workers(factory -> body -> exhausted.get() ? lack.thread() : factory.newThread(body))
                .build();
    }

    /** Where it shows that there is no thread. */
    enum Lack {
        /** As there is no memory for the object. */
        OF_THE_OBJECT {
            @Override
            Thread thread() {
                throw new OutOfMemoryError(NO_THREAD);
            }
        },
        /** As the system refuses one. */
        OF_THE_START {
            @Override
            Thread thread() {
                return new Thread() {
                    @Override
                    public synchronized void start() {
                        throw new OutOfMemoryError(NO_THREAD);
                    }
                };
            }
        };

        private static final String NO_THREAD = "unable to create native thread";

        abstract Thread thread();
    }

    @AfterEach
    void close() {
        Bystander.start(loop::close).join();
        assertThat(loop.isClosed()).isTrue();
    }

    /** Uses up the idle workers, runs the code without threads, and lets them be made again. */
    private void withoutThreads(Runnable body) {
        loop.runUntilComplete(() -> {
            Async.yieldNow();
            List<Task<Void>> occupants = new ArrayList<>();
            Future<Void> end = new Future<>();
            for (int i = 0; i < 3; i++) {
                occupants.add(Async.createTask("occupant", () -> {
                    end.await();
                }));
            }
            Async.yieldNow();
            exhausted.set(true);
            body.run();
            exhausted.set(false);
            end.complete(null);
            for (Task<Void> occupant : occupants) {
                occupant.await();
            }
        });
    }

    @Test
    void newTask_withoutAThread_fails_andTheOthersGoOn() {
        List<String> log = new ArrayList<>();
        withoutThreads(() -> {
            // Of all that become ready here one may find the worker that has just become free: so many that most do
            // not.
            List<Task<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                tasks.add(Async.createTask(() -> Async.sleep(Duration.ofMillis(1))));
            }
            for (Task<Void> task : tasks) {
                try {
                    task.await();
                    log.add("ran");
                } catch (OutOfMemoryError e) {
                    log.add(e.getMessage());
                }
            }
        });
        assertThat(log).hasSize(5).contains("unable to create native thread");
        assertThat(handled).isEmpty();
        String next = loop.runUntilComplete(
                () -> Async.createTask(() -> "works again").await());
        assertThat(next).isEqualTo("works again");
    }

    @Test
    void callback_withoutAThread_isTold() {
        List<String> log = new ArrayList<>();
        withoutThreads(() -> {
            loop.callSoon(() -> log.add("ran"));
            Async.yieldNow();
            Async.yieldNow();
        });
        assertThat(log.size() + handled.size()).isEqualTo(1);
        assertThat(handled)
                .allMatch(entry -> entry.equals("event loop 'home': a callback could not be run: "
                        + "java.lang.OutOfMemoryError: unable to create native thread"));
    }

    @Test
    void blocking_withoutAThread_throws_andTheTaskIsStillOnItsLoop() {
        loop.runUntilComplete(() -> {
            exhausted.set(true);
            List<Task<?>> before = loop.allTasks();
            List<String> log = new ArrayList<>();
            assertThatThrownBy(() -> Async.blocking(() -> log.add("must not run")))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessage("unable to create native thread");
            assertThat(log).isEmpty();
            assertThat(EventLoop.current()).isSameAs(loop);
            assertThat(loop.allTasks()).isEqualTo(before);
            Async.yieldNow();
            exhausted.set(false);
            assertThat(Async.blocking(() -> "works again")).isEqualTo("works again");
        });
    }

    @Test
    void run_withoutAThread_throws_andNobodyWaitsForEver() {
        exhausted.set(true);
        CompletableFuture<String> submitted = loop.submit(() -> "never runs");
        Bystander<String> runner = Bystander.call("runner", () -> loop.runUntilComplete(() -> "never runs"));
        assertThatThrownBy(runner::join)
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("unable to create native thread");
        assertThat(loop.isRunning()).isFalse();
        Bystander.start(loop::close).join();
        assertThat(submitted).isCompletedExceptionally();
    }

    @Test
    void runForever_withoutAThread_throws() {
        exhausted.set(true);
        Bystander<Void> runner = Bystander.start(loop::runForever);
        assertThatThrownBy(runner::join).isInstanceOf(OutOfMemoryError.class);
        assertThat(loop.isRunning()).isFalse();
    }

    @Test
    void close_withoutAThread_failsWhatOthersWaitFor() {
        CompletableFuture<Void> submitted = loop.submit(() -> Async.sleep(Duration.ofHours(1)));
        loop.runUntilComplete(Async::yieldNow);
        exhausted.set(true);
        Bystander.start(loop::close).join();
        assertThat(submitted).isCompletedExceptionally();
    }

    @Test
    void timedCallback_withoutAThread_isTold() {
        List<String> log = new ArrayList<>();
        withoutThreads(() -> {
            loop.callLater(Duration.ZERO, () -> log.add("ran"));
            Async.sleep(Duration.ofMillis(1));
            Async.yieldNow();
        });
        assertThat(log.size() + handled.size()).isEqualTo(1);
    }

    /** The wait is one of core, for which a task steps off its loop. */
    @Test
    void coreWait_withoutAThread_throws_andTakesNothing() throws Exception {
        Semaphore semaphore = new Semaphore(0);
        loop.runUntilComplete(() -> {
            exhausted.set(true);
            assertThatThrownBy(semaphore::acquire)
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessage("unable to create native thread");
            assertThat(EventLoop.current()).isSameAs(loop);
            assertThat(semaphore.waiters()).isZero();
            exhausted.set(false);
            loop.callSoon(semaphore::release);
            semaphore.acquire();
        });
        assertThat(semaphore.tryAcquire()).isFalse();
    }

    /** Such a wait may not fail, but it has not begun. */
    @Test
    void uninterruptibleCoreWait_withoutAThread_throws_andHoldsNothing() {
        Lock lock = new Lock();
        lock.lock();
        loop.runUntilComplete(() -> {
            exhausted.set(true);
            assertThatThrownBy(lock::lock).isInstanceOf(OutOfMemoryError.class);
            exhausted.set(false);
            loop.callSoon(lock::unlock);
            lock.lock();
        });
        assertThat(lock.isLocked()).isTrue();
    }

    /** A wait in a condition of core gives the lock up only once somebody else can run. */
    @Test
    void conditionOfCore_withoutAThread_throwsWithTheLock() {
        Condition condition = new Condition();
        loop.runUntilComplete(() -> {
            try (var held = condition.acquire()) {
                exhausted.set(true);
                assertThatThrownBy(condition::await).isInstanceOf(OutOfMemoryError.class);
                exhausted.set(false);
                condition.signal();
            }
        });
        assertThat(condition.toString()).contains("[waiters=0, ").contains("[holds=0, ");
    }

    @Test
    void startedLoop_withoutThreads_failsWhatItCannotRun_andGoesOn() {
        AtomicInteger asked = new AtomicInteger();
        EventLoop started = EventLoop.builder()
                .workers(factory -> body -> {
                    if (exhausted.get()) {
                        asked.incrementAndGet();
                        return lack.thread();
                    }
                    return factory.newThread(body);
                })
                .start();
        try (started) {
            CompletableFuture<Void> first = started.submit(() -> {
                exhausted.set(true);
                Async.sleep(Duration.ofHours(1));
            });
            Bystander.awaitUntil("out of threads", exhausted::get);
            CompletableFuture<String> refused = started.submit(() -> "needs a thread of its own");
            Bystander.awaitUntil("asked for a thread", () -> asked.get() > 0);
            exhausted.set(false);
            // What depends on it needs a thread too, and is told as soon as there is one.
            assertThatThrownBy(refused::join).hasCauseInstanceOf(OutOfMemoryError.class);
            assertThat(first).isNotDone();
            assertThat(started.submit(() -> "works again").join()).isEqualTo("works again");
            exhausted.set(true);
        }
        assertThat(started.isClosed()).isTrue();
    }

    @Test
    void close_withoutAThread_whileEveryTaskIsOffTheLoop_waitsForThem() {
        CountDownLatch end = new CountDownLatch(1);
        List<CompletableFuture<String>> submitted = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            submitted.add(loop.submit(() -> {
                Async.blocking(() -> Bystander.awaitStubbornly(end));
                return "came back";
            }));
        }
        loop.runUntilComplete(() -> {
            loop.callLater(Duration.ofMillis(1), loop::stop);
            Async.sleep(Duration.ofMillis(1));
        });
        exhausted.set(true);
        Bystander<Void> closer = Bystander.start(loop::close).awaitBlocked();
        end.countDown();
        closer.join();
        assertThat(submitted).allMatch(CompletableFuture::isDone);
    }

    @Test
    void close_withoutAThread_cleanUpsThatWouldNeedOne_endAllTheSame() {
        List<String> log = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 3; i++) {
            loop.submit(() -> {
                try {
                    Async.sleep(Duration.ofHours(1));
                } finally {
                    try {
                        Async.blocking(() -> log.add("must not run"));
                    } catch (Throwable e) {
                        log.add("refused");
                        throw e;
                    }
                }
            });
        }
        loop.runUntilComplete(() -> {
            Async.yieldNow();
            Async.yieldNow();
        });
        exhausted.set(true);
        Bystander.start(loop::close).join();
        assertThat(log).containsExactly("refused", "refused", "refused");
    }
}
