// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What our condition does and the JDK's does not. */
@ExtendWith(TestThreads.Extension.class)
final class ConditionTest {
    private static final BooleanSupplier NEVER = () -> false;
    private static final BooleanSupplier ALWAYS = () -> true;

    private final Lock lock = new Lock();
    private final Condition condition = new Condition(lock);

    // --------------------------------------------------------------------------------------------------- arguments

    @Test
    void arguments_null_areRefused() throws Exception {
        lock.acquire();

        assertNull("lock", () -> new Condition((Lock) null));
        assertNull("lock", () -> new Condition((RLock) null));
        assertNull("timeout", () -> assertThat(condition.await((Duration) null)).isTrue());
        assertNull("unit", () -> condition.await(1, null));
        assertNull("deadline", () -> condition.awaitUntil((Date) null));
        assertNull("predicate", () -> condition.awaitUntil((BooleanSupplier) null));
        assertNull(
                "predicate",
                () -> assertThat(condition.awaitUntil(null, Duration.ZERO)).isTrue());
        assertNull(
                "timeout", () -> assertThat(condition.awaitUntil(ALWAYS, null)).isTrue());
    }

    private static void assertNull(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isExactlyInstanceOf(NullPointerException.class).hasMessage(name);
    }

    @Test
    void signal_negative_isRefused() throws Exception {
        lock.acquire();

        assertThatThrownBy(() -> condition.signal(-1))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("n: -1 (expected: >= 0)");
    }

    // ------------------------------------------------------------------------------------------------------ the lock

    @Test
    void newCondition_isOverItsLock() throws Exception {
        Condition other = lock.newCondition();

        try (var held = other.acquire()) {
            assertThat(lock.isLocked()).isTrue();
            condition.signal();
        }
        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void acquireAndRelease_areThoseOfTheLock() throws Exception {
        condition.acquire();
        assertThat(lock.isLocked()).isTrue();
        condition.release();
        assertThat(lock.isLocked()).isFalse();

        assertThatThrownBy(condition::release)
                .isExactlyInstanceOf(IllegalMonitorStateException.class)
                .hasMessage("released a lock that is not locked: " + lock);
    }

    @Test
    void everyMethod_lockNotHeld_saysSo() {
        List<ThrowingCallable> calls = List.of(
                condition::await,
                condition::awaitUninterruptibly,
                () -> assertThat(condition.await(Duration.ZERO)).isTrue(),
                () -> condition.await(0, TimeUnit.SECONDS),
                () -> condition.awaitNanos(0),
                () -> condition.awaitUntil(new Date(0)),
                () -> condition.awaitUntil(ALWAYS),
                () -> assertThat(condition.awaitUntil(ALWAYS, Duration.ZERO)).isTrue(),
                condition::signal,
                () -> condition.signal(0),
                condition::signalAll);

        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isExactlyInstanceOf(IllegalMonitorStateException.class)
                        .hasMessage("lock of the condition is not held: " + condition));
    }

    @Test
    void signal_lockHeldByAnother_isTakenForAHandOver(TestThreads threads) throws Exception {
        lock.acquire();

        threads.start(condition::signal).join();

        assertThat(lock.isLocked()).isTrue();
    }

    @Test
    void signalsWithoutTheLock_breakNothing(TestThreads threads) {
        AtomicInteger tickets = new AtomicInteger(); // guarded by the lock
        int items = 2_000;
        TestThread<Void> consumer = threads.start(() -> {
            for (int i = 0; i < items; i++) {
                lock.lock();
                while (tickets.get() == 0) {
                    condition.await();
                }
                tickets.decrementAndGet();
                lock.unlock();
            }
        });
        TestThread<Void> intruder = threads.start(() -> {
            while (!consumer.isDone()) {
                try {
                    condition.signal();
                    assertThat(condition.await(Duration.ZERO)).isFalse();
                } catch (IllegalMonitorStateException e) {
                    assertThat(e).hasMessageStartingWith("lock of the condition is not held: ");
                }
            }
        });
        for (int i = 0; i < items; i++) {
            lock.lock();
            tickets.incrementAndGet();
            condition.signal();
            lock.unlock();
        }

        consumer.join();
        intruder.join();
        assertThat(tickets).hasValue(0);
    }

