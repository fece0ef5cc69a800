// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Guard;
import dev.signalbox.core.RLock;
import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.internal.Op;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A task ends, or its whole loop, while it holds what threads and other loops wait for. */
@Timeout(60)
final class DeadHolderInLoopTest {
    private static final Duration SHORT = Duration.ofMillis(2);

    private final Semaphore semaphore = new Semaphore(1);
    private final RLock lock = new RLock();

    private void holdBothForEver() throws InterruptedException {
        try (var permit = semaphore.acquire();
                var held = lock.acquire()) {
            new AsyncEvent().await();
        }
    }

    private void assertBothCanBeHad() {
        Bystander.call("next", () -> {
                    try (var permit = semaphore.acquire();
                            var held = lock.acquire()) {
                        return null;
                    }
                })
                .join();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void loopIsClosed_theGuardsOfItsTasksAreToo_andThreadsGoOn() {
        EventLoop loop = EventLoop.create();
        loop.runUntilComplete(() -> {
            Async.createTask(this::holdBothForEver);
            Steps.settle();
        });
        Bystander<Guard> waiter =
                Bystander.call("waiter", () -> semaphore.acquire()).awaitBlocked();
        Bystander.start(loop::close).join();
        waiter.join().close();
        assertBothCanBeHad();
    }

    @Test
    void loopFails_theGuardsOfItsTasksAreClosed_andOtherLoopsGoOn() {
        Error failure = new Error("simulated, in bookkeeping");
        CountDownLatch held = new CountDownLatch(1);
        Bystander<Void> failing = Bystander.start(() -> EventLoop.run(() -> {
            Async.createTask(this::holdBothForEver);
            Steps.settle();
            held.countDown();
            Async.blocking(() -> Bystander.awaitUntil("another waits", () -> semaphore.waiters() == 1));
            EventLoop.current().engine.post(Op.of(() -> {
                throw failure;
            }));
            Steps.settle();
        }));
        Bystander.await(held);
        EventLoop.run(() -> semaphore.acquire().close());
        assertThatThrownBy(failing::join).isSameAs(failure);
        assertBothCanBeHad();
    }

    /** Without a guard nothing is given back, but who looks is told whose it was. */
    @Test
    void taskEndsWithAnRLock_everybodyIsToldWho() {
        EventLoop.run(() -> {
            Task<Void> careless = Async.createTask("careless", () -> {
                lock.acquire();
                throw new IllegalStateException("forgot the lock");
            });
            assertThatThrownBy(careless::await).hasMessage("forgot the lock");
            assertThatThrownBy(() -> lock.acquire(SHORT))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("'careless', failed");
            assertThat(lock.isHeldByCurrentThread())
                    .as("the next task on that worker")
                    .isFalse();
        });
        assertThatThrownBy(lock::release)
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining("'careless', failed");
    }

    /** A permit belongs to nobody: the loop is gone, and any thread may give it back. */
    @Test
    void loopIsGoneWithAPermit_anyThreadGivesItBack() {
        EventLoop.run(() -> {
            assertThat(semaphore.tryAcquire()).isTrue();
        });
        Bystander<Guard> waiter =
                Bystander.call("waiter", () -> semaphore.acquire()).awaitBlocked();
        semaphore.release();
        waiter.join().close();
        assertBothCanBeHad();
    }
}
