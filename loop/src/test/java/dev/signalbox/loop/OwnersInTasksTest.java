// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Condition;
import dev.signalbox.core.RLock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What an owner is to the locks of core: the running task, and the thread where there is none. */
final class OwnersInTasksTest {
    private final RLock lock = new RLock();
    private final List<String> seen = new ArrayList<>();

    @Test
    @InOrder
    void rlock_isOwnedByTheTask_acrossWaitsAndThreads() {
        EventLoop.run(() -> {
            Task<Void> ada = Async.createTask("ada", () -> {
                try (var outer = lock.acquire();
                        var inner = lock.acquire()) {
                    Async.yieldNow();
                    assertThat(lock.holdCount()).isEqualTo(2);
                    assertThat(lock.toString()).contains("'ada'");
                    seen.add("ada");
                }
            });
            Task<Void> grace = Async.createTask("grace", () -> {
                assertThat(lock.tryAcquire()).isFalse();
                assertThat(lock.isHeldByCurrentThread()).isFalse();
                assertThatThrownBy(lock::release).isInstanceOf(IllegalMonitorStateException.class);
                try (var held = lock.acquire()) {
                    assertThat(lock.toString()).contains("'grace'");
                    seen.add("grace");
                }
            });
            Async.gather(ada, grace);
        });

        assertThat(seen).containsExactly("ada", "grace");
        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void rlock_inBlocking_isStillOwnedByTheTask() {
        EventLoop.run(() -> {
            lock.acquire();
            Async.blocking(() -> {
                assertThat(lock.isHeldByCurrentThread()).isTrue();
                lock.acquire();
            });
            assertThat(lock.holdCount()).isEqualTo(2);
            Async.blocking(lock::release);
            lock.release();
        });

        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void rlock_ofACallback_isOwnedByItsThread() {
        EventLoop.run(() -> {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            lock.acquire();
            EventLoop.current().callSoon(() -> done.complete(lock.isHeldByCurrentThread()));
            assertThat(Async.await(done)).as("a callback is not the task").isFalse();
            lock.release();
            CompletableFuture<Boolean> owned = new CompletableFuture<>();
            EventLoop.current().callSoon(() -> {
                lock.lock();
                owned.complete(lock.isHeldByCurrentThread());
                lock.release();
            });
            assertThat(Async.await(owned)).isTrue();
        });

        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void condition_inTasks_givesUpTheHoldsOfTheTask() {
        Condition condition = new Condition(lock);
        EventLoop.run(() -> {
            Task<Void> waiter = Async.createTask(() -> {
                lock.acquire();
                try (var held = lock.acquire()) {
                    condition.awaitUntil(() -> !seen.isEmpty());
                    assertThat(lock.holdCount()).isEqualTo(2);
                }
                lock.release();
            });
            Async.yieldNow();
            try (var held = condition.acquire()) {
                seen.add("news");
                condition.signal();
            }
            waiter.await();
        });

        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    @InOrder
    void condition_cancelledTask_hasItsHoldsAgain() {
        Condition condition = new Condition(lock);
        EventLoop.run(() -> {
            Task<Void> waiter = Async.createTask(() -> {
                lock.acquire();
                try (var held = lock.acquire()) {
                    assertThatThrownBy(condition::await).isInstanceOf(CancelledException.class);
                    assertThat(lock.holdCount()).isEqualTo(2);
                }
                lock.release();
            });
            Async.yieldNow();
            waiter.cancel();
            waiter.await();
        });

        assertThat(condition.toString()).contains("[waiters=0, ").contains("[holds=0, ");
    }
}
