// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.internal.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callbacks are short and never wait: what only tasks can do throws in them, even where it would not have to wait. */
@Timeout(60)
final class CallbackTest {
    private static final Duration SHORT = Duration.ofMillis(1);

    private final List<String> log = new ArrayList<>();

    /** Runs code in a callback, and throws what it throws. */
    private static void inCallback(Bystander.Body body) {
        EventLoop.run(() -> {
            Future<Throwable> outcome = new Future<>();
            EventLoop.current().callSoon(() -> outcome.complete(catchThrowable(body::run)));
            Throwable thrown = outcome.await();
            if (thrown != null) {
                throw Failures.<RuntimeException>sneaky(thrown);
            }
        });
    }

    @SuppressWarnings("CheckReturnValue") // only whether they throw counts
    private static Map<String, Bystander.Body> callsOfTasks() {
        AsyncSemaphore semaphore = new AsyncSemaphore(5);
        AsyncLock lock = new AsyncLock();
        AsyncEvent event = new AsyncEvent();
        event.set();
        Future<String> done = new Future<>();
        done.complete("done");
        Map<String, Bystander.Body> calls = new LinkedHashMap<>();
        calls.put("Async.currentTask", Async::currentTask);
        calls.put("Async.sleep", () -> Async.sleep(SHORT));
        calls.put("Async.sleep ", () -> Async.sleep(Duration.ZERO));
        calls.put("Async.yieldNow", Async::yieldNow);
        calls.put("Async.await", () -> Async.await(CompletableFuture.completedFuture("x")));
        calls.put("Async.blocking", () -> Async.blocking(() -> "x"));
        calls.put("Async.blocking ", () -> Async.blocking(() -> {}));
        calls.put("Async.timeout", () -> Async.timeout(SHORT, () -> "x"));
        calls.put("Async.gather", () -> Async.gather(List.of(done)));
        calls.put("Async.gather ", () -> Async.gather(done));
        calls.put("Async.gather  ", () -> Async.gather(() -> "x"));
        calls.put("Async.awaitAll", () -> Async.awaitAll(List.of(done)));
        calls.put("Async.awaitAll ", () -> Async.awaitAll(List.of(done), Duration.ZERO));
        calls.put("Async.awaitAny", () -> Async.awaitAny(List.of(done)));
        calls.put("Async.awaitAny ", () -> Async.awaitAny(List.of(done), Duration.ZERO));
        calls.put("Async.asCompleted", () -> Async.asCompleted(List.of(done)));
        calls.put("Future.await", done::await);
        calls.put("Future.await ", () -> done.await(Duration.ZERO));
        calls.put("AsyncSemaphore.acquire", semaphore::acquire);
        calls.put("AsyncSemaphore.acquire ", () -> semaphore.acquire(2));
        calls.put("AsyncSemaphore.acquire  ", () -> semaphore.acquire(SHORT));
        calls.put("AsyncSemaphore.tryAcquire", () -> semaphore.tryAcquire(SHORT));
        calls.put("AsyncSemaphore.tryAcquire ", () -> semaphore.tryAcquire(2, Duration.ZERO));
        calls.put("AsyncLock.acquire", lock::acquire);
        calls.put("AsyncLock.acquire ", () -> lock.acquire(SHORT));
        calls.put("AsyncLock.tryAcquire", () -> lock.tryAcquire(SHORT));
        calls.put("AsyncEvent.await", () -> event.await());
        calls.put("AsyncEvent.await ", () -> event.await(Duration.ZERO));
        calls.put("state", () -> {
            assertThat(semaphore.availablePermits()).isEqualTo(5);
            assertThat(lock.isLocked()).isFalse();
        });
        return calls;
    }

    @Test
    void callsOfTasks_areRefused_andChangeNothing() {
        inCallback(() -> {
            Map<String, Bystander.Body> calls = callsOfTasks();
            calls.remove("state").run();
            calls.forEach((name, call) -> assertThatThrownBy(call::run)
                    .as(name)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage(name.strip() + "() in a callback: only tasks can wait, use createTask"));
            callsOfTasks().get("state").run();
        });
    }

