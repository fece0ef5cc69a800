// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.blocking;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Barrier;
import dev.signalbox.core.Condition;
import dev.signalbox.core.Event;
import dev.signalbox.core.Guard;
import dev.signalbox.core.Lock;
import dev.signalbox.core.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The primitives for threads, waited for by tasks. */
final class CoreInTaskTest {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Steps steps = new Steps();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void joinThreads() throws InterruptedException {
        threads.shutdown();
        assertThat(threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    // ---------------------------------------------------------------- one limit for all

    @Test
    void oneSemaphore_limitsThreadsAndLoopsTogether() throws Exception {
        for (Semaphore semaphore : List.of(new Semaphore(3), Semaphore.fair(3))) {
            var inside = new AtomicInteger();
            var most = new AtomicInteger();
            var rounds = new AtomicInteger();
            var ends = new ArrayList<Future<?>>();
            for (int loop = 0; loop < 2; loop++) {
                ends.add(threads.submit(() -> EventLoop.run(() -> {
                    var tasks = new ArrayList<Task<?>>();
                    for (int i = 0; i < 6; i++) {
                        tasks.add(createTask(() -> {
                            for (int round = 0; round < 50; round++) {
                                try (var permit = semaphore.acquire()) {
                                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                    yieldNow();
                                    inside.decrementAndGet();
                                    rounds.incrementAndGet();
                                }
                            }
                        }));
                    }
                    Async.gather(tasks);
                })));
            }
            for (int thread = 0; thread < 2; thread++) {
                ends.add(threads.submit(() -> {
                    for (int round = 0; round < 50; round++) {
                        try (var permit = semaphore.acquire()) {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            Thread.yield();
                            inside.decrementAndGet();
                            rounds.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(rounds).hasValue(2 * 6 * 50 + 2 * 50);
            assertThat(most.get()).isBetween(1, 3);
            assertThat(semaphore.availablePermits()).isEqualTo(3);
            assertThat(semaphore.waiters()).isZero();
        }
    }

    @Test
    void loopGoesOn_whileATaskWaits() {
        EventLoop.run(() -> {
            var semaphore = new Semaphore(0);
            var waiter = createTask(() -> {
                steps.at(1);
                try (var permit = semaphore.acquire()) {
                    steps.at(3);
                    assertThat(currentTask().name()).isEqualTo("Task-2");
                    return "x";
                }
            });
            awaitUntil(() -> semaphore.waiters() == 1);
            steps.at(2);
            semaphore.release(); // by a task of the same loop, which never blocks
            assertThat(waiter.await()).isEqualTo("x");
            steps.done(4);
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
    }

    @Test
    void releasedByAThread_theTaskGoesOn() {
        EventLoop.run(() -> {
            var semaphore = new Semaphore(0);
            var waiter = createTask(() -> semaphore.tryAcquire(PATIENCE));
            awaitUntil(() -> semaphore.waiters() == 1);
            threads.execute(semaphore::release);
            assertThat(waiter.await()).isTrue();
        });
    }

    @Test
    void freePermit_isTakenWithoutLeavingTheLoop() {
        EventLoop.run(() -> {
            var semaphore = new Semaphore(2);
            createTask(() -> steps.at(2));
            Guard guard = semaphore.acquire();
            assertThat(semaphore.tryAcquire(SHORT)).isTrue();
            assertThat(semaphore.tryAcquire(Duration.ZERO)).isFalse();
            guard.close();
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void timeout_ofTheWait() {
        EventLoop.run(() -> {
            var semaphore = new Semaphore(0);
            assertThat(semaphore.tryAcquire(SHORT)).isFalse();
            assertThatThrownBy(() -> semaphore.acquire(SHORT)).isInstanceOf(TimeoutException.class);
            assertThat(new Lock().tryAcquire(SHORT)).isTrue();
            assertThat(new Event().await(SHORT)).isFalse();
            assertThat(semaphore.waiters()).isZero();
        });
    }

    @Test
    void timeLimit_ofTheTask() {
        EventLoop.run(() -> {
            var semaphore = new Semaphore(0);
            assertThatThrownBy(() -> Async.timeout(SHORT, () -> semaphore.acquire()))
                    .isExactlyInstanceOf(TimeoutException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            semaphore.release();
            assertThat(semaphore.tryAcquire()).isTrue();
        });
    }

    // ---------------------------------------------------------------- cancel

    @Test
    void cancel_arrivesAsCancelledException_andLosesNothing() {
        EventLoop.run(() -> {
            var semaphore = Semaphore.fair(0);
            var first = createTask(() -> {
                assertThatThrownBy(semaphore::acquire).isInstanceOfSatisfying(CancelledException.class, e -> {
                    assertThat(e.source()).isSameAs(currentTask());
                    assertThat(e).hasMessage("stop");
                });
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                steps.at(1);
            });
            awaitUntil(() -> semaphore.waiters() == 1);
            var second = createTask(() -> semaphore.acquire());
            awaitUntil(() -> semaphore.waiters() == 2);
            first.cancel("stop");
            first.await();
            semaphore.release();
            second.await();
            assertThat(semaphore.availablePermits()).isZero();
            steps.done(2);
        });
    }

    @Test
    void cancelPending_aWaitIsRefused_aFreePermitIsNot() {
        EventLoop.run(() -> {
            var semaphore = new Semaphore(1);
            var task = createTask(() -> {
                currentTask().cancel();
                semaphore.acquire();
                steps.at(1);
                assertThatThrownBy(semaphore::acquire).isInstanceOf(CancelledException.class);
                steps.at(2);
            });
            task.await();
            assertThat(semaphore.availablePermits()).isZero();
            steps.done(3);
        });
    }

    /** Grants and cancels meet: either the task has the permit and the cancel waits, or it has none. */
    @Test
    @Once
    void releaseAndCancelRace_losesNoPermit() {
        EventLoop.run(() -> {
            var semaphore = new Semaphore(0);
            for (int i = 0; i < 200; i++) {
                var task = createTask(() -> {
                    boolean mine = false;
                    try {
                        semaphore.acquire();
                        mine = true;
                        yieldNow();
                    } catch (CancelledException e) {
                        currentTask().uncancel();
                    }
                    return mine;
                });
                awaitUntil(() -> semaphore.waiters() == 1);
                var released = CompletableFuture.runAsync(semaphore::release, threads);
                task.cancel();
                boolean mine = task.await();
                Async.await(released);
                assertThat(semaphore.availablePermits()).isEqualTo(mine ? 0 : 1);
                if (!mine) {
                    assertThat(semaphore.tryAcquire()).isTrue();
                }
            }
        });
    }

    // ---------------------------------------------------------------- lock, event, condition

    @Test
    @InOrder
    void lock_heldByOneTask_isWaitedForByAnother() {
        EventLoop.run(() -> {
            var lock = new Lock();
            Guard held = lock.acquire();
            var waiter = createTask(() -> {
                steps.at(1);
                try (var mine = lock.acquire()) {
                    steps.at(3);
                }
            });
            yieldNow();
            steps.at(2);
            held.close();
            waiter.await();
            assertThat(lock.isLocked()).isFalse();
            steps.done(4);
        });
    }

    @Test
    @InOrder
    void lockUninterruptibly_keepsTheCancelForLater() {
        EventLoop.run(() -> {
            var lock = new Lock();
            lock.lock();
            var waiter = createTask(() -> {
                lock.lock();
                steps.at(2);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                assertThat(currentTask().cancelling()).isEqualTo(1);
                lock.unlock();
                assertThatThrownBy(Async::yieldNow)
                        .isInstanceOf(CancelledException.class)
                        .hasMessage("stop");
                steps.at(3);
            });
            yieldNow();
            waiter.cancel("stop");
            yieldNow();
            yieldNow();
            assertThat(waiter.isDone()).isFalse();
            steps.at(1);
            lock.unlock();
            waiter.await();
            assertThat(lock.isLocked()).isFalse();
            steps.done(4);
        });
    }

    @Test
    void lockUninterruptibly_withPendingCancel_waitsAllTheSame() {
        EventLoop.run(() -> {
            var lock = new Lock();
            lock.lock();
            var waiter = createTask(() -> {
                currentTask().cancel();
                lock.lock();
                steps.at(2);
                lock.unlock();
                yieldNow();
                steps.at(99);
            });
            yieldNow();
            steps.at(1);
            lock.unlock();
            assertThatThrownBy(waiter::await).isInstanceOf(CancelledException.class);
            steps.done(3);
        });
    }

    @Test
    void lockInterruptibly_cancel_arrivesAsCancelledException() {
        EventLoop.run(() -> {
            var lock = new Lock();
            lock.lock();
            var waiter = createTask(() -> lock.lockInterruptibly());
            yieldNow();
            waiter.cancel();
            assertThatThrownBy(waiter::await).isInstanceOf(CancelledException.class);
            assertThat(waiter.isCancelled()).isTrue();
            lock.unlock();
            assertThat(lock.tryLock()).isTrue();
        });
    }

    @Test
    void event_setByAThread_releasesTasksOfManyLoops() throws Exception {
        var event = new Event();
        var waiting = new AtomicInteger();
        var ends = new ArrayList<Future<?>>();
        for (int loop = 0; loop < 2; loop++) {
            ends.add(threads.submit(() -> EventLoop.run(() -> {
                VoidTaskBody<RuntimeException> body = () -> {
                    waiting.incrementAndGet();
                    event.await();
                };
                Async.gather(body, body, body);
            })));
        }
        while (waiting.get() < 6) {
            Thread.onSpinWait();
        }
        event.set();
        for (Future<?> end : ends) {
            end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void event_cancel_arrivesAsCancelledException() {
        EventLoop.run(() -> {
            var event = new Event();
            var waiter = createTask(() -> event.await());
            yieldNow();
            waiter.cancel();
            assertThatThrownBy(waiter::await).isInstanceOf(CancelledException.class);
            event.set();
            event.await();
        });
    }

    @Test
    @InOrder
    void condition_isWaitedForAndSignalledByTasks() {
        EventLoop.run(() -> {
            var lock = new Lock();
            var condition = new Condition(lock);
            var items = new ArrayList<String>();
            var consumer = createTask(() -> {
                try (var held = lock.acquire()) {
                    steps.at(1);
                    condition.awaitUntil(() -> !items.isEmpty());
                    steps.at(3);
                    return items.remove(0);
                }
            });
            yieldNow();
            try (var held = lock.acquire()) { // free: the consumer gave it back when it began to wait, or soon will
                steps.at(2);
                items.add("x");
                condition.signal();
            }
            assertThat(consumer.await()).isEqualTo("x");
            assertThat(lock.isLocked()).isFalse();
            steps.done(4);
        });
    }

    @Test
    @InOrder
    void condition_cancelled_holdsItsLockAgainBeforeItUnwinds() {
        EventLoop.run(() -> {
            var lock = new Lock();
            var condition = new Condition(lock);
            var waiter = createTask(() -> {
                lock.acquire();
                assertThatThrownBy(condition::await).isInstanceOf(CancelledException.class);
                assertThat(lock.isLocked()).isTrue();
                steps.at(1);
                lock.release();
            });
            yieldNow();
            awaitUntil(() -> !lock.isLocked());
            waiter.cancel();
            waiter.await();
            assertThat(lock.isLocked()).isFalse();
            steps.done(2);
        });
    }

    @Test
    @InOrder
    void condition_awaitUninterruptibly_keepsTheCancelForLater() {
        EventLoop.run(() -> {
            var lock = new Lock();
            var condition = new Condition(lock);
            var waiter = createTask(() -> {
                lock.acquire();
                condition.awaitUninterruptibly();
                lock.release();
                steps.at(2);
                assertThatThrownBy(Async::yieldNow).isInstanceOf(CancelledException.class);
            });
            yieldNow();
            awaitUntil(() -> !lock.isLocked());
            waiter.cancel();
            yieldNow();
            steps.at(1);
            try (var held = lock.acquire()) {
                condition.signal();
            }
            waiter.await();
            steps.done(3);
        });
    }

    // ---------------------------------------------------------------- callbacks, threads, code off the loop

    @Test
    void callback_thatWouldHaveToWait_throws() {
        EventLoop.run(() -> {
            var semaphore = new Semaphore(0);
            var lock = new Lock();
            lock.lock();
            Steps.inCallback(() -> {
                List<ThrowingCallable> waits = List.of(
                        semaphore::acquire,
                        () -> assertThat(semaphore.tryAcquire(SHORT)).isTrue(),
                        lock::lock,
                        lock::acquire,
                        new Event()::await);
                assertThat(waits)
                        .allSatisfy(wait -> assertThatThrownBy(wait)
                                .isExactlyInstanceOf(IllegalStateException.class)
                                .hasMessageMatching("waiting for (Semaphore|Lock|Event)@.* in a callback of loop '.*'"
                                        + ": only tasks can wait, use createTask"));
            });
            assertThat(semaphore.waiters()).isZero();
        });
    }

    /** The last has nobody to wait for but the action of the meeting before. */
    @Test
    void callback_lastAtABarrierWhoseActionRuns_isRefusedBeforeItHasCome() {
        var acting = new CountDownLatch(1);
        var mayGoOn = new CountDownLatch(1);
        var actions = new AtomicInteger();
        var barrier = new Barrier(1, () -> {
            if (actions.incrementAndGet() == 1) {
                acting.countDown();
                Bystander.await(mayGoOn);
            }
        });
        var first = Bystander.start(barrier::await);
        Bystander.await(acting);
        EventLoop.run(() -> Steps.inCallback(() -> {
            assertThatThrownBy(barrier::await)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in a callback of loop");
            assertThatThrownBy(() -> barrier.await(Duration.ofNanos(Long.MIN_VALUE)))
                    .isExactlyInstanceOf(IllegalStateException.class);
        }));
        mayGoOn.countDown();
        first.join();

        Bystander.start(barrier::await).join();
        assertThat(actions).hasValue(2);
    }

    @Test
    void callback_thatNeedNotWait_succeeds() {
        EventLoop.run(() -> Steps.inCallback(() -> {
            var semaphore = new Semaphore(1);
            var event = new Event();
            event.set();
            try {
                semaphore.acquire().close();
                event.await();
                assertThat(semaphore.tryAcquire(SHORT)).isTrue();
                assertThat(semaphore.tryAcquire()).isFalse();
                assertThat(semaphore.tryAcquire(Duration.ZERO)).isFalse();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }));
    }

    @Test
    void insideBlocking_itIsAnOrdinaryThread() {
        EventLoop.run(() -> {
            var semaphore = new Semaphore(0);
            var task = createTask(() -> blocking(() -> semaphore.tryAcquire(PATIENCE)));
            awaitUntil(() -> semaphore.waiters() == 1);
            semaphore.release();
            assertThat(task.await()).isTrue();

            var cancelled = createTask(() -> blocking(() -> semaphore.acquire()));
            awaitUntil(() -> semaphore.waiters() == 1);
            cancelled.cancel();
            assertThatThrownBy(cancelled::await).isInstanceOf(CancelledException.class);
            assertThat(cancelled.isCancelled()).isTrue();
        });
    }

    @Test
    void interruptFromElsewhere_staysAnInterruptedException() {
        EventLoop.run(() -> {
            var semaphore = new Semaphore(0);
            var thread = new AtomicReference<Thread>();
            var task = createTask(() -> {
                thread.set(Thread.currentThread());
                assertThatThrownBy(semaphore::acquire).isInstanceOf(InterruptedException.class);
                assertThat(currentTask().cancelling()).isZero();
                yieldNow();
                return "x";
            });
            awaitUntil(() -> semaphore.waiters() == 1);
            thread.get().interrupt();
            assertThat(task.await()).isEqualTo("x");
        });
    }

    /** Lets the loop turn until the condition holds, which another thread may bring about. */
    private static void awaitUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
            yieldNow();
        }
    }
}
