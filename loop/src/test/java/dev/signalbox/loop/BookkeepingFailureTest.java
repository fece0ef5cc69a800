// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.loop.internal.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A throwable out of the loop's own bookkeeping ends the run loudly, and nobody waits for ever. */
final class BookkeepingFailureTest {
    private final Error failure = new OutOfMemoryError("simulated, in bookkeeping");
    private final List<String> log = new ArrayList<>();

    private void fail(EventLoop loop) {
        loop.engine.post(Op.of(() -> {
            throw failure;
        }));
    }

    @Test
    @InOrder
    void run_getsTheFailure_andEverythingThatIsPendingFails() {
        List<CompletableFuture<?>> handedOut = new ArrayList<>();
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    EventLoop loop = EventLoop.current();
                    Task<Void> sleeper = Async.createTask(() -> {
                        try {
                            new AsyncEvent().await();
                        } finally {
                            log.add("unwound");
                        }
                    });
                    Async.yieldNow();
                    handedOut.add(new Future<String>().toCompletableFuture());
                    handedOut.add(sleeper.toCompletableFuture());
                    fail(loop);
                    handedOut.add(loop.submit(() -> "behind the failure in the same batch"));
                    Async.yieldNow();
                }))
                .isSameAs(failure);
        assertThat(handedOut).hasSize(3).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(log).containsExactly("unwound");
    }

    /** The stack that comes back stands behind the failure in the same batch, and must not be lost with it. */
    @Test
    @InOrder
    void taskThatComesBackBehindTheFailure_unwinds() {
        CountDownLatch out = new CountDownLatch(1);
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    EventLoop loop = EventLoop.current();
                    Task<Void> task = Async.createTask(() -> {
                        try {
                            Async.blocking(() -> out.await());
                            Async.yieldNow();
                        } finally {
                            log.add("unwound");
                        }
                    });
                    Async.yieldNow();
                    fail(loop);
                    out.countDown();
                    Bystander.awaitUntil("back", () -> !task.isOut());
                    Async.yieldNow();
                }))
                .isSameAs(failure);
        assertThat(log).containsExactly("unwound");
    }

    /** As if its stack had ended between the list and the suspension. */
    @Test
    void waiterThatNeverWaited_handsOnWhatItIsGranted() {
        EventLoop.run(() -> {
            Task<?> task = Async.currentTask();
            WaitList list = new WaitList(this);
            list.add(new Wait(task) {
                @Override
                void giveBack() {
                    log.add("given back");
                }
            });
            list.signalFirst();
            assertThat(log).containsExactly("given back");
            Async.yieldNow();
            log.add("went on once");
        });
        assertThat(log).containsExactly("given back", "went on once");
    }

    /** As if there had been no memory for its timer. */
    @Test
    void waiterWhoseWaitCouldNotBegin_handsOnWhatItIsGranted() {
        EventLoop.run(() -> {
            Task<?> task = Async.currentTask();
            WaitList list = new WaitList(this);
            Wait wait = new Wait(task) {
                @Override
                boolean forwardCancel(String message) {
                    throw failure;
                }

                @Override
                void giveBack() {
                    log.add("given back");
                }
            };
            list.add(wait);
            task.cancel();
            assertThatThrownBy(() -> task.suspend(wait, Task.FOREVER)).isSameAs(failure);
            list.signalFirst();
            task.uncancel();
            Async.yieldNow();
            log.add("went on once");
        });
        assertThat(log).containsExactly("given back", "went on once");
    }

    /** As if the stack of the first had ended just after it had released the lock. */
    @Test
    void waiterOfACondition_thatNeverWaited_handsOnBothTheSignalAndTheLock() {
        EventLoop.run(() -> {
            AsyncCondition condition = new AsyncCondition();
            Task<?> task = Async.currentTask();
            condition.enlist(task);
            Task<Void> second = Async.createTask(() -> {
                try (var held = condition.acquire()) {
                    condition.await();
                }
            });
            Steps.settle();
            condition.acquire();
            condition.signal();
            condition.release();
            second.await();
            assertThat(condition).asString().contains("[waiters=0, ").endsWith("[unlocked, waiters=0]]");
        });
    }
}
