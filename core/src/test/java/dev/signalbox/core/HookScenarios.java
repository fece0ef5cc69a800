// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/** What has to hold with a hook installed: each method is one test, run in an {@link IsolatedCore} of its own. */
public final class HookScenarios {
    private static final Duration FOREVER = Timeouts.FOREVER;

    private HookScenarios() {}

    // ------------------------------------------------------------------------------------------- without waiting

    public static void semaphore_neverWaiting_neverCallsTheHook(TestThreads threads) throws Exception {
        for (Semaphore semaphore : new Semaphore[] {new Semaphore(2), Semaphore.fair(2), new BoundedSemaphore(2)}) {
            semaphore.acquire().close();
            semaphore.acquire(2).close();
            semaphore.acquire(FOREVER).close();
            assertThat(semaphore.tryAcquire()).isTrue();
            assertThat(semaphore.tryAcquire(2)).isFalse();
            assertThat(semaphore.tryAcquire(FOREVER)).isTrue();
            assertThat(semaphore.tryAcquire(Duration.ZERO)).isFalse();
            assertThat(semaphore.tryAcquire(2, Duration.ofNanos(-1))).isFalse();
            semaphore.release(2);
        }
        assertNeverLookedUp();
    }

    public static void lock_neverWaiting_neverCallsTheHook(TestThreads threads) throws Exception {
        Lock lock = new Lock();
        lock.acquire().close();
        lock.acquire(FOREVER).close();
        lock.lock();
        lock.unlock();
        lock.lockInterruptibly();
        lock.unlock();
        assertThat(lock.tryLock(1, TimeUnit.DAYS)).isTrue();
        assertThat(lock.tryLock()).isFalse();
        assertThat(lock.tryLock(0, TimeUnit.DAYS)).isFalse();
        assertThat(lock.tryAcquire(Duration.ZERO)).isFalse();
        lock.release();
        assertNeverLookedUp();
    }

    public static void condition_neverWaiting_neverCallsTheHook(TestThreads threads) throws Exception {
        Condition condition = new Lock().newCondition();
        try (var held = condition.acquire()) {
            condition.signal();
            condition.signal(2);
            condition.signalAll();
            condition.awaitUntil(() -> true);
            assertThat(condition.awaitUntil(() -> true, FOREVER)).isTrue();
            assertThat(condition.awaitUntil(() -> false, Duration.ZERO)).isFalse();
            assertThat(condition.await(Duration.ZERO)).isFalse();
            assertThat(condition.await(0, TimeUnit.SECONDS)).isFalse();
            assertThat(condition.awaitNanos(0)).isZero();
            assertThat(condition.awaitUntil(new Date(0))).isFalse();
        }
        assertNeverLookedUp();
    }

    public static void event_neverWaiting_neverCallsTheHook(TestThreads threads) throws Exception {
        Event event = new Event();
        assertThat(event.await(Duration.ZERO)).isFalse();
        event.set();
        event.await();
        assertThat(event.await(FOREVER)).isTrue();
        event.clear();
        assertNeverLookedUp();
    }

    private static void assertNeverLookedUp() {
        assertThat(RecordingHook.CALLS).isEmpty();
        assertThat(RecordingHook.created).isFalse();
    }

    // ----------------------------------------------------------------------------------------------------- waiting

    public static void semaphore_waiting_callsTheHookOnce(TestThreads threads) {
        Semaphore semaphore = new BoundedSemaphore(1);
        TestThreads.Body release = semaphore::release;
        assertThat(semaphore.tryAcquire()).isTrue();

        assertOneWait(threads, semaphore, () -> semaphore.acquire(), release);
        assertOneWait(threads, semaphore, () -> semaphore.acquire(1), release);
        assertOneWait(threads, semaphore, () -> semaphore.acquire(FOREVER), release);
        assertOneWait(
                threads,
                semaphore,
                () -> assertThat(semaphore.tryAcquire(FOREVER)).isTrue(),
                release);
        assertOneWait(
                threads,
                semaphore,
                () -> assertThat(semaphore.tryAcquire(1, FOREVER)).isTrue(),
                release);
    }

