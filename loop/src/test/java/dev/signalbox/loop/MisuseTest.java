// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.signalbox.core.Guard;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The promise: every operation of everything that is bound to a loop, free or contended, throws off that loop, on the first wrong call, and
 * before anything changes. The operations are found by reflection, so one that is new is tested at once.
 */
@Once
@Timeout(60)
final class MisuseTest {
    /** What is marked "any thread". Everything else that is public has to refuse. */
    private static final Set<String> ANY_THREAD = Set.of(
            "EventLoop.runUntilComplete",
            "EventLoop.runForever",
            "EventLoop.runOnce",
            "EventLoop.nextEventIn",
            "EventLoop.stop",
            "EventLoop.close",
            "EventLoop.isRunning",
            "EventLoop.isClosed",
            "EventLoop.scheduler",
            "EventLoop.callSoonThreadSafe",
            "EventLoop.execute",
            "EventLoop.submit",
            "EventLoop.dump");

    /** What every operation can be called with, by the type of the parameter. */
    private static final Map<Class<?>, Object> ARGUMENTS = Map.of(
            int.class,
            1,
            long.class,
            0L,
            Duration.class,
            Duration.ofMillis(1),
            String.class,
            "text",
            Object.class,
            "value",
            Throwable.class,
            new IllegalArgumentException("an argument"),
            Runnable.class,
            (Runnable) () -> {},
            Consumer.class,
            (Consumer<Object>) x -> {},
            TaskBody.class,
            (TaskBody<String, RuntimeException>) () -> "result",
            VoidTaskBody.class,
            (VoidTaskBody<RuntimeException>) () -> {});

    private static final Map<Class<?>, Object> MORE_ARGUMENTS =
            Map.of(Executor.class, (Executor) Runnable::run, BooleanSupplier.class, (BooleanSupplier) () -> true);

    /** What there is to misuse, by how it was made: all on the home loop, some with a task that waits for it. */
    private enum Subject {
        LOOP(EventLoop.class),
        PENDING_FUTURE(Future.class),
        AWAITED_FUTURE(Future.class),
        SUCCEEDED_FUTURE(Future.class),
        SUSPENDED_TASK(Task.class),
        FINISHED_TASK(Task.class),
        SHIELD(Future.class),
        FUTURES_AS_COMPLETED(Iterable.class),
        ITERATOR_AS_COMPLETED(Iterator.class),
        NEW_DEADLINE(Deadline.class),
        RUNNING_DEADLINE(Deadline.class),
        OPEN_TASK_GROUP(TaskGroup.class),
        JOINED_TASK_GROUP(TaskGroup.class),
        HANDLE_OF_CALL_SOON(Handle.class),
        HANDLE_OF_CALL_LATER(Handle.class),
        HANDLE_OF_WHEN_DONE(Handle.class),
        ITERABLE(AsyncIterable.class),
        AWAITED_ITERABLE(AsyncIterable.class),
        ITERATOR(Iterator.class),
        FREE_SEMAPHORE(AsyncSemaphore.class),
        CONTENDED_SEMAPHORE(AsyncSemaphore.class),
        FREE_BOUNDED_SEMAPHORE(AsyncBoundedSemaphore.class),
        CONTENDED_BOUNDED_SEMAPHORE(AsyncBoundedSemaphore.class),
        GUARD_OF_SEMAPHORE(Guard.class),
        FREE_LOCK(AsyncLock.class),
        CONTENDED_LOCK(AsyncLock.class),
        GUARD_OF_LOCK(Guard.class),
        FREE_CONDITION(AsyncCondition.class),
        AWAITED_CONDITION(AsyncCondition.class),
        SET_EVENT(AsyncEvent.class),
        AWAITED_EVENT(AsyncEvent.class),
        QUEUE_WITH_ROOM(AsyncQueue.class),
        EMPTY_QUEUE_WITH_A_TAKER(AsyncQueue.class),
        FULL_QUEUE_WITH_A_PUTTER(AsyncQueue.class),
        SHUT_DOWN_QUEUE(AsyncQueue.class),
        LIFO_QUEUE(AsyncLifoQueue.class),
        PRIORITY_QUEUE(AsyncPriorityQueue.class),
        FREE_BARRIER(AsyncBarrier.class),
        AWAITED_BARRIER(AsyncBarrier.class);