    // ------------------------------------------------------------------------------------------------ over an RLock

    @Test
    void await_givesUpAllHoldsAndHasThemAgain(TestThreads threads) throws Exception {
        RLock reentrant = new RLock();
        Condition over = reentrant.newCondition();
        TestThread<Integer> waiter = threads.call(() -> {
            try (var outer = reentrant.acquire();
                    var inner = over.acquire()) {
                reentrant.lock();
                over.await();
                assertThat(over.await(Timeouts.SHORT)).isFalse();
                int holds = reentrant.holdCount();
                reentrant.unlock();
                return holds;
            }
        });
        waiter.awaitParkedOn(Condition.class::isInstance);
        assertThat(reentrant.isLocked()).isFalse();

        try (var held = reentrant.acquire()) {
            over.signal();
        }

        assertThat(waiter.join()).isEqualTo(3);
        assertThat(reentrant.isLocked()).isFalse();
    }

    @Test
    void await_interruptedOrFailing_hasAllHoldsAgain(TestThreads threads) {
        RLock reentrant = new RLock();
        Condition over = new Condition(reentrant);
        TestThread<Integer> waiter = threads.call(() -> {
            reentrant.lock();
            reentrant.lock();
            assertThatThrownBy(() -> over.awaitUntil(NEVER)).isInstanceOf(InterruptedException.class);
            over.awaitUninterruptibly();
            int holds = reentrant.holdCount();
            reentrant.unlock();
            reentrant.unlock();
            return holds;
        });

        waiter.awaitParkedOn(Condition.class::isInstance).interrupt();
        TestThread.awaitUntil("a second wait", () -> {
            reentrant.lock();
            over.signal();
            reentrant.unlock();
            return waiter.isDone();
        });

        assertThat(waiter.join()).isEqualTo(2);
        assertThat(reentrant.isLocked()).isFalse();
    }

    @Test
    void everyMethod_lockHeldByAnother_saysSo(TestThreads threads) throws Exception {
        Condition own = new Condition();
        List<ThrowingCallable> calls = List.of(
                own::await,
                own::awaitUninterruptibly,
                () -> assertThat(own.await(Duration.ZERO)).isTrue(),
                () -> own.await(0, TimeUnit.SECONDS),
                () -> own.awaitNanos(0),
                () -> own.awaitUntil(new Date(0)),
                () -> own.awaitUntil(ALWAYS),
                own::signal,
                () -> own.signal(0),
                own::signalAll);
        Guard held = own.acquire();

        threads.start(() -> {
                    assertThat(calls)
                            .allSatisfy(call -> assertThatThrownBy(call)
                                    .isExactlyInstanceOf(IllegalMonitorStateException.class)
                                    .hasMessage("lock of the condition is not held: " + own));
                    assertThatThrownBy(own::release).isExactlyInstanceOf(IllegalMonitorStateException.class);
                })
                .join();

        held.close();
        assertThatThrownBy(own::signal).isExactlyInstanceOf(IllegalMonitorStateException.class);
    }

    @Test
    void newCondition_withoutALock_hasAReentrantOneOfItsOwn() throws Exception {
        Condition own = new Condition();

        try (var outer = own.acquire();
                var inner = own.acquire()) {
            own.signalAll();
            assertThat(own.toString()).contains("[waiters=0, lock=RLock@").contains("[holds=2, ");
        }
        own.acquire();
        own.release();

        assertThat(own.toString()).contains("[holds=0, ");
    }

    // ------------------------------------------------------------------------------------------------------ timeouts

