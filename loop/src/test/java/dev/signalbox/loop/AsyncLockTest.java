// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Guard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lock with a queue, which is handed over. */
final class AsyncLockTest {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    private final Steps steps = new Steps();
    private final AsyncLock lock = new AsyncLock();

    // ---------------------------------------------------------------- without waiting

    @Test
    void acquire_free_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            var other = createTask(() -> steps.at(2));
            try (var held = lock.acquire()) {
                assertThat(lock.isLocked()).isTrue();
                steps.at(1);
            }
            assertThat(lock.isLocked()).isFalse();
            other.await();
            steps.done(3);
        });
    }

    @Test
    void release_notHeld_throws() {
        EventLoop.run(() -> assertThatThrownBy(lock::release)
                .isExactlyInstanceOf(IllegalMonitorStateException.class)
                .hasMessageMatching(
                        "released a lock that is not held: AsyncLock@\\p{XDigit}+ \\[unlocked, waiters=0]"));
    }

    @Test
    void release_byAnotherTaskOrACallback_isAllowed() {
        EventLoop.run(() -> {
            lock.acquire();
            createTask(() -> lock.release()).await();
            lock.acquire();
            Steps.inCallback(lock::release);
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void inACallback_onlyWaitingIsRefused() {
        EventLoop.run(() -> Steps.inCallback(() -> {
            List<ThrowingCallable> waits = List.of(
                    lock::acquire,
                    () -> lock.acquire(SHORT),
                    () -> assertThat(lock.tryAcquire(Duration.ZERO)).isTrue());
            assertThat(waits)
                    .allSatisfy(wait -> assertThatThrownBy(wait)
                            .isExactlyInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("only tasks can wait"));
            assertThat(lock.tryAcquire()).isTrue();
            assertThat(lock.tryAcquire()).isFalse();
        }));
    }

    @Test
    void guard_closedTwice_releasesOnce() {
        EventLoop.run(() -> {
            Guard first = lock.acquire();
            first.close();
            Guard second = lock.acquire();
            first.close();
            assertThat(lock.isLocked()).isTrue();
            second.close();
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void guard_toString_showsTheState_fromAnyThread() {
        EventLoop.run(() -> {
            Guard guard = lock.acquire();
            Async.blocking(() -> assertThat(guard).asString().matches("Hold@\\w+ \\[closed=false, of=AsyncLock@.*]"));
            guard.close();
            assertThat(guard).asString().endsWith(" [closed=true, of=" + lock + "]");
        });
    }

    @Test
    void guard_failingRelease_leavesItOpen() {
        EventLoop.run(() -> {
            Guard guard = lock.acquire();
            lock.release();
            assertThatThrownBy(guard::close).isInstanceOf(IllegalMonitorStateException.class);
            assertThat(lock.tryAcquire()).isTrue();
            guard.close();
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void acquire_again_waitsForItself() {
        EventLoop.run(() -> {
            lock.acquire();
            assertThat(lock.tryAcquire(SHORT)).isFalse();
            assertThatThrownBy(() -> lock.acquire(SHORT))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessageMatching("AsyncLock@\\p{XDigit}+ \\[locked, waiters=0] was not free after PT0.002S");
        });
    }

    // ---------------------------------------------------------------- order

    @Test
    void release_servesInTheOrderOfArrival_andHandsOver() {
        EventLoop.run(() -> {
            lock.acquire();
            var order = new ArrayList<Integer>();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 4; i++) {
                int id = i;
                tasks.add(createTask(() -> {
                    try (var held = lock.acquire()) {
                        order.add(id);
                        yieldNow();
                    }
                }));
                Steps.settle();
            }
            lock.release();
            assertThat(lock.isLocked()).isTrue();
            assertThat(lock.tryAcquire()).isFalse();
            lock.acquire(); // behind all of them
            assertThat(order).containsExactly(0, 1, 2, 3);
            lock.release();
            Async.gather(tasks);
            assertThat(lock.isLocked()).isFalse();
        });
    }

    // ---------------------------------------------------------------- cancel: the four states

    @Test
    void cancel_waiting_leavesTheQueue() {
        EventLoop.run(() -> {
            lock.acquire();
            var first = createTask(() -> lock.acquire());
            var second = createTask(() -> lock.acquire());
            Steps.settle();
            first.cancel();
            assertThatThrownBy(first::await).isInstanceOf(CancelledException.class);
            assertThat(lock).asString().endsWith(" [locked, waiters=1]");
            lock.release();
            second.await().close();
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void cancel_thenReleaseBeforeItRuns_servesTheNext() {
        EventLoop.run(() -> {
            lock.acquire();
            var first = createTask(() -> lock.acquire());
            var second = createTask(() -> lock.acquire());
            Steps.settle();
            first.cancel();
            lock.release();
            second.await().close();
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void cancel_thenReleaseBeforeItRuns_nobodyElse_freesTheLock() {
        EventLoop.run(() -> {
            lock.acquire();
            var first = createTask(() -> lock.acquire());
            Steps.settle();
            first.cancel();
            lock.release();
            assertThat(lock.tryAcquire()).isTrue();
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
            assertThat(lock.isLocked()).isTrue();
        });
    }

    @Test
    void handedOver_notYetRun_isItsOwn() {
        EventLoop.run(() -> {
            lock.acquire();
            var first = createTask(() -> lock.acquire());
            Steps.settle();
            lock.release();
            assertThat(first.isDone()).isFalse();
            assertThat(lock.tryAcquire()).isFalse();
            first.await().close();
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void handedOver_thenCancelled_passesOn() {
        EventLoop.run(() -> {
            lock.acquire();
            var first = createTask(() -> {
                assertThatThrownBy(lock::acquire).isInstanceOf(CancelledException.class);
                steps.at(1);
            });
            Steps.settle();
            var second = createTask(() -> {
                lock.acquire();
                steps.at(2);
            });
            Steps.settle();
            lock.release();
            first.cancel();
            second.await();
            steps.done(3);
            assertThat(lock.isLocked()).isTrue();
        });
    }

    @Test
    void handedOver_thenCancelled_nobodyElse_freesTheLock() {
        EventLoop.run(() -> {
            lock.acquire();
            var first = createTask(() -> lock.acquire());
            Steps.settle();
            lock.release();
            first.cancel();
            Steps.settle();
            assertThat(first.isCancelled()).isTrue();
            assertThat(lock.tryAcquire()).isTrue();
        });
    }

    /** The holder goes on and the second is cancelled in the same round: the holder releases before the second has run. */
    @Test
    @InOrder
    void cancelRace_theThirdIsServed() {
        EventLoop.run(() -> {
            var gate = new Future<Void>();
            var holder = createTask(() -> {
                try (var held = lock.acquire()) {
                    gate.await();
                }
                steps.at(2);
            });
            var second = createTask(() -> {
                assertThatThrownBy(lock::acquire).isInstanceOf(CancelledException.class);
                steps.at(3);
            });
            var third = createTask(() -> {
                lock.acquire();
                steps.at(4);
            });
            yieldNow();
            gate.complete(null);
            second.cancel();
            steps.at(1);
            Async.gather(holder, second, third);
            steps.done(5);
            assertThat(lock.isLocked()).isTrue();
        });
    }

    /** A cancelled waiter cleans up by taking the lock again: it queues up anew, behind those who waited. */
    @Test
    void cancelledWaiter_thatAcquiresAgain_queuesUpAtTheEnd() {
        EventLoop.run(() -> {
            lock.acquire();
            var first = createTask(() -> {
                assertThatThrownBy(lock::acquire).isInstanceOf(CancelledException.class);
                Async.currentTask().uncancel();
                lock.acquire();
                steps.at(2);
            });
            var second = createTask(() -> {
                lock.acquire();
                steps.at(1);
                lock.release();
            });
            Steps.settle();
            lock.release();
            first.cancel();
            Async.gather(first, second);
            steps.done(3);
        });
    }

    // ---------------------------------------------------------------- timeouts

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void tryAcquire_noTime_triesOnceAndLetsNobodyRun(long seconds) {
        Duration timeout = Duration.ofSeconds(seconds);
        EventLoop.run(() -> {
            createTask(() -> steps.at(2));
            assertThat(lock.tryAcquire(timeout)).isTrue();
            assertThat(lock.tryAcquire(timeout)).isFalse();
            assertThatThrownBy(() -> lock.acquire(timeout)).isInstanceOf(TimeoutException.class);
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void timedOutInTheMiddle_orderOfTheOthersIsKept() {
        EventLoop.run(() -> {
            lock.acquire();
            var first = createTask(() -> lock.acquire(HUGE));
            Steps.settle();
            var impatient = createTask(() -> lock.tryAcquire(SHORT));
            Steps.settle();
            var last = createTask(() -> lock.tryAcquire(HUGE));
            Steps.settle();
            assertThat(impatient.await()).isFalse();
            lock.release();
            first.await().close();
            assertThat(last.await()).isTrue();
            lock.release();
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void timeout_null_isRefused() {
        EventLoop.run(() -> {
            List<ThrowingCallable> calls = List.of(
                    () -> lock.acquire(null),
                    () -> assertThat(lock.tryAcquire(null)).isTrue());
            assertThat(calls)
                    .allSatisfy(call -> assertThatThrownBy(call)
                            .isExactlyInstanceOf(NullPointerException.class)
                            .hasMessage("timeout"));
            assertThat(lock.isLocked()).isFalse();
        });
    }
}
