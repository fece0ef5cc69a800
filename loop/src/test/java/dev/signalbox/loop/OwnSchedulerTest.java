// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.internal.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only the loop's own scheduler can get wrong: stacks that cannot leave their thread, and code that must not keep the loop's. */
@Timeout(60)
@Once
final class OwnSchedulerTest {
    private static final Duration LONG = Duration.ofHours(1);

    @BeforeEach
    void onOwnThreads() {
        assumeTrue(Threads.configured() == Threads.OWN);
    }

    private static boolean isOnACarrier(String stack) {
        return stack.contains("signalbox-carrier-");
    }

    // ---------------------------------------------------------------- pinned

    /** Three that cannot leave their threads, each waiting for the next, while others run. */
    @Test
    void pinnedTasks_waitForEachOther() {
        EventLoop.run(() -> {
            List<Integer> order = new ArrayList<>();
            Future<String> first = new Future<>();
            Future<String> second = new Future<>();
            Future<String> third = new Future<>();
            Runnable one = () -> {
                order.add(1);
                second.await();
                order.add(5);
                first.complete("first");
            };
            Runnable two = () -> {
                order.add(2);
                third.await();
                order.add(4);
                second.complete("second");
            };
            Runnable three = () -> {
                order.add(3);
                Async.sleep(Duration.ofMillis(1));
                Async.yieldNow();
                third.complete("third");
            };
            Task<?> ticking = Async.createTask(() -> {
                while (true) {
                    Async.yieldNow();
                }
            });
            Async.gather(() -> Pinned.run(one), () -> Pinned.run(two), () -> Pinned.run(three));
            assertThat(first.resultNow()).isEqualTo("first");
            assertThat(order).containsExactly(1, 2, 3, 4, 5);
            ticking.cancel();
        });
    }

    /** The loop sleeps on the stack of a pinned task, and a timer ends that. */
    @Test
    void pinnedTask_onWhoseStackTheLoopSleeps_isWokenByATimer() {
        EventLoop.run(() -> {
            Pinned.run(() -> Async.sleep(Duration.ofMillis(5)));
            Async.yieldNow();
        });
    }

    @Test
    void pinnedTask_onWhoseStackTheLoopSleeps_isWokenFromOutside() {
        AtomicReference<EventLoop> loop = new AtomicReference<>();
        Future<String> future = new Future<>();
        Bystander<Void> runner = Bystander.start(() -> EventLoop.run(() -> Pinned.run(() -> {
            loop.set(EventLoop.current());
            future.await();
        })));
        Bystander.awaitUntil(
                "asleep", () -> loop.get() != null && loop.get().engine.isAsleep());
        loop.get().execute(() -> future.complete("woken"));
        runner.join();
    }

    @Test
    void pinnedTask_isCancelled() {
        EventLoop.run(() -> {
            AtomicBoolean begun = new AtomicBoolean();
            Task<Void> task = Async.createTask(() -> Pinned.run(() -> {
                begun.set(true);
                Async.sleep(LONG);
            }));
            Async.yieldNow();
            assertThat(begun).isTrue();
            task.cancel();
            assertThatThrownBy(task::await).isInstanceOf(ExceptionInInitializerError.class);
        });
    }

