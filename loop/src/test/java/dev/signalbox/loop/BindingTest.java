// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Guard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is created on a loop belongs to it; what is created elsewhere belongs to the first loop that uses it, and to one only. */
@Once
@Timeout(60)
final class BindingTest {
    private static <T> Arguments kind(String name, Supplier<T> maker, Consumer<T> use) {
        return Arguments.of(name, maker, use);
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                BindingTest.<Future<String>>kind("Future", Future::new, Future::isDone),
                BindingTest.<Future<String>>kind("Future by cancel", Future::new, Future::cancel),
                BindingTest.<AsyncSemaphore>kind(
                        "AsyncSemaphore",
                        () -> new AsyncSemaphore(100),
                        s -> s.acquire().close()),
                BindingTest.<AsyncSemaphore>kind(
                        "AsyncSemaphore by release", () -> new AsyncSemaphore(0), AsyncSemaphore::release),
                BindingTest.<AsyncSemaphore>kind(
                        "AsyncSemaphore by a look", () -> new AsyncSemaphore(0), AsyncSemaphore::availablePermits),
                BindingTest.<AsyncBoundedSemaphore>kind(
                        "AsyncBoundedSemaphore", () -> new AsyncBoundedSemaphore(1), s -> s.resize(2)),
                BindingTest.<AsyncLock>kind(
                        "AsyncLock", AsyncLock::new, l -> l.acquire().close()),
                BindingTest.<AsyncLock>kind("AsyncLock by a look", AsyncLock::new, AsyncLock::isLocked),
                BindingTest.<AsyncCondition>kind(
                        "AsyncCondition", AsyncCondition::new, c -> c.acquire().close()),
                BindingTest.<AsyncCondition>kind(
                        "AsyncCondition of a lock",
                        () -> new AsyncLock().newCondition(),
                        c -> c.acquire().close()),
                BindingTest.<AsyncEvent>kind("AsyncEvent", AsyncEvent::new, AsyncEvent::set),
                BindingTest.<AsyncEvent>kind("AsyncEvent by a look", AsyncEvent::new, AsyncEvent::isSet),
                BindingTest.<AsyncBarrier>kind("AsyncBarrier", () -> new AsyncBarrier(2), AsyncBarrier::reset),
                BindingTest.<AsyncBarrier>kind(
                        "AsyncBarrier by a look", () -> new AsyncBarrier(2), AsyncBarrier::parties));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    <T> void createdOnALoop_belongsToIt_unused(String name, Supplier<T> maker, Consumer<T> use) {
        T object = EventLoop.run(maker::get);
        assertThatThrownBy(() -> EventLoop.run(() -> use.accept(object)))
                .isInstanceOf(WrongLoopException.class)
                .hasMessageStartingWith(object + " is bound to a different event loop: bound to loop 'loop-");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    <T> void createdByAThread_belongsToTheFirstLoopThatUsesIt(String name, Supplier<T> maker, Consumer<T> use) {
        T object = maker.get();
        String fresh = object.toString();
        assertThatThrownBy(() -> use.accept(object))
                .isInstanceOf(WrongLoopException.class)
                .hasMessageStartingWith("no running event loop: "
                        + object.getClass().getSimpleName().substring(0, 5))
                .hasMessageContaining("() works on a loop")
                .hasMessageEndingWith(
                        "(called from thread '" + Thread.currentThread().getName() + "')");
        assertThat(object.toString()).isEqualTo(fresh);

        try (EventLoop first = EventLoop.builder().name("first").build();
                EventLoop second = EventLoop.builder().name("second").build()) {
            first.runUntilComplete(() -> use.accept(object));
            String used = object.toString();
            assertThatThrownBy(() -> second.runUntilComplete(() -> use.accept(object)))
                    .isInstanceOf(WrongLoopException.class)
                    .hasMessageContaining("bound to loop 'first'")
                    .hasMessageContaining("called from loop 'second'");
            assertThat(object.toString()).isEqualTo(used);
            first.runUntilComplete(() -> {
                if (!name.equals("Future by cancel")) {
                    use.accept(object);
                }
            });
        }
    }

    @Test
    void unboundPrimitive_usedByAThread_namesTheOneForThreads() {
        AsyncEvent event = new AsyncEvent();
        assertThatThrownBy(event::await)
                .isInstanceOf(WrongLoopException.class)
                .hasMessageStartingWith(
                        "no running event loop: AsyncEvent.await() works on a loop; for threads use dev.signalbox.core.Event");
    }

    @Test
    void firstUseThatFails_bindsAllTheSame() {
        AsyncLock lock = new AsyncLock();
        EventLoop.run(() -> {
            assertThatThrownBy(lock::release)
                    .isInstanceOf(IllegalMonitorStateException.class)
                    .hasMessage("released a lock that is not held: " + lock);
        });
        assertThatThrownBy(() -> EventLoop.run(lock::isLocked)).isInstanceOf(WrongLoopException.class);
    }

    @Test
    @SuppressWarnings("CheckReturnValue") // binding it is all they do
    void message_tellsWhoBoundItAndWhere() {
        try (EventLoop home = EventLoop.builder().name("home").build()) {
            AsyncSemaphore byTask = new AsyncSemaphore(1);
            AsyncSemaphore byCallback = new AsyncSemaphore(1);
            home.callSoonThreadSafe(() -> byCallback.tryAcquire());
            home.runUntilComplete(
                    () -> Async.createTask("fetch-3", () -> byTask.tryAcquire()).await());

            assertThatThrownBy(byTask::release)
                    .hasMessageMatching(
                            "AsyncSemaphore@\\w+ \\[permits=0, waiters=0\\] is bound to a different event loop: "
                                    + "bound to loop 'home' by task 'fetch-3' at BindingTest.java:\\d+; "
                                    + "AsyncSemaphore.release\\(\\) called from thread '.+', which runs no loop "
                                    + "\\(use dev.signalbox.core.Semaphore for both\\)");
            assertThatThrownBy(byCallback::release)
                    .hasMessageContaining("bound to loop 'home' by a callback at BindingTest.java:");
        }
    }

    @Test
    void constructors_refuseBadArguments_onAndOffALoop() {
        assertBadArguments();
        EventLoop.run(BindingTest::assertBadArguments);
    }

    private static void assertBadArguments() {
        assertThatThrownBy(() -> new AsyncSemaphore(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("permits: -1 (expected: >= 0)");
        assertThatThrownBy(() -> new AsyncBoundedSemaphore(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bound: -1 (expected: >= 0)");
    }

    /** Several loops use an unbound object at the same time: exactly one of them may, and goes on to. */
    @Test
    void race_exactlyOneLoopWins() throws Exception {
        int rounds = 1_000;
        int loops = 3;
        List<AsyncSemaphore> semaphores =
                Stream.generate(() -> new AsyncSemaphore(0)).limit(rounds).toList();
        List<Future<String>> futures =
                Stream.generate(Future<String>::new).limit(rounds).toList();
        CyclicBarrier together = new CyclicBarrier(loops);
        List<Bystander<List<Boolean>>> racers = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            racers.add(Bystander.call(
                    "racer",
                    () -> EventLoop.run(() -> {
                        List<Boolean> won = new ArrayList<>();
                        for (int round = 0; round < rounds; round++) {
                            together.await();
                            won.add(use(semaphores.get(round)::release));
                            won.add(use(futures.get(round)::isDone));
                        }
                        return won;
                    })));
        }
        List<List<Boolean>> results = racers.stream().map(Bystander::join).toList();
        for (int i = 0; i < 2 * rounds; i++) {
            int index = i;
            assertThat(results.stream().filter(won -> won.get(index)))
                    .as("winners of %d", i)
                    .hasSize(1);
        }
        assertThat(semaphores).allSatisfy(s -> assertThat(s.toString()).endsWith("[permits=1, waiters=0]"));
    }

    private static boolean use(Runnable operation) {
        try {
            operation.run();
            return true;
        } catch (WrongLoopException e) {
            return false;
        }
    }

    @Test
    void message_ofAGuardOrAHandle_namesThePublicType() {
        try (EventLoop home = EventLoop.builder().name("home").build()) {
            Guard guard = home.runUntilComplete(() -> new AsyncSemaphore(1).acquire());
            Handle handle = home.runUntilComplete(() -> home.callLater(Duration.ofDays(1), () -> {}));

            assertThatThrownBy(guard::close).hasMessageContaining("Guard.close() called from");
            assertThatThrownBy(handle::cancel).hasMessageContaining("Handle.cancel() called from");
        }
    }
}
