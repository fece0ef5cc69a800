// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.signalbox.loop.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Waits with the lock released, which have it again in every outcome, and signals of which none is lost. */
@Timeout(60)
final class AsyncConditionTest {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    private final Steps steps = new Steps();
    private final AsyncLock lock = new AsyncLock();
    private final AsyncCondition condition = new AsyncCondition(lock);
    private final List<String> log = new ArrayList<>();

    /** A task that waits once, and says what came of it while it still has the lock. */
    private Task<Void> startWaiter(String name) {
        Task<Void> waiter = createWaiter(name);
        Steps.settle();
        return waiter;
    }

    /** Timers do not expire before all that is ready now has run: whatever happens in the same round happens in time. */
    private Task<Void> createWaiter(String name) {
        return createTask(() -> {
            try (var held = condition.acquire()) {
                condition.await();
                assertThat(lock.isLocked()).isTrue();
                log.add(name + " signalled");
            } catch (CancelledException e) {
                log.add(name + " cancelled");
            }
        });
    }

    private Task<Void> startLocker(String name) {
        Task<Void> locker = createTask(() -> {
            try (var held = lock.acquire()) {
                log.add(name + " locked");
            }
        });
        Steps.settle();
        return locker;
    }

    private void assertState(String lockState, int waiters) {
        assertThat(condition)
                .asString()
                .contains(" [waiters=" + waiters + ", lock=")
                .endsWith("[" + lockState + "]]");
    }

    // ---------------------------------------------------------------- without waiting

    @Test
    void acquire_isThatOfTheLock() {
        EventLoop.run(() -> {
            for (AsyncCondition each : List.of(condition, lock.newCondition())) {
                try (var held = each.acquire()) {
                    assertThat(lock.isLocked()).isTrue();
                }
                assertThat(lock.isLocked()).isFalse();
                lock.acquire();
                each.release();
                assertThat(lock.isLocked()).isFalse();
            }
        });
    }

    @Test
    void newCondition_hasALockOfItsOwn() {
        EventLoop.run(() -> {
            var own = new AsyncCondition();
            var other = new AsyncCondition();
            try (var held = own.acquire()) {
                own.signal();
                other.acquire().close();
            }
            assertThatThrownBy(own::signal).isInstanceOf(IllegalMonitorStateException.class);
        });
    }

    @Test
    void notHeld_everythingButAcquireThrows() {
        EventLoop.run(() -> {
            BooleanSupplier never = () -> {
                throw new AssertionError("tested without the lock");
            };
            List<ThrowingCallable> calls = List.of(
                    condition::await,
                    () -> assertThat(condition.await(SHORT)).isTrue(),
                    () -> assertThat(condition.await(Duration.ZERO)).isTrue(),
                    () -> condition.awaitUntil(never),
                    () -> assertThat(condition.awaitUntil(never, SHORT)).isTrue(),
                    condition::signal,
                    () -> condition.signal(0),
                    condition::signalAll);
            assertThat(calls)
                    .allSatisfy(call -> assertThatThrownBy(call)
                            .isExactlyInstanceOf(IllegalMonitorStateException.class)
                            .hasMessageMatching("lock of the condition is not held: AsyncCondition@\\p{XDigit}+ "
                                    + "\\[waiters=0, lock=AsyncLock@\\p{XDigit}+ \\[unlocked, waiters=0]]"));
            assertThatThrownBy(condition::release)
                    .isExactlyInstanceOf(IllegalMonitorStateException.class)
                    .hasMessage("released a lock that is not held: " + lock);
        });
    }

