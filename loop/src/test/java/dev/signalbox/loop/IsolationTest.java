// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
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
                Async.yieldNow();
                Async.yieldNow();
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

    /** Scoped values (Java 25) are bound by the stack, and code runs at the bottom of a stack only. */
    @Test
    void scopedValues_ofASuspendedTask_areNotBoundInOthers() throws Exception {
        assumeTrue(Runtime.version().feature() >= 25);
        Class<?> type = Class.forName("java.lang.ScopedValue");
        Object value = type.getMethod("newInstance").invoke(null);
        Method isBound = type.getMethod("isBound");
        Object carrier = type.getMethod("where", type, Object.class).invoke(null, value, "bound");
        Method run = Class.forName("java.lang.ScopedValue$Carrier").getMethod("run", Runnable.class);
        EventLoop.run(() -> {
            List<Object> inside = new ArrayList<>();
            List<Object> outside = new ArrayList<>();
            Runnable body = () -> {
                Task<Void> task = Async.createTask(() -> {
                    outside.add(isBound.invoke(value));
                    Async.yieldNow();
                    outside.add(isBound.invoke(value));
                });
                EventLoop.current().callSoon(() -> {
                    try {
                        outside.add(isBound.invoke(value));
                    } catch (ReflectiveOperationException e) {
                        throw new AssertionError(e);
                    }
                });
                task.await();
                try {
                    inside.add(isBound.invoke(value));
                } catch (ReflectiveOperationException e) {
                    throw new AssertionError(e);
                }
            };
            run.invoke(carrier, body);
            assertThat(outside).containsExactly(false, false, false);
            assertThat(inside).containsExactly(true);
        });
    }
}
