// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing of a suspended task's stack or thread is seen by whoever runs meanwhile. */
@Timeout(60)
final class IsolationTest {
    private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();
    private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

    @Test
    void threadLocals_areATasksOwn_whileItIsSuspended() {
        EventLoop.run(() -> {
            List<Task<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String mine = "task " + i;
                tasks.add(Async.createTask(() -> {
                    LOCAL.set(mine);
                    for (int turn = 0; turn < 5; turn++) {
                        Async.yieldNow();
                        if (!mine.equals(LOCAL.get())) {
                            return false;
                        }
                    }
                    String off = Async.blocking(() -> LOCAL.get());
                    LOCAL.remove();
                    return mine.equals(off);
                }));
            }
            assertThat(Async.gather(tasks)).doesNotContain(false);
        });
    }

    /** As in any thread pool: what a task leaves behind is found by the next one on its thread. */
    @Test
    void threadLocals_thatATaskLeavesBehind_stayWithItsThread() {
        EventLoop.run(() -> {
            Thread first = Async.createTask(() -> {
                        LOCAL.set("left behind");
                        return Thread.currentThread();
                    })
                    .await();
            String found = Async.createTask(() -> {
                        assertThat(Thread.currentThread()).isSameAs(first);
                        return LOCAL.get();
                    })
                    .await();
            assertThat(found).isEqualTo("left behind");
        });
    }

    @Test
    void inheritableThreadLocals_doNotReachNewTasksAndCallbacks() {
        INHERITABLE.set("the runner's");
        try {
            EventLoop.run(() -> {
                assertThat(INHERITABLE.get()).isNull();
                INHERITABLE.set("main's");
                Future<String> inCallback = new Future<>();
                Task<String> task = Async.createTask(() -> {
                    String seen = INHERITABLE.get();
                    Async.yieldNow();
                    return seen;
                });
                Task<String> second = Async.createTask(INHERITABLE::get);
                EventLoop.current().callSoon(() -> inCallback.complete(INHERITABLE.get()));
                assertThat(task.await()).isNull();
                assertThat(second.await()).isNull();
                assertThat(inCallback.await()).isNull();
                assertThat(INHERITABLE.get()).isEqualTo("main's");
            });
        } finally {
            INHERITABLE.remove();
        }
    }

    @Test
    void contextClassLoader_isThatOfTheLoopsCreator_everywhere() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        ClassLoader creators = new ClassLoader(before) {};
        Thread.currentThread().setContextClassLoader(creators);
        EventLoop loop = EventLoop.create();
        Thread.currentThread().setContextClassLoader(before);
        try (loop) {
            loop.runUntilComplete(() -> {
                List<ClassLoader> seen = new ArrayList<>();
                seen.add(Thread.currentThread().getContextClassLoader());
                for (int i = 0; i < 5; i++) {
                    Async.createTask(() -> {
                        seen.add(Thread.currentThread().getContextClassLoader());
                        Async.yieldNow();
                        seen.add(Thread.currentThread().getContextClassLoader());
                    });
                }
                loop.callSoon(() -> seen.add(Thread.currentThread().getContextClassLoader()));
                Steps.settle();
                Async.blocking(() -> seen.add(Thread.currentThread().getContextClassLoader()));
                assertThat(seen).hasSize(13).allMatch(loader -> loader == creators);
            });
        }
    }

    @Test
    void task_runsOnOneThreadAllItsLife() {
        EventLoop.run(() -> {
            List<Task<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                tasks.add(Async.createTask(() -> {
                    Thread mine = Thread.currentThread();
                    Async.yieldNow();
                    Thread off = Async.blocking(Thread::currentThread);
                    Async.yieldNow();
                    return mine == off && mine == Thread.currentThread();
                }));
            }
            assertThat(Async.gather(tasks)).doesNotContain(false);
        });
    }

    /** A scoped value, by reflection: the class is of Java 25. */
    private static final class Scoped {
        private final Object value;
        private final Method isBound;
        private final Object carrier;
        private final Method run;

        Scoped() throws ReflectiveOperationException {
            assumeTrue(Runtime.version().feature() >= 25);
            Class<?> type = Class.forName("java.lang.ScopedValue");
            value = type.getMethod("newInstance").invoke(null);
            isBound = type.getMethod("isBound");
            carrier = type.getMethod("where", type, Object.class).invoke(null, value, "bound");
            run = Class.forName("java.lang.ScopedValue$Carrier").getMethod("run", Runnable.class);
        }

        boolean isBound() {
            try {
                return (boolean) isBound.invoke(value);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }

        void whereBound(Runnable body) {
            try {
                run.invoke(carrier, body);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Scoped values are bound by the stack, and code runs at the bottom of a stack only. */
    @Test
    void scopedValues_ofATaskThatAwaits_areNotBoundInAnyOtherTaskOrCallback() throws Exception {
        Scoped scoped = new Scoped();
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            Consumer<String> look = where -> seen.add(where + " " + scoped.isBound());
            Task<Void> before = Async.createTask(() -> {
                look.accept("older task");
                Async.yieldNow();
                Async.yieldNow();
                look.accept("older task, resumed");
            });
            Future<Void> done = new Future<>();
            scoped.whereBound(() -> {
                Task<Void> task = Async.createTask(() -> {
                    look.accept("task");
                    Async.yieldNow();
                    look.accept("task, resumed");
                    Async.blocking(() -> look.accept("task, off the loop"));
                });
                loop.callSoon(() -> look.accept("callSoon"));
                loop.callLater(Duration.ZERO, () -> look.accept("callLater"));
                loop.execute(() -> look.accept("execute"));
                done.whenDone(f -> look.accept("whenDone"));
                done.complete(null);
                CompletableFuture<Void> submitted =
                        loop.submit(() -> look.accept("submit")).thenRun(() -> look.accept("dependent"));
                Async.gather(List.<Future<?>>of(task, before));
                Async.await(submitted);
                look.accept("itself");
                Async.blocking(() -> look.accept("itself, off the loop"));
            });
            assertThat(seen)
                    .containsExactlyInAnyOrder(
                            "older task false",
                            "older task, resumed false",
                            "task false",
                            "task, resumed false",
                            "task, off the loop false",
                            "callSoon false",
                            "callLater false",
                            "execute false",
                            "whenDone false",
                            "submit false",
                            "dependent false",
                            "itself true",
                            "itself, off the loop true");
        });
    }
}