    /** Which loop is wrong comes before what is wrong in a callback. */
    @Test
    void callsOfTasks_inACallbackOfAnotherLoop_areOfTheWrongLoop() {
        Map<String, Bystander.Body> calls = new LinkedHashMap<>();
        EventLoop.run(() -> calls.putAll(callsOfTasks()));
        calls.keySet().removeIf(name -> name.startsWith("Async.") || name.equals("state"));
        inCallback(() -> calls.forEach(
                (name, call) -> assertThatThrownBy(call::run).as(name).isInstanceOf(WrongLoopException.class)));
    }

    @Test
    void callsOfCallbacks_work() {
        inCallback(() -> {
            EventLoop loop = EventLoop.current();
            AsyncSemaphore semaphore = new AsyncSemaphore(1);
            assertThat(semaphore.tryAcquire()).isTrue();
            assertThat(semaphore.tryAcquire(1)).isFalse();
            semaphore.release();
            AsyncLock lock = new AsyncLock();
            assertThat(lock.tryAcquire()).isTrue();
            lock.release();
            AsyncEvent event = new AsyncEvent();
            event.set();
            event.clear();
            Future<String> future = new Future<>();
            future.complete("x");
            assertThat(future.resultNow()).isEqualTo("x");
            assertThat(Async.shield(future)).isSameAs(future);
            loop.createTask(() -> "x").cancel();
            Async.createTask(() -> "x").cancel();
            assertThat(loop.allTasks()).isNotEmpty();
        });
    }

    /** Core's own rule: a wait inside a callback is refused, but a call that need not wait is not seen. */
    @Test
    void coreWait_isRefused_onlyWhenItWouldHaveToWait() {
        Semaphore semaphore = new Semaphore(1);
        inCallback(() -> {
            semaphore.acquire();
            assertThatThrownBy(semaphore::acquire)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching("waiting for Semaphore@\\w+ in a callback of loop 'loop-.*")
                    .hasMessageEndingWith("': only tasks can wait, use createTask");
        });
        assertThat(semaphore.availablePermits()).isZero();
    }

    @Test
    void callback_neverRunsInline() {
        inCallback(() -> {
            EventLoop loop = EventLoop.current();
            loop.callSoon(() -> log.add("soon"));
            loop.callLater(Duration.ZERO, () -> log.add("later"));
            loop.callSoonThreadSafe(() -> log.add("thread-safe"));
            loop.execute(() -> log.add("executed"));
            Future<String> done = new Future<>();
            done.complete("x");
            done.whenDone(f -> log.add("when done"));
            assertThat(log).isEmpty();
        });
    }

    @Test
    void callbackOfAFuture_isCalledWithIt() {
        EventLoop.run(() -> {
            Future<String> future = new Future<>();
            future.whenDone(f -> log.add(f.resultNow() + (f == future)));
            future.complete("result ");
            Steps.settle();
        });
        assertThat(log).containsExactly("result true");
    }

    @Test
    void nullCallback_isRefused() {
        inCallback(() -> {
            EventLoop loop = EventLoop.current();
            assertNull("callback", () -> loop.callSoon(null));
            assertNull("callback", () -> loop.callLater(SHORT, null));
            assertThatThrownBy(() -> loop.callLater(null, () -> {})).isInstanceOf(NullPointerException.class);
            assertNull("callback", () -> loop.callAt(0, null));
            assertNull("callback", () -> loop.callSoonThreadSafe(null));
            assertNull("callback", () -> loop.execute(null));
            assertNull("body", () -> loop.submit((TaskBody<String, RuntimeException>) null));
            assertNull("body", () -> loop.submit((VoidTaskBody<RuntimeException>) null));
            assertNull("body", () -> loop.createTask((TaskBody<String, RuntimeException>) null));
            assertNull("body", () -> loop.createTask((VoidTaskBody<RuntimeException>) null));
            assertNull("name", () -> loop.createTask(null, () -> "x"));
            assertThat(loop.allTasks()).hasSize(1);
        });
    }

    private static void assertNull(String what, Bystander.Body body) {
        assertThatThrownBy(body::run).isInstanceOf(NullPointerException.class).hasMessage(what);
    }
}