        private final Class<?> type;

        Subject(Class<?> type) {
            this.type = type;
        }
    }

    /** From where it is used. */
    private enum Caller {
        OTHER_LOOP,
        PLAIN_THREAD,
        OWN_TASK_OFF_THE_LOOP,
        OTHER_LOOP_AFTER_CLOSE,
        PLAIN_THREAD_AFTER_CLOSE;

        boolean isAfterClose() {
            return this == OTHER_LOOP_AFTER_CLOSE || this == PLAIN_THREAD_AFTER_CLOSE;
        }

        boolean isLoop() {
            return this == OTHER_LOOP || this == OTHER_LOOP_AFTER_CLOSE;
        }
    }

    private final EventLoop home = EventLoop.builder().name("home").build();
    private final EventLoop away = EventLoop.builder().name("away").build();
    private final Map<Subject, Object> subjects = new LinkedHashMap<>();
    private final Map<Subject, Object> owners = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();

    @BeforeEach
    void makeSubjectsAtHome() {
        home.runUntilComplete(() -> {
            make();
            Async.yieldNow();
        });
    }

    @AfterEach
    void close() {
        Bystander.start(home::close).join();
        Bystander.start(away::close).join();
    }

    private void make() {
        subjects.put(Subject.LOOP, home);
        makeFutures();
        makeScopes();
        subjects.put(Subject.HANDLE_OF_CALL_LATER, home.callLater(Duration.ofHours(1), () -> {}));
        subjects.put(Subject.HANDLE_OF_WHEN_DONE, new Future<String>().whenDone(f -> {}));
        makeIterables();
        subjects.put(Subject.FREE_SEMAPHORE, new AsyncSemaphore(2));
        AsyncSemaphore semaphore = new AsyncSemaphore(1);
        subjects.put(Subject.CONTENDED_SEMAPHORE, semaphore);
        subjects.put(Subject.GUARD_OF_SEMAPHORE, semaphore.acquire());
        owners.put(Subject.GUARD_OF_SEMAPHORE, semaphore);
        Async.createTask(() -> semaphore.acquire());
        subjects.put(Subject.FREE_BOUNDED_SEMAPHORE, new AsyncBoundedSemaphore(2));
        AsyncBoundedSemaphore bounded = new AsyncBoundedSemaphore(1);
        bounded.acquire();
        subjects.put(Subject.CONTENDED_BOUNDED_SEMAPHORE, bounded);
        Async.createTask(() -> bounded.acquire());
        subjects.put(Subject.FREE_LOCK, new AsyncLock());
        AsyncLock lock = new AsyncLock();
        subjects.put(Subject.CONTENDED_LOCK, lock);
        subjects.put(Subject.GUARD_OF_LOCK, lock.acquire());
        owners.put(Subject.GUARD_OF_LOCK, lock);
        Async.createTask(() -> lock.acquire());
        subjects.put(Subject.FREE_CONDITION, new AsyncCondition());
        AsyncCondition condition = new AsyncCondition();
        Async.createTask(() -> {
            condition.acquire();
            condition.await();
        });
        subjects.put(Subject.AWAITED_CONDITION, condition);
        AsyncEvent set = new AsyncEvent();
        set.set();
        subjects.put(Subject.SET_EVENT, set);
        AsyncEvent awaited = new AsyncEvent();
        Async.createTask(() -> awaited.await());
        subjects.put(Subject.AWAITED_EVENT, awaited);
        makeQueues();
        subjects.put(Subject.FREE_BARRIER, new AsyncBarrier(2));
        AsyncBarrier barrier = new AsyncBarrier(2);
        Async.createTask(() -> barrier.await());
        subjects.put(Subject.AWAITED_BARRIER, barrier);
        Async.yieldNow();
        subjects.put(Subject.HANDLE_OF_CALL_SOON, home.callSoon(() -> {}));
    }