    @Test
    void pinnedTask_inAWaitOfCore_keepsNobodyFromRunning() {
        EventLoop.run(() -> {
            Semaphore semaphore = new Semaphore(0);
            Task<Void> task = Async.createTask(() -> Pinned.run(() -> {
                try {
                    semaphore.acquire();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
            while (semaphore.waiters() == 0) {
                Async.yieldNow();
            }
            semaphore.release();
            task.await();
        });
    }

    @Test
    void pinnedTask_inBlocking_keepsNobodyFromRunning() {
        EventLoop.run(() -> {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            Task<Void> task = Async.createTask(() -> Pinned.run(() -> Async.blocking(() -> {
                begun.countDown();
                Bystander.await(end);
            })));
            while (begun.getCount() > 0) {
                Async.yieldNow();
            }
            end.countDown();
            task.await();
        });
    }

    /** It goes on with its own turn each time, and those that are off the loop get theirs. */
    @Test
    void pinnedTask_thatOnlyYields_letsOthersComeBack() {
        EventLoop.run(() -> {
            Semaphore semaphore = new Semaphore(0);
            Task<Void> waiter = Async.createTask(() -> semaphore.acquire().close());
            while (semaphore.waiters() == 0) {
                Async.yieldNow();
            }
            Pinned.run(() -> {
                semaphore.release();
                while (!waiter.isDone()) {
                    Async.yieldNow();
                }
            });
            assertThat(waiter.isDone()).isTrue();
        });
    }

    // ---------------------------------------------------------------- code that is not the loop's

    /** The JDK gives the virtual threads that a virtual thread starts the same scheduler. */
    @Test
    void threadsThatATaskStarts_runElsewhere() {
        AtomicBoolean end = new AtomicBoolean();
        CountDownLatch spinning = new CountDownLatch(2);
        EventLoop.run(() -> {
            Runnable spin = () -> {
                spinning.countDown();
                while (!end.get()) {
                    Thread.onSpinWait();
                }
            };
            Thread child = Threads.VIRTUAL.factory("child").newThread(() -> {
                Threads.VIRTUAL.factory("grandchild").newThread(spin).start();
                spin.run();
            });
            child.start();
            while (spinning.getCount() > 0) {
                Async.yieldNow();
            }
            Async.sleep(Duration.ofMillis(2));
            end.set(true);
            Async.blocking(() -> child.join());
        });
    }

    /** A wake-up of such a thread, by the task or by another, is not one of the task's. */
    @Test
    void threadsThatATaskStarts_areWokenByIt() {
        EventLoop.run(() -> {
            java.util.concurrent.Semaphore ping = new java.util.concurrent.Semaphore(0);
            java.util.concurrent.Semaphore pong = new java.util.concurrent.Semaphore(0);
            Thread child = Threads.VIRTUAL.factory("child").newThread(() -> {
                for (int i = 0; i < 1_000; i++) {
                    ping.acquireUninterruptibly();
                    pong.release();
                }
            });
            child.start();
            for (int i = 0; i < 1_000; i++) {
                ping.release();
                pong.acquireUninterruptibly(); // blocks the loop, which is bad, and has to end
                Async.yieldNow();
            }
            child.join();
        });
    }

    @Test
    void computingInBlocking_keepsNobodyFromRunning_andKeepsItsThread() {
        EventLoop.run(() -> {
            AtomicBoolean end = new AtomicBoolean();
            ThreadLocal<String> local = new ThreadLocal<>();
            Task<String> task = Async.createTask(() -> {
                Thread before = Thread.currentThread();
                local.set("mine");
                String seen = Async.blocking(() -> {
                    while (!end.get()) {
                        Thread.onSpinWait();
                    }
                    return local.get();
                });
                assertThat(Thread.currentThread()).isSameAs(before);
                return seen;
            });
            for (int i = 0; i < 100; i++) {
                Async.yieldNow();
            }
            Async.sleep(Duration.ofMillis(2));
            assertThat(task.isDone()).isFalse();
            end.set(true);
            assertThat(task.await()).isEqualTo("mine");
        });
    }

    @Test
    void tasksAndCallbacks_runOnOneThread_alsoAfterBlocking() {
        List<String> threads = new ArrayList<>();
        EventLoop.run(() -> {
            for (int i = 0; i < 3; i++) {
                threads.add(carrier());
                Async.yieldNow();
                EventLoop.current().callSoon(() -> threads.add(carrier()));
                Async.createTask(() -> threads.add(carrier())).await();
                Async.sleep(Duration.ofMillis(1));
                Async.blocking(() -> assertThat(carrier()).isNotEqualTo(threads.get(0)));
            }
        });
        assertThat(threads).hasSize(9).containsOnly(threads.get(0));
        assertThat(isOnACarrier(threads.get(0))).isTrue();
    }

    /** The JDK shows it in the name of a mounted virtual thread. */
    private static String carrier() {
        String text = Thread.currentThread().toString();
        return text.substring(text.lastIndexOf('@') + 1);
    }

    // ---------------------------------------------------------------- stacks that are run for no reason

    /** To look at a stack that was put aside has the JDK run it afterwards, whoever's turn it is. */
    @Test
    void stacksThatAreLookedAt_waitForTheirTurn() {
        AtomicBoolean end = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        AtomicReference<Bystander<Void>> onlooker = new AtomicReference<>();
        EventLoop.run(() -> {
            int[] running = {0};
            List<Task<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tasks.add(Async.createTask(() -> {
                    threads.add(Thread.currentThread());
                    for (int turn = 0; turn < 5_000; turn++) {
                        assertThat(++running[0]).isEqualTo(1);
                        running[0]--;
                        Async.yieldNow();
                    }
                }));
            }
            Async.yieldNow();
            assertThat(threads).hasSize(4);
            List<Thread> looked = List.copyOf(threads);
            onlooker.set(Bystander.start(() -> {
                while (!end.get()) {
                    looked.forEach(Thread::getStackTrace);
                }
            }));
            for (Task<Void> task : tasks) {
                task.await();
            }
        });
        end.set(true);
        onlooker.get().join();
    }

    // ---------------------------------------------------------------- ends

    @Test
    void carriers_endWithTheLoops() {
        for (int i = 0; i < 20; i++) {
            EventLoop.run(() -> {
                Async.blocking(() -> {});
            });
        }
        EventLoop open = EventLoop.create();
        open.runUntilComplete(Async::yieldNow);
        Bystander.awaitUntil(
                "carriers ended",
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(thread -> isOnACarrier(thread.getName())));
        open.runUntilComplete(Async::yieldNow); // the loop finds itself another
        open.close();
    }

    @Test
    void scheduler_isReported() {
        assertThat(EventLoop.<Scheduler, RuntimeException>run(
                        () -> EventLoop.current().scheduler()))
                .isEqualTo(Scheduler.OWN);
    }
}