    public static void lock_waiting_callsTheHookOnce(TestThreads threads) {
        Lock lock = new Lock();
        lock.lock();

        assertOneWait(threads, lock, () -> lock.acquire(), lock::release);
        assertOneWait(threads, lock, () -> lock.acquire(FOREVER), lock::release);
        assertOneWait(threads, lock, lock::lockInterruptibly, lock::release);
        assertOneWait(
                threads, lock, () -> assertThat(lock.tryLock(1, TimeUnit.DAYS)).isTrue(), lock::release);
        assertOneWait(threads, lock, () -> assertThat(lock.tryAcquire(FOREVER)).isTrue(), lock::release);
        assertOneWait(threads, lock, lock::lock, lock::release, RecordingHook.UNINTERRUPTIBLY);
    }

    public static void condition_waiting_callsTheHookOnceForReleaseWaitAndAcquire(TestThreads threads) {
        Lock lock = new Lock();
        Condition condition = lock.newCondition();
        Date tomorrow = new Date(System.currentTimeMillis() + TimeUnit.DAYS.toMillis(1));
        TestThreads.Body signal = () -> {
            lock.lock();
            condition.signal();
            lock.unlock();
        };

        assertOneWait(threads, condition, locked(lock, condition::await), signal);
        assertOneWait(
                threads,
                condition,
                locked(lock, () -> assertThat(condition.await(FOREVER)).isTrue()),
                signal);
        assertOneWait(threads, condition, locked(lock, () -> condition.await(1, TimeUnit.DAYS)), signal);
        assertOneWait(threads, condition, locked(lock, () -> condition.awaitNanos(Long.MAX_VALUE)), signal);
        assertOneWait(threads, condition, locked(lock, () -> condition.awaitUntil(tomorrow)), signal);
        assertOneWait(
                threads,
                condition,
                locked(lock, condition::awaitUninterruptibly),
                signal,
                RecordingHook.UNINTERRUPTIBLY);
    }

    private static TestThreads.Body locked(Lock lock, TestThreads.Body body) {
        return () -> {
            assertThat(lock.tryAcquire()).isTrue();
            body.run();
            lock.release();
        };
    }

    public static void event_waiting_callsTheHookOnce(TestThreads threads) {
        Event event = new Event();
        TestThreads.Body setAndClear = () -> {
            event.set();
            event.clear();
        };

        assertOneWait(threads, event, event::await, setAndClear);
        assertOneWait(threads, event, () -> assertThat(event.await(FOREVER)).isTrue(), setAndClear);
    }

    private static void assertOneWait(
            TestThreads threads, Object primitive, TestThreads.Body wait, TestThreads.Body end, Object... more) {
        RecordingHook.CALLS.clear();
        TestThread<Void> waiter = threads.start(wait).awaitParked();
        threads.start(end).join();
        waiter.join();
        assertThat(RecordingHook.CALLS.get(0)).isSameAs(primitive);
        assertThat(RecordingHook.CALLS.subList(1, RecordingHook.CALLS.size())).containsExactly(more);
    }

    public static void waits_timedOut_areFalseThroughTheHookToo(TestThreads threads) throws Exception {
        Semaphore semaphore = new Semaphore(0);
        Event event = new Event();

        assertThat(semaphore.tryAcquire(Timeouts.SHORT)).isFalse();
        assertThat(event.await(Timeouts.SHORT)).isFalse();

        assertThat(RecordingHook.CALLS).containsExactly(semaphore, event);
    }

    public static void waits_interrupted_throwThroughTheHookToo(TestThreads threads) {
        Semaphore semaphore = new Semaphore(0);
        TestThread<Void> waiter =
                threads.start(() -> assertThatThrownBy(semaphore::acquire).isInstanceOf(InterruptedException.class));

        waiter.awaitParked().interrupt().join();

        assertThat(semaphore.waiters()).isZero();
    }

    // ------------------------------------------------------------------------------------------------------ refusal

    public static void waits_refusedByTheHook_leaveNothing(TestThreads threads) throws Exception {
        Semaphore semaphore = new Semaphore(0);
        Lock lock = new Lock();
        Condition condition = lock.newCondition();
        Guard held = lock.acquire();
        RecordingHook.refusal = new CancellationException("cancelled");

        assertThatThrownBy(semaphore::acquire).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(lock::acquire).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(lock::lock).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(condition::await).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(condition::awaitUninterruptibly).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(new Event()::await).isSameAs(RecordingHook.refusal);

        assertThat(semaphore.waiters()).isZero();
        assertThat(condition.toString()).contains("[waiters=0, ").contains("[locked=true, waiters=0]");
        held.close();
        assertThat(lock.isLocked()).isFalse();
    }
}