    @Test
    void arguments_areChecked() {
        assertThatThrownBy(() -> new AsyncCondition(null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("lock");
        EventLoop.run(() -> {
            lock.acquire();
            assertThatThrownBy(() -> condition.signal(-1))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("n: -1 (expected: >= 0)");
            assertThatThrownBy(() -> assertThat(condition.await(null)).isTrue()).hasMessage("timeout");
            assertThatThrownBy(() ->
                            assertThat(condition.awaitUntil(() -> true, null)).isTrue())
                    .hasMessage("timeout");
            assertThatThrownBy(() -> condition.awaitUntil(null)).hasMessage("predicate");
            assertThatThrownBy(
                            () -> assertThat(condition.awaitUntil(null, SHORT)).isTrue())
                    .hasMessage("predicate");
            assertState("locked, waiters=0", 0);
        });
    }

    @Test
    void inACallback_onlyWaitingIsRefused() {
        EventLoop.run(() -> {
            var waiter = startWaiter("a");
            lock.acquire();
            Steps.inCallback(() -> {
                List<ThrowingCallable> waits = List.of(
                        condition::acquire,
                        condition::await,
                        () -> assertThat(condition.await(Duration.ZERO)).isTrue(),
                        () -> condition.awaitUntil(() -> true),
                        () -> assertThat(condition.awaitUntil(() -> true, SHORT))
                                .isTrue());
                assertThat(waits)
                        .allSatisfy(wait -> assertThatThrownBy(wait)
                                .isExactlyInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("only tasks can wait"));
                condition.signal();
                condition.release();
            });
            waiter.await();
            assertThat(log).containsExactly("a signalled");
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void await_noTime_keepsTheLock(long seconds) {
        Duration timeout = Duration.ofSeconds(seconds);
        EventLoop.run(() -> {
            lock.acquire();
            startLocker("other");
            assertThat(condition.await(timeout)).isFalse();
            assertThat(condition.awaitUntil(() -> false, timeout)).isFalse();
            assertThat(condition.awaitUntil(() -> true, timeout)).isTrue();
            assertThat(log).isEmpty();
            assertState("locked, waiters=1", 0);
        });
    }

    // ---------------------------------------------------------------- signals

    @Test
    void signal_letsTheTaskRunOnceItHasTheLock() {
        EventLoop.run(() -> {
            var waiter = startWaiter("a");
            assertState("unlocked, waiters=0", 1);
            lock.acquire();
            condition.signal();
            assertState("locked, waiters=1", 0);
            yieldNow();
            assertThat(log).isEmpty();
            lock.release();
            assertState("locked, waiters=0", 0);
            assertThat(lock.tryAcquire()).as("overtaking").isFalse();
            assertThat(log).as("run by the signal").isEmpty();
            waiter.await();
            assertThat(log).containsExactly("a signalled");
            assertState("unlocked, waiters=0", 0);
        });
    }

    @Test
    void signal_inTheOrderOfTheWaits_oneHolderAtATime() {
        EventLoop.run(() -> {
            var order = new ArrayList<Integer>();
            for (int i = 1; i <= 3; i++) {
                int id = i;
                createTask(() -> {
                    condition.acquire(); // and never releases it: that is up to the test
                    condition.await();
                    order.add(id);
                });
                Steps.settle();
            }
            lock.acquire();
            condition.signal();
            lock.release();
            Steps.settle();
            assertThat(order).containsExactly(1);
            condition.signal(2);
            Steps.settle();
            assertThat(order).containsExactly(1);
            lock.release();
            Steps.settle();
            assertThat(order).containsExactly(1, 2);
            lock.release();
            Steps.settle();
            assertThat(order).containsExactly(1, 2, 3);
            assertState("locked, waiters=0", 0);
        });
    }

    @Test
    void signal_n_reachesSoManyAndNoMore() {
        EventLoop.run(() -> {
            List.of("a", "b", "c", "d").forEach(this::startWaiter);
            lock.acquire();
            condition.signal(0);
            assertState("locked, waiters=0", 4);
            condition.signal(1);
            assertState("locked, waiters=1", 3);
            condition.signal(2);
            assertState("locked, waiters=3", 1);
            condition.signal(2048);
            assertState("locked, waiters=4", 0);
            lock.release();
            Steps.settle();
            assertThat(log).containsExactly("a signalled", "b signalled", "c signalled", "d signalled");
        });
    }

    @Test
    void signalAll_reachesThoseWhoWait_notThoseWhoComeLater() {
        EventLoop.run(() -> {
            var first = startWaiter("a");
            var second = startWaiter("b");
            lock.acquire();
            condition.signalAll();
            lock.release();
            startWaiter("late");
            Async.gather(first, second);
            Steps.settle();
            assertThat(log).containsExactly("a signalled", "b signalled");
            assertState("unlocked, waiters=0", 1);
        });
    }

    @Test
    void signal_nobodyWaits_isNotRemembered() {
        EventLoop.run(() -> {
            lock.acquire();
            condition.signal();
            condition.signalAll();
            assertThat(condition.await(SHORT)).isFalse();
        });
    }

    @Test
    void signalled_comesBehindThoseWhoQueuedBefore_andAheadOfThoseWhoQueueAfter() {
        EventLoop.run(() -> {
            var waiter = startWaiter("waiter");
            lock.acquire();
            var before = startLocker("before");
            condition.signal();
            var after = startLocker("after");
            lock.release();
            Async.gather(before, waiter, after);
            assertThat(log).containsExactly("before locked", "waiter signalled", "after locked");
        });
    }

    @Test
    void conditionsOfOneLock_areApart() {
        EventLoop.run(() -> {
            var other = lock.newCondition();
            startWaiter("a");
            lock.acquire();
            other.signalAll();
            lock.release();
            yieldNow();
            assertState("unlocked, waiters=0", 1);
        });
    }

    // ---------------------------------------------------------------- awaitUntil

    @Test
    void awaitUntil_trueAtOnce_doesNotLetOthersRun() {
        EventLoop.run(() -> {
            lock.acquire();
            createTask(() -> steps.at(2));
            condition.awaitUntil(() -> true);
            assertThat(condition.awaitUntil(() -> true, HUGE)).isTrue();
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void awaitUntil_testsAfterEachSignal_withTheLock() {
        EventLoop.run(() -> {
            var ready = new boolean[1];
            var tests = new int[1];
            var waiter = createTask(() -> {
                try (var held = condition.acquire()) {
                    condition.awaitUntil(() -> {
                        assertThat(lock.isLocked()).isTrue();
                        tests[0]++;
                        return ready[0];
                    });
                }
            });
            Steps.settle();
            for (int i = 2; i <= 4; i++) {
                try (var held = condition.acquire()) {
                    condition.signal();
                    ready[0] = i == 4;
                }
                Steps.settle();
                assertThat(tests[0]).isEqualTo(i);
            }
            assertThat(waiter.isDone()).isTrue();
        });
    }

    @Test
    void awaitUntil_whatThePredicateThrows_endsItWithTheLock() {
        EventLoop.run(() -> {
            var waiter = createTask(() -> {
                condition.acquire();
                var calls = new int[1];
                BooleanSupplier fails = () -> {
                    if (calls[0]++ > 0) {
                        throw new UnsupportedOperationException("from the predicate");
                    }
                    return false;
                };
                assertThatThrownBy(() -> condition.awaitUntil(fails)).hasMessage("from the predicate");
                assertThatThrownBy(() ->
                                assertThat(condition.awaitUntil(fails, HUGE)).isTrue())
                        .hasMessage("from the predicate");
                condition.release();
            });
            Steps.settle();
            lock.acquire();
            condition.signal();
            lock.release();
            waiter.await();
            assertState("unlocked, waiters=0", 0);
        });
    }

    @Test
    void awaitUntil_timeIsUp_returnsTheLastValue() {
        EventLoop.run(() -> {
            lock.acquire();
            assertThat(condition.awaitUntil(() -> false, SHORT)).isFalse();
            var tests = new int[1];
            assertThat(condition.awaitUntil(() -> ++tests[0] == 2, SHORT))
                    .as("became true without a signal")
                    .isTrue();
            assertThat(lock.isLocked()).isTrue();
        });
    }

    @Test
    void awaitUntil_signalsDoNotProlongTheTime() {
        EventLoop.run(() -> {
            var waiter = createTask(() -> {
                try (var held = condition.acquire()) {
                    return condition.awaitUntil(() -> false, SHORT);
                }
            });
            while (!waiter.isDone()) {
                try (var held = condition.acquire()) {
                    condition.signal();
                }
                yieldNow();
            }
            assertThat(waiter.await()).isFalse();
        });
    }

    @Test
    void awaitUntil_predicateThatReleases_isToldSo() {
        EventLoop.run(() -> {
            lock.acquire();
            assertThatThrownBy(() -> condition.awaitUntil(() -> {
                        lock.release();
                        return false;
                    }))
                    .isInstanceOf(IllegalMonitorStateException.class);
        });
    }

    // ---------------------------------------------------------------- cancel: the four states

    @Test
    void cancel_waiting_throwsWithTheLock_andUsesUpNoSignal() {
        EventLoop.run(() -> {
            var first = startWaiter("a");
            var second = startWaiter("b");
            first.cancel();
            first.await();
            assertThat(log).containsExactly("a cancelled");
            assertState("unlocked, waiters=0", 1);
            lock.acquire();
            condition.signal();
            lock.release();
            second.await();
            assertThat(log).containsExactly("a cancelled", "b signalled");
        });
    }

    @Test
    void cancel_whileAnotherHoldsTheLock_throwsOnlyWithTheLock() {
        EventLoop.run(() -> {
            var waiter = startWaiter("a");
            lock.acquire();
            waiter.cancel();
            yieldNow();
            assertThat(log).isEmpty();
            assertState("locked, waiters=1", 0);
            waiter.cancel(); // changes nothing any more
            yieldNow();
            assertThat(log).isEmpty();
            lock.release();
            assertState("locked, waiters=0", 0);
            waiter.await();
            assertThat(log).containsExactly("a cancelled");
            assertState("unlocked, waiters=0", 0);
        });
    }

    @Test
    void cancel_twice_countsTwiceAndThrowsOnce() {
        EventLoop.run(() -> {
            var waiter = createTask(() -> {
                condition.acquire();
                assertThatThrownBy(condition::await)
                        .isInstanceOf(CancelledException.class)
                        .hasMessage("second");
                assertThat(currentTask().cancelling()).isEqualTo(2);
                condition.release();
                yieldNow(); // nothing is left to be thrown
                return "went on";
            });
            Steps.settle();
            lock.acquire();
            waiter.cancel("first");
            Steps.settle();
            waiter.cancel("second");
            lock.release();
            assertThat(waiter.await()).isEqualTo("went on");
        });
    }

    @Test
    void cancel_thenSignalBeforeItRuns_reachesTheNext() {
        EventLoop.run(() -> {
            var first = startWaiter("a");
            var second = startWaiter("b");
            lock.acquire();
            first.cancel();
            condition.signal();
            lock.release();
            Async.gather(first, second);
            assertThat(log).containsExactly("a cancelled", "b signalled");
        });
    }

    @Test
    void signalled_thenCancelledBeforeItHasTheLock_passesTheSignalOn() {
        EventLoop.run(() -> {
            var first = startWaiter("a");
            var second = startWaiter("b");
            lock.acquire();
            condition.signal();
            Steps.settle();
            first.cancel();
            Steps.settle();
            assertThat(log).isEmpty();
            lock.release();
            Async.gather(first, second);
            assertThat(log).containsExactly("a cancelled", "b signalled");
            assertState("unlocked, waiters=0", 0);
        });
    }

    @Test
    void signalled_thenCancelledWithTheLockBeforeItRuns_passesTheSignalOn() {
        EventLoop.run(() -> {
            var first = startWaiter("a");
            var second = startWaiter("b");
            lock.acquire();
            condition.signal();
            lock.release();
            first.cancel();
            Async.gather(first, second);
            assertThat(log).containsExactly("a cancelled", "b signalled");
            assertState("unlocked, waiters=0", 0);
        });
    }

    @Test
    void signalled_thenCancelled_nobodyElse_theSignalIsGone() {
        EventLoop.run(() -> {
            var first = startWaiter("a");
            lock.acquire();
            condition.signal();
            lock.release();
            first.cancel();
            first.await();
            startWaiter("b");
            Steps.settle();
            assertThat(log).containsExactly("a cancelled");
            assertState("unlocked, waiters=0", 1);
        });
    }

    @Test
    void cancelPending_throwsAtOnce_andKeepsTheLock() {
        EventLoop.run(() -> {
            var task = createTask(() -> {
                condition.acquire();
                startLocker("other");
                currentTask().cancel();
                assertThatThrownBy(condition::await).isInstanceOf(CancelledException.class);
                yieldNow(); // would let the other have the lock
                assertThat(log).isEmpty();
                assertState("locked, waiters=1", 0);
                condition.release();
            });
            task.await();
        });
    }

    /** As everywhere: what a cancel has ended is not mended by taking the request back. */
    @Test
    void cancelledAndUncancelled_beforeASignal_throwsAllTheSame() {
        EventLoop.run(() -> {
            var waiter = startWaiter("a");
            waiter.cancel();
            assertThat(waiter.uncancel()).isZero();
            waiter.await();
            assertThat(log).containsExactly("a cancelled");
        });
    }

    @Test
    void cancelledAndUncancelled_afterASignal_wasSignalled() {
        EventLoop.run(() -> {
            var first = startWaiter("a");
            startWaiter("b");
            lock.acquire();
            condition.signal();
            first.cancel();
            assertThat(first.uncancel()).isZero();
            lock.release();
            first.await();
            yieldNow();
            assertThat(log).containsExactly("a signalled");
        });
    }

    @Test
    void cancelMessage_isKept_whereverItMeetsTheWait() {
        EventLoop.run(() -> {
            for (boolean signalled : List.of(false, true)) {
                var waiter = createTask(() -> {
                    try (var held = condition.acquire()) {
                        condition.await();
                    }
                });
                yieldNow();
                lock.acquire();
                if (signalled) {
                    condition.signal();
                    yieldNow();
                }
                waiter.cancel("foo");
                lock.release();
                assertThatThrownBy(waiter::await)
                        .isInstanceOf(CancelledException.class)
                        .hasMessage("foo");
                assertThat(waiter.isCancelled()).isTrue();
            }
        });
    }

    /** Two consumers wait for an item; the one that is signalled is cancelled: the other has to take the item. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelledConsumer_theItemIsTakenByTheOther(boolean letItQueueFirst) {
        EventLoop.run(() -> {
            var items = new int[1];
            var consumers = new ArrayList<Task<Void>>();
            for (int i = 0; i < 2; i++) {
                consumers.add(createTask(() -> {
                    try (var held = condition.acquire()) {
                        while (true) {
                            condition.awaitUntil(() -> items[0] != 0);
                            if (items[0] < 0) {
                                return;
                            }
                            items[0]--;
                            condition.signalAll();
                        }
                    }
                }));
            }
            yieldNow();
            try (var held = condition.acquire()) {
                items[0]++;
                condition.signal();
                if (letItQueueFirst) {
                    yieldNow();
                }
                consumers.get(0).cancel();
                assertThat(condition.awaitUntil(() -> items[0] == 0, HUGE)).isTrue();
                items[0] = -1;
                condition.signalAll();
            }
            consumers.get(1).await();
            assertThatThrownBy(consumers.get(0)::await).isInstanceOf(CancelledException.class);
            assertThat(consumers.get(0).isCancelled()).isTrue();
        });
    }

    // ---------------------------------------------------------------- timeouts

    @Test
    void timeout_hasTheLockAgain() {
        EventLoop.run(() -> {
            lock.acquire();
            assertThat(condition.await(SHORT)).isFalse();
            assertState("locked, waiters=0", 0);
        });
    }

    @Test
    @InOrder
    void timeout_whileAnotherHoldsTheLock_waitsForIt_andUsesUpNoSignal() {
        EventLoop.run(() -> {
            var impatient = createTask(() -> {
                try (var held = condition.acquire()) {
                    return condition.await(SHORT);
                }
            });
            var other = createWaiter("other");
            yieldNow();
            lock.acquire();
            while (!lock.toString().endsWith("[locked, waiters=1]")) {
                yieldNow(); // until its time is up
            }
            condition.signal();
            lock.release();
            assertThat(impatient.await()).isFalse();
            other.await();
            assertThat(log).containsExactly("other signalled");
        });
    }

    /** In virtual time: in the machine's the limit may pass before the signal. */
    @Test
    void signal_thenTimeIsUpBeforeItHasTheLock_wasSignalled() {
        TestLoop.forEachSeed(20, () -> {
            var ours = new AsyncCondition();
            var waiter = createTask(() -> {
                try (var held = ours.acquire()) {
                    return ours.await(SHORT);
                }
            });
            Steps.settle();
            ours.acquire();
            ours.signal();
            Async.sleep(SHORT.multipliedBy(2));
            assertThat(waiter.isDone()).isFalse();
            ours.release();
            assertThat(waiter.await()).isTrue();
        });
    }

    @Test
    @InOrder
    void timeout_thenCancelBeforeItHasTheLock_throwsWithTheLock_andSignalsNobody() {
        EventLoop.run(() -> {
            var impatient = createTask(() -> {
                condition.acquire();
                assertThatThrownBy(() -> assertThat(condition.await(SHORT)).isTrue())
                        .isInstanceOf(CancelledException.class);
                condition.release();
            });
            createWaiter("other");
            yieldNow();
            lock.acquire();
            while (!lock.toString().endsWith("[locked, waiters=1]")) {
                yieldNow();
            }
            impatient.cancel();
            lock.release();
            impatient.await();
            yieldNow();
            assertThat(log).isEmpty();
            assertState("unlocked, waiters=0", 1);
        });
    }

    @Test
    void asyncTimeout_endsWithTheLock() {
        EventLoop.run(() -> {
            try (var held = condition.acquire()) {
                assertThatThrownBy(() -> Async.timeout(SHORT, () -> condition.await()))
                        .isExactlyInstanceOf(TimeoutException.class);
                assertState("locked, waiters=0", 0);
                assertThat(currentTask().cancelling()).isZero();
            }
        });
    }

    @Test
    @InOrder
    void asyncTimeout_afterASignal_passesItOn() {
        EventLoop.run(() -> {
            var first = createTask(() -> {
                try (var held = condition.acquire()) {
                    Async.timeout(SHORT, () -> condition.await());
                }
            });
            var second = createWaiter("b");
            yieldNow();
            lock.acquire();
            condition.signal();
            while (first.cancelling() == 0) {
                yieldNow();
            }
            lock.release();
            assertThatThrownBy(first::await).hasCauseInstanceOf(TimeoutException.class);
            second.await();
            assertThat(log).containsExactly("b signalled");
        });
    }

    @Test
    void hugeTimeout_isForEver() {
        EventLoop.run(() -> {
            var waiter = createTask(() -> {
                try (var held = condition.acquire()) {
                    return condition.await(HUGE) && condition.awaitUntil(() -> true, HUGE);
                }
            });
            Steps.settle();
            lock.acquire();
            condition.signal();
            lock.release();
            assertThat(waiter.await()).isTrue();
        });
    }

    // ---------------------------------------------------------------- all at once

    /** Whatever is cancelled when: while there is an item and somebody who waits for one, somebody is on the way to it. */
    @Test
    @Once
    void randomCancels_loseNoSignal_andTheLockIsHeldByOne() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            AsyncCondition items = new AsyncCondition();
            int[] left = new int[1];
            EventLoop.run(() -> {
                List<Task<Void>> consumers = new ArrayList<>();
                for (int i = 0; i < 12; i++) {
                    consumers.add(createTask(() -> consume(items, left, random)));
                }
                for (int step = 0; step < 100; step++) {
                    switch (random.nextInt(4)) {
                        case 0 -> consumers.get(random.nextInt(8)).cancel(); // four are left in any case
                        case 1 -> produce(items, left, random);
                        default -> yieldNow();
                    }
                }
                for (int i = 0; i < 500; i++) {
                    yieldNow();
                }
                assertThat(left[0]).isZero();
                consumers.forEach(Task::cancel);
            });
            assertThat(items)
                    .as("seed %d", seed)
                    .asString()
                    .contains("[waiters=0, ")
                    .endsWith("[unlocked, waiters=0]]");
        }
    }

    private void consume(AsyncCondition items, int[] left, Random random) {
        while (true) {
            try (var held = items.acquire()) {
                while (left[0] == 0) {
                    if (!items.await(HUGE)) {
                        throw new AssertionError("time was up");
                    }
                    alone(random);
                }
                left[0]--;
            }
        }
    }

    private void produce(AsyncCondition items, int[] left, Random random) {
        try (var held = items.acquire()) {
            int n = random.nextInt(3);
            left[0] += n;
            items.signal(n);
            alone(random);
        }
    }

    private int inside;

    private void alone(Random random) {
        assertThat(inside++).as("others with the lock").isZero();
        try {
            if (random.nextBoolean()) {
                yieldNow();
            }
        } finally {
            inside--;
        }
    }

    @Test
    void boundedBuffer_ofTwoConditions() {
        EventLoop.run(() -> {
            var notFull = lock.newCondition();
            var notEmpty = lock.newCondition();
            var buffer = new ArrayList<Integer>();
            var consumer = createTask(() -> {
                int sum = 0;
                for (int i = 0; i < 1_000; i++) {
                    try (var held = lock.acquire()) {
                        notEmpty.awaitUntil(() -> !buffer.isEmpty());
                        sum += buffer.remove(0);
                        notFull.signal();
                    }
                }
                return sum;
            });
            for (int i = 0; i < 1_000; i++) {
                int item = i;
                try (var held = lock.acquire()) {
                    notFull.awaitUntil(() -> buffer.size() < 3);
                    buffer.add(item);
                    notEmpty.signal();
                }
            }
            assertThat(consumer.await()).isEqualTo(999 * 500);
        });
    }

    // ---------------------------------------------------------------- a loop that closes

    /** Each of them releases what it thinks it holds, and none of them meets a lock that is not held. */
    @Test
    void close_allUnwindAsHolders() {
        List<String> reported = new ArrayList<>();
        EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reported.add(what + e))
                .build();
        loop.runUntilComplete(() -> {
            startWaiter("waiting");
            createTask(() -> {
                condition.acquire();
                try {
                    condition.awaitUntil(() -> false);
                } finally {
                    condition.release();
                    log.add("waiting too, released");
                }
            });
            Steps.settle();
            startWaiter("signalled");
            createTask("holder", () -> {
                try (var held = condition.acquire()) {
                    condition.signal(1);
                    new AsyncEvent().await();
                } finally {
                    log.add("holder out");
                }
            });
            Steps.settle();
            assertState("locked, waiters=1", 2);
        });
        loop.close();
        assertThat(log)
                .containsExactlyInAnyOrder(
                        "waiting cancelled", "waiting too, released", "signalled cancelled", "holder out");
        assertThat(reported).isEmpty();
        assertState("unlocked, waiters=0", 0);
    }

    /** The one that holds the lock never releases it: nobody waits for that. */
    @Test
    void close_lockIsNeverReleased_endsAllTheSame() {
        EventLoop loop = EventLoop.create();
        loop.runUntilComplete(() -> {
            var waiter = startWaiter("a");
            lock.acquire();
            waiter.cancel();
            yieldNow();
        });
        loop.close();
        assertThat(log).containsExactly("a cancelled");
        assertState("locked, waiters=0", 0);
    }

    @Test
    void closing_refusesTheWait_withTheLock() {
        EventLoop loop = EventLoop.create();
        loop.runUntilComplete(() -> {
            createTask(() -> {
                try (var held = condition.acquire()) {
                    try {
                        new AsyncEvent().await();
                    } finally {
                        log.add(String.valueOf(catchThrowable(condition::await)));
                        assertState("locked, waiters=0", 0);
                    }
                }
            });
            Steps.settle();
        });
        loop.close();
        assertThat(log)
                .singleElement()
                .asString()
                .contains("CancelledException")
                .contains("is closing");
        assertState("unlocked, waiters=0", 0);
    }

    // ---------------------------------------------------------------- binding

    @Test
    void lockOfAnotherLoop_isRefusedBeforeAnythingIsBound() {
        try (EventLoop home = EventLoop.builder().name("home").build();
                EventLoop away = EventLoop.builder().name("away").build()) {
            home.runUntilComplete(() -> lock.acquire().close());

            away.runUntilComplete(() -> {
                assertThatThrownBy(() -> new AsyncCondition(lock))
                        .isInstanceOf(WrongLoopException.class)
                        .hasMessageContaining("new AsyncCondition() called from loop 'away'");
                assertThatThrownBy(lock::newCondition).isInstanceOf(WrongLoopException.class);
                assertThatThrownBy(condition::acquire)
                        .isInstanceOf(WrongLoopException.class)
                        .hasMessageStartingWith(lock + " is bound to a different event loop: bound to loop 'home'");
            });
            assertThatThrownBy(() -> new AsyncCondition(lock)).isInstanceOf(WrongLoopException.class);

            home.runUntilComplete(() -> condition.acquire().close());
            assertThatThrownBy(() -> away.runUntilComplete(() -> condition.acquire()))
                    .hasMessageStartingWith(condition + " is bound to a different event loop: bound to loop 'home'");
        }
    }

    @Test
    void firstUseOfTheCondition_bindsItsLock() {
        AsyncLock fresh = new AsyncLock();
        AsyncCondition own = fresh.newCondition();
        assertThatThrownBy(own::signal)
                .isInstanceOf(WrongLoopException.class)
                .hasMessageContaining("for threads use dev.signalbox.core.Condition");
        EventLoop.run(() -> own.acquire().close());
        assertThatThrownBy(() -> EventLoop.run(fresh::isLocked)).isInstanceOf(WrongLoopException.class);

        AsyncLock another = new AsyncLock();
        EventLoop.run(() -> new AsyncCondition(another));
        assertThatThrownBy(() -> EventLoop.run(another::isLocked)).isInstanceOf(WrongLoopException.class);
    }

    @Test
    void toString_isIdentityAndState_fromAnyThread() {
        assertThat(condition)
                .hasToString("AsyncCondition@" + Integer.toHexString(System.identityHashCode(condition))
                        + " [waiters=0, lock=" + lock + "]");
    }
}