    @ParameterizedTest
    @MethodSource("dev.signalbox.core.Timeouts#expired")
    void await_expiredTimeout_returnsAtOnceAndKeepsTheLock(Duration expired, TestThreads threads) throws Exception {
        lock.acquire();
        TestThread<Guard> other = threads.call(lock::acquire).awaitParked();
        long nanos = TimeUnit.NANOSECONDS.convert(expired);

        assertThat(condition.await(expired)).isFalse();
        assertThat(condition.await(nanos, TimeUnit.NANOSECONDS)).isFalse();
        assertThat(condition.awaitNanos(nanos)).isEqualTo(nanos);
        assertThat(condition.awaitUntil(new Date(0))).isFalse();
        assertThat(condition.awaitUntil(NEVER, expired)).isFalse();
        assertThat(condition.awaitUntil(ALWAYS, expired)).isTrue();

        assertThat(other.isDone()).isFalse();
        lock.release();
        other.join().close();
    }

    @Test
    void await_interruptedBeforeAnExpiredTimeout_throws() throws Exception {
        lock.acquire();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> assertThat(condition.await(Duration.ZERO)).isTrue())
                .isExactlyInstanceOf(InterruptedException.class)
                .hasMessage("interrupted before the call");

        assertThat(Thread.interrupted()).isFalse();
        assertThat(lock.isLocked()).isTrue();
    }

    // ---------------------------------------------------------------------------------------------------- awaitUntil

    @Test
    void awaitUntil_true_doesNotWait() throws Exception {
        lock.acquire();
        AtomicInteger tests = new AtomicInteger();

        condition.awaitUntil(() -> tests.incrementAndGet() == 1);
        assertThat(condition.awaitUntil(() -> tests.incrementAndGet() == 2, Timeouts.FOREVER))
                .isTrue();

        assertThat(tests).hasValue(2);
    }

    @Test
    void awaitUntil_testsAfterEachWakeUp(TestThreads threads) {
        AtomicInteger state = new AtomicInteger();
        TestThread<Void> untimed = threads.start(() -> {
            try (var held = lock.acquire()) {
                condition.awaitUntil(() -> state.get() == 4);
            }
        });
        TestThread<Boolean> timed = threads.call(() -> {
            try (var held = lock.acquire()) {
                return condition.awaitUntil(() -> state.get() == 4, Timeouts.FOREVER);
            }
        });
        untimed.awaitParked(Thread.State.WAITING);
        timed.awaitParked(Thread.State.TIMED_WAITING);

        for (int i = 1; i <= 4; i++) {
            lock.lock();
            state.set(i);
            condition.signalAll();
            lock.unlock();
        }

        untimed.join();
        assertThat(timed.join()).isTrue();
    }

    @Test
    void awaitUntil_timedOut_isThePredicatesLastValue() throws Exception {
        AtomicInteger tests = new AtomicInteger();
        lock.acquire();

        assertThat(condition.awaitUntil(() -> tests.incrementAndGet() < 0, Timeouts.SHORT))
                .isFalse();
        assertThat(tests).hasValueGreaterThanOrEqualTo(2);
        tests.set(0);
        assertThat(condition.awaitUntil(() -> tests.incrementAndGet() == 2, Timeouts.SHORT))
                .as("true at the test after the time ran out")
                .isTrue();
        assertThat(lock.isLocked()).isTrue();
    }

    @Test
    void awaitUntil_signalsThatDoNotHelp_doNotMoveTheDeadline(TestThreads threads) throws Exception {
        TestThread<Boolean> waiter = threads.call(() -> {
            try (var held = lock.acquire()) {
                return condition.awaitUntil(NEVER, Duration.ofMillis(50));
            }
        });

        TestThread.awaitUntil("the deadline", () -> {
            lock.lock();
            condition.signalAll();
            lock.unlock();
            return waiter.isDone();
        });

        assertThat(waiter.join()).isFalse();
    }

    @Test
    void awaitUntil_predicateThrows_endsTheWaitWithTheLock() throws Exception {
        lock.acquire();
        BooleanSupplier failing = () -> {
            throw new UnsupportedOperationException("from the predicate");
        };

        assertThatThrownBy(() -> condition.awaitUntil(failing)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> assertThat(condition.awaitUntil(failing, Timeouts.FOREVER))
                        .isTrue())
                .isInstanceOf(UnsupportedOperationException.class);

        assertThat(lock.isLocked()).isTrue();
    }

    @Test
    void awaitUntil_predicateReleasesTheLock_isFound() throws Exception {
        lock.acquire();

        assertThatThrownBy(() -> condition.awaitUntil(() -> {
                    lock.release();
                    return false;
                }))
                .isExactlyInstanceOf(IllegalMonitorStateException.class)
                .hasMessage("lock of the condition is not held: " + condition);
    }

    @Test
    void awaitUntil_interrupted_throwsWithTheLock(TestThreads threads) {
        List<TestThread<Void>> waiters = new ArrayList<>();
        waiters.add(threads.start(() -> {
            lock.acquire();
            assertThatThrownBy(() -> condition.awaitUntil(NEVER)).isInstanceOf(InterruptedException.class);
            lock.release();
        }));
        waiters.add(threads.start(() -> {
            lock.acquire();
            assertThatThrownBy(() -> assertThat(condition.awaitUntil(NEVER, Timeouts.FOREVER))
                            .isTrue())
                    .isInstanceOf(InterruptedException.class);
            lock.release();
        }));

        waiters.forEach(
                waiter -> waiter.awaitParkedOn(Condition.class::isInstance).interrupt());
        waiters.forEach(TestThread::join);

        assertThat(lock.isLocked()).isFalse();
    }

    // ------------------------------------------------------------------------------------------------------- signal(n)

    @Test
    void signal_n_wakesAtMostThatMany(TestThreads threads) throws Exception {
        AtomicInteger woken = new AtomicInteger();
        List<TestThread<Void>> waiters = threads.start(10, () -> {
            try (var held = lock.acquire()) {
                condition.await();
                woken.incrementAndGet();
            }
        });
        waiters.forEach(waiter -> waiter.awaitParkedOn(Condition.class::isInstance));

        assertWoken(0, 0, woken);
        assertWoken(3, 3, woken);
        assertWoken(5, 8, woken);
        assertWoken(Integer.MAX_VALUE, 10, woken);
        assertWoken(Integer.MAX_VALUE, 10, woken);
    }

    private void assertWoken(int signals, int expected, AtomicInteger woken) throws InterruptedException {
        try (var held = lock.acquire()) {
            condition.signal(signals);
        }
        TestThread.awaitUntil(expected + " woken", () -> woken.get() == expected && waiting() == 10 - expected);
    }

    private int waiting() {
        return Integer.parseInt(condition.toString().replaceAll(".*\\[waiters=(\\d+), lock.*", "$1"));
    }

    // -------------------------------------------------------------------------------------------------------- display

    @Test
    void toString_isIdentityAndState(TestThreads threads) throws Exception {
        String identity = "Condition@" + Integer.toHexString(System.identityHashCode(condition));
        assertThat(condition).hasToString(identity + " [waiters=0, lock=" + lock + "]");

        TestThread<Void> waiter = threads.start(() -> {
            lock.lock();
            condition.awaitUninterruptibly();
            lock.unlock();
        });
        waiter.awaitParkedOn(Condition.class::isInstance);
        assertThat(condition).hasToString(identity + " [waiters=1, lock=" + lock + "]");
        try (var held = condition.acquire()) {
            condition.signal();
        }
        waiter.join();
        assertThat(condition).hasToString(identity + " [waiters=0, lock=" + lock + "]");
    }
}
