// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

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

    public static void rlock_neverWaiting_waitsNotThroughTheHook(TestThreads threads) throws Exception {
        RLock lock = new RLock();
        lock.acquire();
        lock.acquire(FOREVER);
        lock.lock();
        lock.lockInterruptibly();
        assertThat(lock.tryLock(1, TimeUnit.DAYS)).isTrue();
        assertThat(threads.call(() -> lock.tryLock(0, TimeUnit.DAYS)).join()).isFalse();
        assertThat(threads.call(() -> lock.tryAcquire()).join()).isFalse();
        while (lock.isHeldByCurrentThread()) {
            lock.release();
        }
        assertThat(RecordingHook.CALLS).isEmpty();
    }

    public static void queue_neverWaiting_neverCallsTheHook(TestThreads threads) throws Exception {
        for (Queue<Integer> queue : List.of(
                new Queue<Integer>(1),
                Queue.<Integer>fair(1),
                new LifoQueue<Integer>(1),
                new PriorityQueue<Integer>(1))) {
            queue.put(1);
            assertThat(queue.offer(2, Duration.ZERO)).isFalse();
            assertThat(queue.join(Duration.ZERO)).isFalse();
            assertThat(queue.take()).isEqualTo(1);
            assertThat(queue.poll(Duration.ZERO)).isNull();
            queue.taskDone();
            queue.join();
            assertThat(queue.join(FOREVER)).isTrue();
            assertThat(queue.offer(1, FOREVER)).isTrue();
            assertThat(queue.poll(FOREVER)).isEqualTo(1);
            queue.shutdownNow();
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

    public static void rlock_waiting_callsTheHookOnce(TestThreads threads) throws Exception {
        RLock lock = new RLock();
        Condition held = lock.newCondition();
        TestThread<Void> holder = threads.start(() -> {
            lock.lock();
            RecordingHook.CALLS.clear();
        });
        holder.join();
        TestThreads.Body release = () -> lock.mutex().release(1); // for an owner that has ended

        assertOneWait(threads, lock, () -> lock.acquire(), release);
        assertOneWait(threads, lock, () -> lock.acquire(FOREVER), release);
        assertOneWait(threads, lock, lock::lockInterruptibly, release);
        assertOneWait(
                threads, lock, () -> assertThat(lock.tryLock(1, TimeUnit.DAYS)).isTrue(), release);
        assertOneWait(threads, lock, () -> assertThat(lock.tryAcquire(FOREVER)).isTrue(), release);
        assertOneWait(threads, lock, () -> held.acquire(), release);
        assertOneWait(threads, lock, lock::lock, release, RecordingHook.UNINTERRUPTIBLY);
    }

    public static void condition_waiting_callsTheHookOnceForReleaseWaitAndAcquire(TestThreads threads) {
        assertOneWaitEach(threads, new Lock());
        assertOneWaitEach(threads, new RLock());
    }

    private static void assertOneWaitEach(TestThreads threads, java.util.concurrent.locks.Lock lock) {
        Condition condition = (Condition) lock.newCondition();
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

    private static TestThreads.Body locked(java.util.concurrent.locks.Lock lock, TestThreads.Body body) {
        return () -> {
            assertThat(lock.tryLock()).isTrue();
            body.run();
            lock.unlock();
        };
    }

    public static void queue_waiting_callsTheHookOnce(TestThreads threads) throws Exception {
        for (Queue<Integer> queue : List.of(
                new Queue<Integer>(1),
                Queue.<Integer>fair(1),
                new LifoQueue<Integer>(1),
                new PriorityQueue<Integer>(1))) {
            TestThreads.Body put = () -> queue.put(1);
            assertOneWait(threads, queue, queue::take, put);
            assertOneWait(threads, queue, () -> queue.poll(1, TimeUnit.DAYS), put);
            assertOneWait(threads, queue, () -> assertThat(queue.poll(FOREVER)).isEqualTo(1), put);
            queue.put(1);
            assertOneWait(threads, queue, put, queue::take);
            assertOneWait(threads, queue, () -> queue.offer(1, 1, TimeUnit.DAYS), queue::take);
            assertOneWait(
                    threads, queue, () -> assertThat(queue.offer(1, FOREVER)).isTrue(), queue::take);
        }
    }

    public static void fairQueue_waitingInLine_callsTheHookOnce(TestThreads threads) throws Exception {
        Queue<Integer> queue = Queue.fair(1);
        for (TestThreads.Body take : List.<TestThreads.Body>of(queue::take, () -> queue.poll(1, TimeUnit.DAYS))) {
            RecordingHook.CALLS.clear();
            TestThread<Void> first = threads.start(queue::take).awaitParked();
            TestThread<Void> second = threads.start(take).awaitParked();
            queue.put(1);
            first.join();
            queue.put(1);
            second.join();
            assertThat(RecordingHook.CALLS).containsExactly(queue, queue);
        }
    }

    public static void join_waiting_callsTheHookOnce(TestThreads threads) throws Exception {
        Queue<Integer> queue = new Queue<>();
        queue.put(1);
        assertOneWait(threads, queue, queue::join, queue::taskDone);
        queue.put(1);
        assertOneWait(threads, queue, () -> assertThat(queue.join(FOREVER)).isTrue(), queue::taskDone);
    }

    public static void barrier_waiting_callsTheHookOnce_butNotForTheLast(TestThreads threads) throws Exception {
        Barrier barrier = new Barrier(2);
        assertOneWait(threads, barrier, barrier::await, barrier::await);
        assertOneWait(threads, barrier, () -> barrier.await(FOREVER), barrier::await);
        assertThat(new Barrier(1).await()).isZero();
        RecordingHook.CALLS.clear();
        assertThatThrownBy(() -> barrier.await(Duration.ZERO)).isInstanceOf(TimeoutException.class);
        assertThat(RecordingHook.CALLS).isEmpty();
    }

    public static void barrier_lastToComeBeforeTheWait_actsAfterIt(TestThreads threads) throws Exception {
        AtomicBoolean acted = new AtomicBoolean();
        Barrier barrier = new Barrier(2, () -> acted.set(RecordingHook.TASK.get() != null));
        AtomicReference<TestThread<Integer>> other = new AtomicReference<>();
        RecordingHook.between = () -> {
            RecordingHook.between = () -> {};
            other.set(threads.call(barrier::await).awaitParked());
        };
        RecordingHook.TASK.set("ada");

        assertThat(barrier.await()).isEqualTo(1);

        assertThat(other.get().join()).isZero();
        assertThat(acted).as("the action runs in the task").isTrue();
    }

    public static void barrier_cancelledBeforeTheWait_breaksForTheOthers(TestThreads threads) {
        Barrier barrier = new Barrier(3);
        TestThread<Void> other = threads.start(
                        () -> assertThatThrownBy(barrier::await).isInstanceOf(BrokenBarrierException.class))
                .awaitParked();
        RecordingHook.refusal = new IllegalStateException("only tasks can wait");
        assertThatThrownBy(barrier::await).isSameAs(RecordingHook.refusal);
        assertThat(barrier.isBroken()).as("broken by misuse").isFalse();
        RecordingHook.refusal = new CancellationException("cancelled");

        assertThatThrownBy(barrier::await).isSameAs(RecordingHook.refusal);

        other.join();
        assertThat(barrier.isBroken()).isTrue();
    }

    /** Its action would have to wait for the end of the one before. */
    public static void barrier_lastToComeWhileTheActionRuns_andMayNotWait_changesNothing(TestThreads threads)
            throws Exception {
        CountDownLatch acting = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        Barrier barrier = new Barrier(1, () -> {
            acting.countDown();
            awaitUninterrupted(mayGoOn);
        });
        TestThread<Integer> first = threads.call(barrier::await);
        acting.await();
        RecordingHook.refusal = new IllegalStateException("only tasks can wait");

        assertThatThrownBy(barrier::await).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(() -> barrier.await(Duration.ZERO)).isSameAs(RecordingHook.refusal);

        RecordingHook.refusal = null;
        RecordingHook.CALLS.clear();
        TestThread<Integer> second = threads.call(barrier::await).awaitParked();
        mayGoOn.countDown();
        assertThat(first.join()).isZero();
        assertThat(second.join()).isZero();
        assertThat(RecordingHook.CALLS).as("one wait").containsExactly(barrier);
        assertThat(barrier.isBroken()).isFalse();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** As that of a task whose loop was closed without it. */
    public static void barrier_waitOfTheLastToComeThatFails_breaksForTheOthers(TestThreads threads) {
        Barrier barrier = new Barrier(2);
        AtomicReference<TestThread<Void>> other = new AtomicReference<>();
        IllegalStateException failure = new IllegalStateException("closed meanwhile");
        RecordingHook.between = () -> {
            RecordingHook.between = () -> {};
            other.set(threads.start(() -> assertThatThrownBy(barrier::await).isInstanceOf(BrokenBarrierException.class))
                    .awaitParked());
            RecordingHook.FAILURE.set(failure);
        };

        assertThatThrownBy(barrier::await).isSameAs(failure);

        other.get().join();
        assertThat(barrier.isBroken()).isTrue();
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

    // ------------------------------------------------------------------------------------------------------- owners

    public static void rlock_inTasks_isOwnedByTheTask(TestThreads threads) throws Exception {
        RLock lock = new RLock();
        RecordingHook.TASK.set("ada");
        lock.acquire();
        lock.acquire();

        RecordingHook.TASK.set("grace");
        assertThat(lock.isHeldByCurrentThread()).isFalse();
        assertThat(lock.holdCount()).isZero();
        assertThat(lock.tryAcquire()).isFalse();
        assertThatThrownBy(lock::release).isInstanceOf(IllegalMonitorStateException.class);
        RecordingHook.TASK.remove();
        assertThat(lock.tryAcquire()).isFalse();

        threads.start(() -> {
                    RecordingHook.TASK.set("ada");
                    assertThat(lock.holdCount()).isEqualTo(2);
                    assertThat(lock.tryAcquire()).isTrue();
                    lock.release();
                    lock.release();
                    assertThat(lock.toString()).contains("[holds=1, owner=ada, ");
                    lock.release();
                })
                .join();
        assertThat(lock.isLocked()).isFalse();
    }

    public static void rlock_acquiredInAWait_isOwnedByTheTaskThatWaited(TestThreads threads) throws Exception {
        RLock lock = new RLock();
        Condition condition = lock.newCondition();
        List<TestThreads.Body> ways = List.of(
                () -> lock.acquire(), () -> assertThat(lock.tryAcquire(FOREVER)).isTrue(), lock::lock);
        for (TestThreads.Body way : ways) {
            lock.lock();
            TestThread<Void> task = threads.start(() -> {
                RecordingHook.TASK.set("ada");
                way.run();
                lock.lock();
                condition.await();
                condition.awaitUninterruptibly();
                assertThat(lock.holdCount()).isEqualTo(2);
                lock.unlock();
                lock.unlock();
            });
            task.awaitParked();
            lock.unlock();
            for (int signals = 0; signals < 2; signals++) {
                task.awaitParkedOn(Condition.class::isInstance);
                TestThread.awaitUntil("a waiter", () -> condition.toString().contains("[waiters=1, "));
                lock.lock();
                condition.signal();
                lock.unlock();
            }
            task.join();
            assertThat(lock.isLocked()).isFalse();
        }
    }

    // ------------------------------------------------------------------------------------------------------ refusal

    public static void waits_refusedByTheHook_leaveNothing(TestThreads threads) throws Exception {
        Semaphore semaphore = new Semaphore(0);
        Lock lock = new Lock();
        Condition condition = lock.newCondition();
        Condition reentrant = new Condition();
        Guard held = lock.acquire();
        Guard heldTwice = reentrant.acquire();
        reentrant.acquire();
        RecordingHook.refusal = new CancellationException("cancelled");

        assertThatThrownBy(semaphore::acquire).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(lock::acquire).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(lock::lock).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(condition::await).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(condition::awaitUninterruptibly).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(reentrant::await).isSameAs(RecordingHook.refusal);
        assertThatThrownBy(new Event()::await).isSameAs(RecordingHook.refusal);

        assertThat(semaphore.waiters()).isZero();
        assertThat(condition.toString()).contains("[waiters=0, ").contains("[locked=true, waiters=0]");
        assertThat(reentrant.toString()).contains("[waiters=0, ").contains("[holds=2, ");
        heldTwice.close();
        held.close();
        assertThat(lock.isLocked()).isFalse();
    }

    public static void condition_lockReleasedByAnotherBeforeTheWait_throwsAndLeavesNothing(TestThreads threads) {
        Lock lock = new Lock();
        Condition condition = lock.newCondition();
        RecordingHook.between = lock::release;
        List<ThrowingCallable> waits = List.of(
                condition::await,
                condition::awaitUninterruptibly,
                () -> assertThat(condition.await(FOREVER)).isTrue());

        for (ThrowingCallable wait : waits) {
            lock.lock();
            assertThatThrownBy(wait)
                    .isExactlyInstanceOf(IllegalMonitorStateException.class)
                    .hasMessage("lock of the condition is not held: " + condition);
            assertThat(condition.toString()).contains("[waiters=0, ").contains("[locked=false, ");
        }
    }
}
