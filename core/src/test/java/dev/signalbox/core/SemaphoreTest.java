// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What our semaphores do and the JDK's do not. */
@ExtendWith(TestThreads.Extension.class)
final class SemaphoreTest {
    private final Semaphore semaphore = new Semaphore(2);

    // --------------------------------------------------------------------------------------------------- arguments

    @Test
    void constructor_negative_isRefused() {
        List<ThrowingCallable> constructors = List.of(() -> new Semaphore(-1), () -> Semaphore.fair(-1));

        assertThat(constructors)
                .allSatisfy(constructor -> assertThatThrownBy(constructor)
                        .isExactlyInstanceOf(IllegalArgumentException.class)
                        .hasMessage("permits: -1 (expected: >= 0)"));
    }

    @Test
    void constructor_extremes_areAllowed() {
        assertThat(new Semaphore(0).availablePermits()).isZero();
        assertThat(new Semaphore(Integer.MAX_VALUE).availablePermits()).isEqualTo(Integer.MAX_VALUE);
        assertThat(Semaphore.fair(0).availablePermits()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void permits_notPositive_areRefused(int permits) {
        List<ThrowingCallable> calls = List.of(
                () -> semaphore.acquire(permits),
                () -> assertThat(semaphore.tryAcquire(permits)).isTrue(),
                () -> assertThat(semaphore.tryAcquire(permits, Duration.ZERO)).isTrue(),
                () -> semaphore.release(permits));

        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isExactlyInstanceOf(IllegalArgumentException.class)
                        .hasMessage("permits: " + permits + " (expected: > 0)"));
        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @Test
    void timeout_null_isRefused() {
        List<ThrowingCallable> calls = List.of(
                () -> semaphore.acquire((Duration) null),
                () -> assertThat(semaphore.tryAcquire(null)).isTrue(),
                () -> assertThat(semaphore.tryAcquire(1, null)).isTrue());

        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isExactlyInstanceOf(NullPointerException.class)
                        .hasMessage("timeout"));
        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @Test
    void arguments_areCheckedBeforeTheInterruptStatus() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> semaphore.acquire(0)).isInstanceOf(IllegalArgumentException.class);

        assertThat(Thread.interrupted()).isTrue();
    }

    // ------------------------------------------------------------------------------------------------------ overflow

    @Test
    void release_beyondWhatCanBeCounted_throwsAndChangesNothing() {
        Semaphore full = new Semaphore(Integer.MAX_VALUE - 1);

        assertThatThrownBy(() -> full.release(2))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("released more permits than a semaphore can hold: 2147483648 of 2147483647");
        assertThatThrownBy(() -> full.release(Integer.MAX_VALUE))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("released more permits than a semaphore can hold: 4294967293 of 2147483647");

        assertThat(full.availablePermits()).isEqualTo(Integer.MAX_VALUE - 1);
        full.release();
        assertThat(full.availablePermits()).isEqualTo(Integer.MAX_VALUE);
        assertThat(full.tryAcquire(Integer.MAX_VALUE)).isTrue();
    }

    // -------------------------------------------------------------------------------------------------------- guards

    @Test
    void acquire_inTryBlock_releasesAtTheEnd() throws Exception {
        try (var held = semaphore.acquire()) {
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        }
        assertThat(semaphore.availablePermits()).isEqualTo(2);

        try (var held = semaphore.acquire(Duration.ZERO)) {
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        }
        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @Test
    void acquire_many_guardGivesBackAll() throws Exception {
        try (var held = semaphore.acquire(2)) {
            assertThat(semaphore.availablePermits()).isZero();
        }
        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @Test
    void acquire_inTryBlock_releasesWhenTheBlockThrows() {
        assertThatThrownBy(() -> {
                    try (var held = semaphore.acquire()) {
                        throw new UnsupportedOperationException("from the block");
                    }
                })
                .isInstanceOf(UnsupportedOperationException.class);

        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @Test
    void guard_closedTwice_releasesOnce() throws Exception {
        Guard guard = semaphore.acquire();

        guard.close();
        guard.close();

        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @Test
    void guard_waitedFor_releases(TestThreads threads) throws Exception {
        Guard all = semaphore.acquire(2);
        TestThread<Guard> waiter = threads.call(() -> semaphore.acquire(2));
        TestThread<Guard> timedWaiter = threads.call(() -> semaphore.acquire(Timeouts.FOREVER));
        waiter.awaitParked();
        timedWaiter.awaitParked();

        all.close();
        // One of them is served, and its guard serves the other.
        TestThread.awaitUntil("one is served", () -> waiter.isDone() || timedWaiter.isDone());
        TestThread<Guard> first = waiter.isDone() ? waiter : timedWaiter;
        first.join().close();
        (first == waiter ? timedWaiter : waiter).join().close();

        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @Test
    void guard_closedByAnotherThread_releases(TestThreads threads) throws Exception {
        Guard guard = semaphore.acquire(2);

        threads.start(guard::close).join();
        guard.close();

        assertThat(semaphore.availablePermits()).isEqualTo(2);
    }

    @Test
    void guard_releaseFails_staysOpen() throws Exception {
        BoundedSemaphore bounded = new BoundedSemaphore(2);
        Guard guard = bounded.acquire();
        bounded.release();

        assertThatThrownBy(guard::close)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("released more permits than acquired: 3 of 2");

        assertThat(guard.toString()).contains("closed=false");
        assertThat(bounded.tryAcquire()).isTrue();
        guard.close();
        assertThat(bounded.availablePermits()).isEqualTo(2);
    }

    // ------------------------------------------------------------------------------------------------------ timeouts

    @ParameterizedTest
    @MethodSource("dev.signalbox.core.Timeouts#expired")
    void acquire_expiredTimeout_triesOnce(Duration expired) throws Exception {
        Semaphore one = new Semaphore(1);

        Guard guard = one.acquire(expired);
        assertThatThrownBy(() -> one.acquire(expired))
                .isExactlyInstanceOf(TimeoutException.class)
                .hasMessage("no permit within " + expired + ": " + one);

        guard.close();
        assertThat(one.availablePermits()).isEqualTo(1);
    }

    @Test
    void acquire_interruptedBefore_saysSo() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(semaphore::acquire)
                .isExactlyInstanceOf(InterruptedException.class)
                .hasMessage("interrupted before the call");
    }

    // -------------------------------------------------------------------------------------------------------- display

    @Test
    void toString_isIdentityAndState(TestThreads threads) throws Exception {
        String identity = "Semaphore@" + Integer.toHexString(System.identityHashCode(semaphore));
        assertThat(semaphore).hasToString(identity + " [permits=2, waiters=0]");

        Guard all = semaphore.acquire(2);
        threads.start(() -> semaphore.acquire()).awaitParked();
        assertThat(semaphore).hasToString(identity + " [permits=0, waiters=1]");
        all.close();
    }

    @Test
    void guard_toString_isIdentityAndState() throws Exception {
        Guard guard = semaphore.acquire(2);
        String identity = "PermitGuard@" + Integer.toHexString(System.identityHashCode(guard));

        assertThat(guard).hasToString(identity + " [permits=2, closed=false, of=" + semaphore + "]");
        guard.close();
        assertThat(guard).hasToString(identity + " [permits=2, closed=true, of=" + semaphore + "]");
    }
}
