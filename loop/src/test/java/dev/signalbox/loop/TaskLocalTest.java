// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who sees which value of a task-local. */
@Timeout(60)
final class TaskLocalTest {
    private final TaskLocal<String> local = new TaskLocal<>();
    private final TaskLocal<String> orNope = TaskLocal.withInitial(() -> "nope");

    /** The value here, or "none". */
    private String seen() {
        try {
            return local.get();
        } catch (NoSuchElementException e) {
            return "none";
        }
    }

    // ---------------------------------------------------------------- in one task

    @Test
    void get_withoutAValue_throws() {
        EventLoop.run(() -> {
            createTask(
                            "lookup",
                            () -> assertThatThrownBy(local::get)
                                    .isExactlyInstanceOf(NoSuchElementException.class)
                                    .hasMessage(
                                            "no value in task 'lookup': " + local + " (set one, or use withInitial)"))
                    .await();
            Steps.inCallback(() -> assertThatThrownBy(local::get)
                    .isExactlyInstanceOf(NoSuchElementException.class)
                    .hasMessageStartingWith("no value in a callback: "));
        });
    }

    @Test
    void set_thenGet_acrossWaits() {
        EventLoop.run(() -> {
            local.set("x");
            assertThat(local.get()).isEqualTo("x");
            yieldNow();
            assertThat(local.get()).isEqualTo("x");
            local.set("y");
            Async.sleep(Duration.ofMillis(1));
            assertThat(local.get()).isEqualTo("y");
        });
    }

    @Test
    void remove_leavesNoValue() {
        EventLoop.run(() -> {
            local.remove();
            local.set("x");
            local.remove();
            assertThat(seen()).isEqualTo("none");
            orNope.set("y");
            orNope.remove();
            assertThat(orNope.get()).isEqualTo("nope");
        });
    }

    @Test
    void null_isAValue() {
        EventLoop.run(() -> {
            local.set(null);
            assertThat(local.get()).isNull();
            assertThat(createTask(() -> local.get()).await()).isNull();
            assertThat(local).hasToString(local.toString()).asString().endsWith(" [null]");
        });
    }

    @Test
    void several_doNotDisturbEachOther() {
        EventLoop.run(() -> {
            var locals = IntStream.range(0, 100)
                    .mapToObj(i -> new TaskLocal<Integer>())
                    .toList();
            for (int i = 0; i < 100; i++) {
                locals.get(i).set(i);
            }
            for (int i = 0; i < 100; i += 2) {
                locals.get(i).remove();
            }
            for (int i = 1; i < 100; i += 2) {
                assertThat(locals.get(i).get()).isEqualTo(i);
                assertThatThrownBy(locals.get(i - 1)::get).isInstanceOf(NoSuchElementException.class);
            }
        });
    }

    // ---------------------------------------------------------------- initial values

    @Test
    void initial_isMadeOnce_whereItIsAskedFor() {
        AtomicInteger made = new AtomicInteger();
        TaskLocal<List<String>> lists = TaskLocal.withInitial(() -> {
            made.incrementAndGet();
            return new ArrayList<>();
        });
        EventLoop.run(() -> {
            Task<List<String>> before = createTask(() -> {
                yieldNow();
                return lists.get();
            });
            lists.get().add("x");
            assertThat(lists.get()).containsExactly("x");
            assertThat(createTask(() -> lists.get()).await()).isSameAs(lists.get());
            assertThat(before.await()).isEmpty();
            assertThat(made).hasValue(2);
        });
    }