    private void makeFutures() {
        subjects.put(Subject.PENDING_FUTURE, new Future<String>());
        Future<String> awaited = new Future<>();
        subjects.put(Subject.AWAITED_FUTURE, awaited);
        subjects.put(Subject.SUSPENDED_TASK, Async.createTask("suspended", () -> awaited.await()));
        Future<String> succeeded = new Future<>();
        succeeded.complete("done");
        subjects.put(Subject.SUCCEEDED_FUTURE, succeeded);
        Task<String> finished = Async.createTask("finished", () -> "finished");
        finished.await();
        subjects.put(Subject.FINISHED_TASK, finished);
        subjects.put(Subject.SHIELD, Async.shield(awaited));
        Iterable<Future<String>> futures = Async.asCompleted(List.of(succeeded, awaited));
        subjects.put(Subject.FUTURES_AS_COMPLETED, futures);
        subjects.put(Subject.ITERATOR_AS_COMPLETED, futures.iterator());
    }

    private void makeQueues() {
        AsyncQueue<String> withRoom = new AsyncQueue<>(2);
        withRoom.put("there");
        subjects.put(Subject.QUEUE_WITH_ROOM, withRoom);
        AsyncQueue<String> empty = new AsyncQueue<>();
        Async.createTask(() -> empty.take());
        subjects.put(Subject.EMPTY_QUEUE_WITH_A_TAKER, empty);
        AsyncQueue<String> full = new AsyncQueue<>(1);
        full.put("there");
        Async.createTask(() -> full.put("waiting"));
        Async.createTask(() -> full.join());
        subjects.put(Subject.FULL_QUEUE_WITH_A_PUTTER, full);
        AsyncQueue<String> shutDown = new AsyncQueue<>();
        shutDown.shutdown();
        subjects.put(Subject.SHUT_DOWN_QUEUE, shutDown);
        AsyncQueue<String> lifo = new AsyncLifoQueue<>();
        lifo.put("there");
        subjects.put(Subject.LIFO_QUEUE, lifo);
        AsyncQueue<String> byPriority = new AsyncPriorityQueue<>();
        byPriority.put("there");
        subjects.put(Subject.PRIORITY_QUEUE, byPriority);
    }

    private void makeIterables() {
        AsyncIterable<String> full = Async.iterate(publisherOf("item"), 4);
        assertThat(full.iterator().hasNext()).isTrue();
        subjects.put(Subject.ITERABLE, full);
        subjects.put(Subject.ITERATOR, full.iterator());
        owners.put(Subject.ITERATOR, full);
        AsyncIterable<String> awaited = Async.iterate(publisherOf(), 4);
        subjects.put(Subject.AWAITED_ITERABLE, awaited);
        Async.createTask(() -> awaited.iterator().hasNext());
    }

    /** Answers each request with these items. */
    private static Flow.Publisher<String> publisherOf(String... items) {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                List.of(items).forEach(subscriber::onNext);
            }

