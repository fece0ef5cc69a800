// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The system gives no more threads: what cannot run for it fails, and nobody else. */
@Timeout(60)
final class ThreadFailureTest {
    private final AtomicBoolean exhausted = new AtomicBoolean();
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
    private final EventLoop loop = EventLoop.builder()
            .name("home")
            .exceptionHandler((what, e) -> handled.add(what + ": " + e))
            .workers(factory -> body -> {
                if (exhausted.get()) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                return factory.newThread(body);
            })
            .build();

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
}