    @Test
    void initial_thatFails_leavesNoValue() {
        AtomicInteger attempts = new AtomicInteger();
        TaskLocal<Integer> fails = TaskLocal.withInitial(() -> {
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalArgumentException("planned");
            }
            return attempts.get();
        });
        EventLoop.run(() -> {
            assertThatThrownBy(fails::get).hasMessage("planned");
            assertThat(fails.get()).isEqualTo(2);
            assertThat(fails.get()).isEqualTo(2);
        });
    }

    @Test
    void initial_mayWait() {
        TaskLocal<String> slow = TaskLocal.withInitial(() -> {
            yieldNow();
            local.set("by the way");
            return "slow";
        });
        EventLoop.run(() -> {
            assertThat(slow.get()).isEqualTo("slow");
            assertThat(local.get()).isEqualTo("by the way");
        });
    }

    @Test
    void initial_null_isRefused() {
        assertThatThrownBy(() -> TaskLocal.withInitial(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("initial");
    }

    // ---------------------------------------------------------------- tasks

    @Test
    void task_beginsWithTheValuesOfItsCreation() {
        EventLoop.run(() -> {
            local.set("at the creation");
            Task<String> task = createTask(this::seen);
            local.set("later");
            assertThat(task.await()).isEqualTo("at the creation");
            assertThat(local.get()).isEqualTo("later");
        });
    }

    /** CPython: test_context_1. */
    @Test
    void task_thatSets_changesNothingForItsCreator() {
        EventLoop.run(() -> {
            assertThat(orNope.get()).isEqualTo("nope");
            Task<Void> sub = createTask(() -> {
                Async.sleep(Duration.ofMillis(1));
                assertThat(orNope.get()).isEqualTo("nope");
                orNope.set("something else");
            });
            orNope.set("yes");
            sub.await();
            assertThat(orNope.get()).isEqualTo("yes");
        });
    }

    @Test
    void task_thatRemoves_changesNothingForItsCreator() {
        EventLoop.run(() -> {
            local.set("kept");
            createTask(local::remove).await();
            assertThat(local.get()).isEqualTo("kept");
        });
    }

    /** CPython: test_context_3. */
    @Test
    @Once
    void manyTasks_eachHasItsOwn() {
        EventLoop.run(() -> {
            local.set("main");
            List<Task<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String mine = "task " + i;
                tasks.add(createTask(() -> {
                    boolean right = local.get().equals("main");
                    for (int turn = 0; turn < 10; turn++) {
                        local.set(mine + turn);
                        yieldNow();
                        right &= local.get().equals(mine + turn);
                    }
                    return right;
                }));
            }
            assertThat(Async.gather(tasks)).doesNotContain(false);
            assertThat(local.get()).isEqualTo("main");
        });
    }

    @Test
    void grandchild_seesWhatItsCreatorSaw() {
        EventLoop.run(() -> {
            local.set("x");
            assertThat(createTask(() -> createTask(() -> createTask(this::seen).await())
                                    .await())
                            .await())
                    .isEqualTo("x");
        });
    }

    @Test
    void gather_runsItsBodiesWithTheCallersValues() {
        EventLoop.run(() -> {
            local.set("x");
            assertThat(Async.gather(this::seen, this::seen)).containsExactly("x", "x");
        });
    }

    @Test
    void mainTask_beginsWithout_evenInAnotherRunOfTheLoop() {
        try (EventLoop loop = EventLoop.create()) {
            loop.runUntilComplete(() -> local.set("first"));
            assertThat(loop.runUntilComplete(this::seen)).isEqualTo("none");
        }
    }

    @Test
    void timeout_isTheSameTask() throws Exception {
        EventLoop.run(() -> {
            local.set("x");
            Async.timeout(Duration.ofHours(1), () -> {
                assertThat(local.get()).isEqualTo("x");
                local.set("y");
            });
            assertThat(local.get()).isEqualTo("y");
        });
    }

    // ---------------------------------------------------------------- callbacks

    @Test
    @InOrder
    void callbacks_beginWithTheValuesOfWhoSchedulesThem() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            List<String> log = new ArrayList<>();
            Future<Void> pending = new Future<>();
            Future<Void> done = new Future<>();
            done.complete(null);
            local.set("then");
            loop.callSoon(() -> log.add("callSoon " + seen()));
            loop.callLater(Duration.ZERO, () -> log.add("callLater " + seen()));
            loop.callAt(loop.nanoTime(), () -> log.add("callAt " + seen()));
            loop.callSoonThreadSafe(() -> log.add("callSoonThreadSafe " + seen()));
            loop.execute(() -> log.add("execute " + seen()));
            done.whenDone(f -> log.add("whenDone " + seen()));
            pending.whenDone(f -> log.add("whenDone later " + seen()));
            local.set("now");
            createTask(() -> {
                local.set("the completer's");
                pending.complete(null);
            });
            Async.sleep(Duration.ofMillis(5));
            assertThat(log)
                    .containsExactlyInAnyOrder(
                            "callSoon then",
                            "callLater then",
                            "callAt then",
                            "callSoonThreadSafe then",
                            "execute then",
                            "whenDone then",
                            "whenDone later then");
        });
    }

    /** CPython: test_context_2. */
    @Test
    void callback_thatSets_changesNothingForOthers() {
        EventLoop.run(() -> {
            for (int j = 0; j < 2; j++) {
                Future<Void> future = new Future<>();
                future.whenDone(f -> local.set("something else"));
                local.set("yes" + j);
                EventLoop.current().callSoon(() -> future.complete(null));
                future.await();
                assertThat(local.get()).isEqualTo("yes" + j);
                for (int i = 0; i < 3; i++) {
                    local.set("yes" + i + j);
                    yieldNow();
                    assertThat(local.get()).isEqualTo("yes" + i + j);
                }
            }
        });
    }

    @Test
    @InOrder
    void callback_leavesNothingForTheNext() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            List<String> log = new ArrayList<>();
            loop.callSoon(() -> {
                local.set("left behind");
                throw new IllegalStateException("planned");
            });
            loop.callSoon(() -> log.add(seen()));
            Steps.inCallback(() -> log.add(seen()));
            assertThat(log).containsExactly("none", "none");
        });
    }

    /** A submitted task is created between two turns, when nobody's values count. */
    @Test
    void callback_leavesNothingForASubmittedTask() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            CompletableFuture<CompletableFuture<String>> submitted = new CompletableFuture<>();
            loop.callSoon(() -> {
                local.set("left by a callback");
                submitted.complete(loop.submit(this::seen));
            });
            assertThat(Async.<String>await(Async.await(submitted))).isEqualTo("none");
            CompletableFuture<String> byDependent = loop.submit(() -> "done").thenCompose(x -> {
                local.set("left by a dependent");
                return loop.submit(this::seen);
            });
            assertThat(Async.<String>await(byDependent)).isEqualTo("none");
        });
    }

    @Test
    void callback_passesItsOwnOn() {
        EventLoop.run(() -> {
            Future<String> fromTask = new Future<>();
            Future<String> fromCallback = new Future<>();
            EventLoop loop = EventLoop.current();
            loop.callSoon(() -> {
                local.set("the callback's");
                createTask(() -> fromTask.complete(seen()));
                loop.callSoon(() -> fromCallback.complete(seen()));
                local.set("too late");
            });
            assertThat(fromTask.await()).isEqualTo("the callback's");
            assertThat(fromCallback.await()).isEqualTo("the callback's");
        });
    }

    @Test
    void exceptionHandler_seesTheValuesOfTheCallback() {
        List<String> log = new ArrayList<>();
        try (EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> log.add(seen()))
                .build()) {
            loop.runUntilComplete(() -> {
                loop.callSoon(() -> {
                    local.set("of the callback");
                    throw new IllegalStateException("planned");
                });
                Steps.settle();
            });
        }
        assertThat(log).containsExactly("of the callback");
    }

    // ---------------------------------------------------------------- threads and other loops

    @Test
    void blocking_isTheSameTask() {
        EventLoop.run(() -> {
            local.set("x");
            Task<String> child = Async.blocking(() -> {
                assertThat(local.get()).isEqualTo("x");
                local.set("y");
                local.remove();
                assertThatThrownBy(local::get)
                        .isInstanceOf(NoSuchElementException.class)
                        .hasMessageContaining("task 'main'");
                local.set("z");
                return null;
            });
            assertThat(child).isNull();
            assertThat(local.get()).isEqualTo("z");
            assertThat(createTask(this::seen).await()).isEqualTo("z");
        });
    }

    @Test
    void blocking_sendsItsValuesIntoLoops() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            CompletableFuture<String> seen = new CompletableFuture<>();
            local.set("x");
            Async.blocking(() -> loop.execute(() -> seen.complete(seen())));
            assertThat(Async.<String>await(seen)).isEqualTo("x");
        });
    }

    @Test
    void whileATaskIsOut_othersHaveTheirs() {
        EventLoop.run(() -> {
            local.set("main");
            CompletableFuture<Void> go = new CompletableFuture<>();
            Task<String> out = createTask(() -> {
                local.set("out");
                return Async.blocking(() -> {
                    go.join();
                    return seen();
                });
            });
            yieldNow();
            assertThat(local.get()).isEqualTo("main");
            assertThat(createTask(this::seen).await()).isEqualTo("main");
            go.complete(null);
            assertThat(out.await()).isEqualTo("out");
        });
    }

    @Test
    @InOrder
    void thread_sendsNothingIn() {
        try (EventLoop loop = EventLoop.create()) {
            List<String> log = new ArrayList<>();
            loop.callSoonThreadSafe(() -> log.add("callSoonThreadSafe " + seen()));
            loop.execute(() -> log.add("execute " + seen()));
            CompletableFuture<Boolean> submitted = loop.submit(() -> log.add("submit " + seen()));
            loop.runUntilComplete(() -> Async.await(submitted));
            assertThat(log).containsExactly("callSoonThreadSafe none", "execute none", "submit none");
        }
    }

    @Test
    void submit_beginsWithout_evenOnTheSameLoop() {
        EventLoop.run(() -> {
            local.set("x");
            assertThat(Async.<String>await(EventLoop.current().submit(this::seen)))
                    .isEqualTo("none");
        });
    }

    @Test
    void oneKey_worksOnEveryLoop() {
        try (EventLoop other = EventLoop.create()) {
            Bystander<Void> runner = Bystander.start(other::runForever);
            EventLoop.run(() -> {
                local.set("here");
                CompletableFuture<String> there = new CompletableFuture<>();
                other.execute(() -> {
                    String before = seen();
                    local.set("there");
                    there.complete(before + ", " + seen());
                });
                assertThat(Async.<String>await(there)).isEqualTo("here, there");
                assertThat(local.get()).isEqualTo("here");
            });
            other.stop();
            runner.join();
        }
    }

    @Test
    void runInExecutor_seesNone() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            EventLoop.run(() -> {
                local.set("x");
                EventLoop loop = EventLoop.current();
                Future<String> result = loop.runInExecutor(pool, () -> local.get());
                assertThatThrownBy(result::await)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageMatching("TaskLocal.get\\(\\) in thread 'pool-\\d+-thread-1', which runs no task: "
                                + "only tasks and callbacks have task-locals");
                assertThat(loop.runInExecutor(Runnable::run, () -> local.get()).await())
                        .isEqualTo("x");
            });
        } finally {
            pool.shutdown();
            assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void offEveryTask_throws() {
        String rule = "in thread 'stranger', which runs no task: only tasks and callbacks have task-locals";
        Bystander.call("stranger", () -> {
                    for (TaskLocal<String> each : List.of(local, orNope)) {
                        assertThatThrownBy(each::get)
                                .isExactlyInstanceOf(IllegalStateException.class)
                                .hasMessage("TaskLocal.get() " + rule);
                        assertThatThrownBy(() -> each.set("x"))
                                .isExactlyInstanceOf(IllegalStateException.class)
                                .hasMessage("TaskLocal.set() " + rule);
                        assertThatThrownBy(each::remove)
                                .isExactlyInstanceOf(IllegalStateException.class)
                                .hasMessage("TaskLocal.remove() " + rule);
                        assertThat(each).asString().endsWith(" [no value]");
                    }
                    return null;
                })
                .join();
    }

    // ---------------------------------------------------------------- memory

    @Test
    @Once
    void values_ofATaskThatIsDone_areNotKept() {
        EventLoop.run(() -> {
            TaskLocal<Object> big = new TaskLocal<>();
            List<Task<?>> kept = new ArrayList<>();
            List<WeakReference<Object>> values = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                kept.add(createTask(() -> {
                    Object value = new Object();
                    values.add(new WeakReference<>(value));
                    big.set(value);
                    if (values.size() == 2) {
                        throw new CancelledException("planned");
                    }
                }));
            }
            yieldNow();
            Async.blocking(() -> awaitCollected(values));
            assertThat(kept).hasSize(2);
        });
    }

    @Test
    @Once
    void values_ofATaskLocalThatIsGone_goWithTheNextChange() {
        EventLoop.run(() -> {
            List<WeakReference<Object>> values = new ArrayList<>();
            List<WeakReference<Object>> locals = new ArrayList<>();
            createTask(() -> {
                        setAndForget(locals, values);
                        Async.blocking(() -> awaitCollected(locals));
                        local.set("a change");
                        Async.blocking(() -> awaitCollected(values));
                        assertThat(local.get()).isEqualTo("a change");
                    })
                    .await();
        });
    }

    private static void setAndForget(List<WeakReference<Object>> locals, List<WeakReference<Object>> values) {
        TaskLocal<Object> forgotten = new TaskLocal<>();
        Object value = new Object();
        forgotten.set(value);
        locals.add(new WeakReference<>(forgotten));
        values.add(new WeakReference<>(value));
    }

    private static void awaitCollected(List<WeakReference<Object>> references) {
        Bystander.awaitUntil("collected", () -> {
            System.gc();
            return references.stream().allMatch(reference -> reference.get() == null);
        });
    }
}