            @Override
            public void cancel() {}
        });
    }

    private void makeScopes() {
        subjects.put(Subject.NEW_DEADLINE, Deadline.after(Duration.ofHours(1)));
        Deadline deadline = Deadline.after(Duration.ofHours(1));
        subjects.put(Subject.RUNNING_DEADLINE, deadline);
        Async.createTask(() -> deadline.run(() -> new AsyncEvent().await()));
        for (Subject subject : List.of(Subject.OPEN_TASK_GROUP, Subject.JOINED_TASK_GROUP)) {
            Async.createTask(() -> {
                try (TaskGroup group = TaskGroup.open()) {
                    subjects.put(subject, group);
                    group.fork(() -> new AsyncEvent().await());
                    if (subject == Subject.OPEN_TASK_GROUP) {
                        new AsyncEvent().await();
                    }
                    group.join();
                }
            });
        }
        Async.yieldNow();
    }

    // ---------------------------------------------------------------- the promise

    static Stream<Arguments> combinations() {
        return Arrays.stream(Subject.values())
                .flatMap(subject -> Arrays.stream(Caller.values()).map(caller -> Arguments.of(subject, caller)));
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void everyOperation_offItsLoop_throwsBeforeAnythingChanges(Subject subject, Caller caller) throws Exception {
        if (caller.isAfterClose()) {
            Bystander.start(home::close).join();
        }
        List<Method> operations = operations(subject.type);
        assertThat(operations).as("operations of %s", subject.type).isNotEmpty();
        callFrom(caller, () -> {
            for (Method operation : operations) {
                assertRefused(subject, operation, caller);
            }
            return null;
        });
        assertThat(calls).hasSameSizeAs(operations);
    }

    private void callFrom(Caller caller, Callable<Void> body) throws Exception {
        switch (caller) {
            case OTHER_LOOP, OTHER_LOOP_AFTER_CLOSE -> away.runUntilComplete(body::call);
            case PLAIN_THREAD, PLAIN_THREAD_AFTER_CLOSE ->
                Bystander.call("stranger", body).join();
            case OWN_TASK_OFF_THE_LOOP -> home.runUntilComplete(() -> Async.blocking(body::call));
        }
    }

    private void assertRefused(Subject subject, Method operation, Caller caller) {
        Object target = subjects.get(subject);
        String stateBefore = subjects.toString();
        Throwable thrown = catchThrowable(() -> invoke(target, operation));
        String what = operation.getName() + " of " + subject + " from " + caller;

        assertThat(subjects.toString()).as("state after " + what).isEqualTo(stateBefore);
        boolean knowsItsLoopOnly = target instanceof EventLoop || target instanceof Handle;
        if (caller.isAfterClose() && knowsItsLoopOnly) {
            assertThat(thrown)
                    .as(what)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("event loop 'home' is closed");
        } else {
            assertThat(thrown).as(what).isExactlyInstanceOf(WrongLoopException.class);
            assertMessage(thrown.getMessage(), subject, operation, caller);
        }
        calls.add(what);
    }

    private void assertMessage(String message, Subject subject, Method operation, Caller caller) {
        Object target = subjects.get(subject);
        Object named = target instanceof Handle ? home : owners.getOrDefault(subject, target);
        assertThat(message).contains("." + operation.getName() + "() called from ");
        assertThat(message)
                .contains(
                        switch (caller) {
                            case OTHER_LOOP, OTHER_LOOP_AFTER_CLOSE -> "called from loop 'away'";
                            case PLAIN_THREAD, PLAIN_THREAD_AFTER_CLOSE ->
                                "called from thread 'stranger', which runs no loop";
                            case OWN_TASK_OFF_THE_LOOP -> "called from thread 'event loop 'home'', which runs no loop";
                        });
        if (named == home) {
            assertThat(message).startsWith(home + " is a different event loop: ");
            return;
        }
        assertThat(message)
                .startsWith(named + " is bound to a different event loop: bound to loop 'home'"
                        + (caller.isAfterClose() ? " (closed)" : ""));
        if (named instanceof Primitive) {
            assertThat(message)
                    .contains(" by task 'main' at MisuseTest.java:")
                    .endsWith("(use dev.signalbox.core."
                            + named.getClass().getSimpleName().substring("Async".length()) + " for both)");
        }
    }

    private static void invoke(Object target, Method operation) throws Throwable {
        Object[] arguments = Arrays.stream(operation.getParameterTypes())
                .map(MisuseTest::argument)
                .toArray();
        try {
            operation.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Object argument(Class<?> type) {
        Object argument = ARGUMENTS.getOrDefault(type, MORE_ARGUMENTS.get(type));
        if (argument == null) {
            throw new AssertionError("an operation takes a " + type.getName() + ": say what to call it with");
        }
        return argument;
    }

    /** The public operations, each as the most specific class declares it. */
    private static List<Method> operations(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isBridge())
                .filter(method -> method.getDeclaringClass() != Object.class)
                .filter(method -> !method.getName().equals("toString"))
                .filter(method -> !ANY_THREAD.contains(type.getSimpleName() + "." + method.getName()))
                .toList();
    }

    // ---------------------------------------------------------------- the table itself

    @Test
    void table_namesOnlyOperationsThatExist_orWill() {
        Set<String> names = Arrays.stream(EventLoop.class.getMethods())
                .map(method -> "EventLoop." + method.getName())
                .collect(Collectors.toSet());
        names.add("EventLoop.dump");
        assertThat(names).containsAll(ANY_THREAD);
    }

    @Test
    void subjects_ofEveryTypeThatIsBound() throws Exception {
        Set<Class<?>> types = Arrays.stream(Subject.values()).map(s -> s.type).collect(Collectors.toSet());
        assertThat(types).containsAll(publicBoundTypes()).contains(EventLoop.class, Handle.class, Guard.class);
        assertThat(subjects).containsOnlyKeys(Subject.values());
    }

    private static List<Class<?>> publicBoundTypes() throws Exception {
        Path classes = Path.of(LoopBound.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve(LoopBound.class.getPackageName().replace('.', '/'));
        List<Class<?>> bound = new ArrayList<>();
        try (Stream<Path> files = Files.list(classes)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                    Class<?> type = Class.forName(LoopBound.class.getPackageName() + "."
                            + name.substring(0, name.length() - ".class".length()));
                    if (LoopBound.class.isAssignableFrom(type) && Modifier.isPublic(type.getModifiers())) {
                        bound.add(type);
                    }
                }
            }
        }
        assertThat(bound).contains(Future.class, AsyncEvent.class);
        return bound;
    }

    /** What was refused elsewhere works at home: nothing was taken, queued or completed by the wrong calls. */
    @Test
    void everything_worksAtHome_afterItWasMisused() throws Exception {
        for (Subject subject : Subject.values()) {
            calls.clear();
            everyOperationFrom(subject, Caller.OTHER_LOOP);
            everyOperationFrom(subject, Caller.PLAIN_THREAD);
        }
        home.runUntilComplete(() -> {
            assertThat(((AsyncSemaphore) subjects.get(Subject.CONTENDED_SEMAPHORE)).waiters())
                    .isEqualTo(1);
            ((Guard) subjects.get(Subject.GUARD_OF_SEMAPHORE)).close();
            assertThat(((AsyncSemaphore) subjects.get(Subject.CONTENDED_SEMAPHORE)).waiters())
                    .isZero();
            ((Guard) subjects.get(Subject.GUARD_OF_LOCK)).close();
            AsyncCondition condition = (AsyncCondition) subjects.get(Subject.AWAITED_CONDITION);
            assertThat(condition.toString()).contains("[waiters=1, ").endsWith("[unlocked, waiters=0]]");
            condition.acquire();
            condition.signal();
            condition.release();
            ((AsyncEvent) subjects.get(Subject.AWAITED_EVENT)).set();
            assertThat(((AsyncQueue<?>) subjects.get(Subject.FULL_QUEUE_WITH_A_PUTTER)).take())
                    .isEqualTo("there");
            assertThat(((AsyncQueue<?>) subjects.get(Subject.FULL_QUEUE_WITH_A_PUTTER)).take())
                    .isEqualTo("waiting");
            AsyncBarrier barrier = (AsyncBarrier) subjects.get(Subject.AWAITED_BARRIER);
            assertThat(barrier.waiters()).isEqualTo(1);
            assertThat(barrier.await()).isEqualTo(1);
            for (Subject handle : List.of(Subject.HANDLE_OF_CALL_LATER, Subject.HANDLE_OF_WHEN_DONE)) {
                assertThat(((Handle) subjects.get(handle)).isCancelled()).isFalse();
            }
            @SuppressWarnings("unchecked")
            Future<String> awaited = (Future<String>) subjects.get(Subject.AWAITED_FUTURE);
            awaited.complete("at home");
            assertThat(((Task<?>) subjects.get(Subject.SUSPENDED_TASK)).await()).isEqualTo("at home");
            assertThat(((Future<?>) subjects.get(Subject.SHIELD)).resultNow()).isEqualTo("at home");
            Iterator<?> iterator = (Iterator<?>) subjects.get(Subject.ITERATOR_AS_COMPLETED);
            assertThat(iterator.next()).isSameAs(subjects.get(Subject.SUCCEEDED_FUTURE));
            assertThat(iterator.next()).isSameAs(awaited);
            assertThat(iterator.hasNext()).isFalse();
        });
        assertThat(subjects.get(Subject.CONTENDED_LOCK).toString()).endsWith("[locked, waiters=0]");
        assertThat(subjects.get(Subject.AWAITED_CONDITION).toString())
                .contains("[waiters=0, ")
                .endsWith("[locked, waiters=0]]");
        assertThat(subjects.get(Subject.AWAITED_EVENT).toString()).endsWith("[set, waiters=0]");
    }

    private void everyOperationFrom(Subject subject, Caller caller) throws Exception {
        callFrom(caller, () -> {
            for (Method operation : operations(subject.type)) {
                assertRefused(subject, operation, caller);
            }
            return null;
        });
    }

    // ---------------------------------------------------------------- handles

    @Test
    void handle_thatIsThreadSafe_worksAnywhere() {
        List<String> ran = new ArrayList<>();
        Handle cancelled = home.callSoonThreadSafe(() -> ran.add("cancelled"));
        Handle kept = home.callSoonThreadSafe(() -> ran.add("kept"));

        assertThat(cancelled.isCancelled()).isFalse();
        cancelled.cancel();
        cancelled.cancel();
        assertThat(cancelled.isCancelled()).isTrue();
        away.runUntilComplete(() -> assertThat(cancelled.isCancelled()).isTrue());
        home.runUntilComplete(Async::yieldNow);

        assertThat(ran).containsExactly("kept");
        assertThat(kept.isCancelled()).isFalse();
        kept.cancel();
        home.close();
        assertThat(cancelled.isCancelled()).isTrue();
    }

    @Test
    void handle_toString_showsTheState_fromAnyThread() {
        List<Handle> handles = new ArrayList<>();
        home.runUntilComplete(() -> {
            handles.add(home.callSoon(() -> {}));
            handles.add(home.callLater(Duration.ofHours(1), () -> {}));
            handles.add(new Future<String>().whenDone(f -> {}));
            assertThat(handles)
                    .allSatisfy(handle -> assertThat(handle.toString()).matches("\\w+@\\w+ \\[cancelled=false]"));
            handles.forEach(Handle::cancel);
        });
        assertThat(handles).allSatisfy(handle -> assertThat(handle.toString()).endsWith(" [cancelled=true]"));
    }

    @Test
    void handle_cancelledOnItsLoop_callsOff() {
        List<String> ran = new ArrayList<>();
        home.runUntilComplete(() -> {
            Handle soon = home.callSoon(() -> ran.add("soon"));
            Handle later = home.callLater(Duration.ofMillis(1), () -> ran.add("later"));
            Handle due = home.callLater(Duration.ZERO, () -> ran.add("due"));
            Future<String> future = new Future<>();
            Handle whenDone = future.whenDone(f -> ran.add("when done"));
            for (Handle handle : List.of(soon, later, due, whenDone)) {
                assertThat(handle.isCancelled()).isFalse();
                handle.cancel();
                handle.cancel();
                assertThat(handle.isCancelled()).isTrue();
            }
            future.complete("x");
            Async.sleep(Duration.ofMillis(10));
        });
        assertThat(ran).isEmpty();
    }
}
