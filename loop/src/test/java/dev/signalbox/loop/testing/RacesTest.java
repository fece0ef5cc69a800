// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.testing;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.sleep;
import static dev.signalbox.loop.Async.timeout;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Guard;
import dev.signalbox.core.QueueShutdownException;
import dev.signalbox.loop.Async;
import dev.signalbox.loop.AsyncBarrier;
import dev.signalbox.loop.AsyncBoundedSemaphore;
import dev.signalbox.loop.AsyncCondition;
import dev.signalbox.loop.AsyncEvent;
import dev.signalbox.loop.AsyncLock;
import dev.signalbox.loop.AsyncQueue;
import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.CancelledException;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.Future;
import dev.signalbox.loop.Task;
import dev.signalbox.loop.TaskGroup;
import dev.signalbox.loop.VoidTaskBody;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/**
 * The races that asyncio, trio, anyio and others fell into, each under many schedules. What holds here holds in whatever order things happen:
 * nothing is lost, nobody is overtaken, nobody waits for ever (that would be a stall, which fails by itself).
 */
final class RacesTest {
    /** How many schedules each race runs under. */
    private static final int SEEDS = Integer.getInteger("signalbox.seeds", 300);

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static <X extends Throwable> void inEveryOrder(VoidTaskBody<X> race) throws X {
        TestLoop.forEachSeed(SEEDS, race);
    }

    /** Lets the schedule decide when, within a few turns, something happens. */
    private static Task<Void> sometime(Runnable action) {
        return createTask(() -> {
            yieldNow();
            yieldNow();
            action.run();
        });
    }

    /** Waits for parties of which none may fail, though some may be cancelled. */
    static void awaitAll(List<? extends Future<?>> futures) {
        Async.awaitAll(futures);
        for (Future<?> future : futures) {
            if (future.state() == Future.State.FAILED) {
                throw new AssertionError("a party failed", future.exceptionNow());
            }
        }
    }

    /** What a future that is done came to; whoever asks has been told. */
    private static Throwable failureOf(Future<?> future) {
        return future.state() == Future.State.FAILED ? future.exceptionNow() : null;
    }

    // ---------------------------------------------------------------- permits and locks

    /** gh-90155 and its kin: waiting; cancelled but not run; handed over but not run; handed over, then cancelled. */
    @Test
    void semaphore_cancelsAtAnyTime_loseNoPermit() {
        inEveryOrder(() -> {
            AsyncSemaphore semaphore = new AsyncSemaphore(2);
            int[] inside = {0};
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int wanted = 1 + i % 2;
                tasks.add(createTask(() -> {
                    try (Guard held = semaphore.acquire(wanted)) {
                        inside[0] += wanted;
                        assertThat(inside[0]).isLessThanOrEqualTo(2);
                        try {
                            yieldNow();
                        } finally {
                            inside[0] -= wanted;
                        }
                    }
                }));
            }
            for (int i = 0; i < 8; i += 3) {
                sometime(tasks.get(i)::cancel);
            }
            awaitAll(tasks);
            assertThat(semaphore.availablePermits()).isEqualTo(2);
            assertThat(semaphore.waiters()).isZero();
        });
    }

    /** gh-45997: who came first is served first, whatever happens to others. */
    @Test
    void semaphore_nobodyIsOvertaken() {
        inEveryOrder(() -> {
            AsyncSemaphore semaphore = new AsyncSemaphore(0);
            List<Integer> arrived = new ArrayList<>();
            List<Integer> served = new ArrayList<>();
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int id = i;
                tasks.add(createTask(() -> {
                    arrived.add(id);
                    semaphore.acquire();
                    served.add(id);
                }));
            }
            TestLoop.settle();
            List<Integer> expected = new ArrayList<>(arrived);
            int leaving = arrived.get(2);
            sometime(tasks.get(leaving)::cancel);
            int released = 0;
            while (semaphore.waiters() > 0) {
                semaphore.release();
                released++;
                assertThat(semaphore.tryAcquire()).as("barged in").isFalse();
                TestLoop.settle();
            }
            if (tasks.get(leaving).isCancelled()) {
                expected.remove((Integer) leaving);
            }
            assertThat(served).isEqualTo(expected);
            assertThat(semaphore.availablePermits()).isEqualTo(released - served.size());
        });
    }

    @Test
    void lock_cancelsAndTimeoutsAtAnyTime_leaveItFree() {
        inEveryOrder(() -> {
            AsyncLock lock = new AsyncLock();
            int[] inside = {0};
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                boolean patient = i % 2 == 0;
                tasks.add(createTask(() -> {
                    if (patient) {
                        lock.acquire();
                    } else if (!lock.tryAcquire(SECOND)) {
                        return;
                    }
                    assertThat(++inside[0]).isEqualTo(1);
                    try {
                        sleep(SECOND);
                    } finally {
                        inside[0]--;
                        lock.release();
                    }
                }));
            }
            sometime(tasks.get(0)::cancel);
            EventLoop.current().callLater(SECOND, () -> tasks.get(4).cancel());
            awaitAll(tasks);
            assertThat(lock.isLocked()).isFalse();
        });
    }

    /** Over-grant after a resize: what is out never exceeds what was allowed when it was granted. */
    @Test
    void boundedSemaphore_resizedAtAnyTime_neverGrantsTooMuch() {
        inEveryOrder(() -> {
            AsyncBoundedSemaphore semaphore = new AsyncBoundedSemaphore(3);
            int[] out = {0};
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                tasks.add(createTask(() -> {
                    semaphore.acquire();
                    out[0]++;
                    try {
                        yieldNow();
                        yieldNow();
                    } finally {
                        out[0]--;
                        semaphore.release();
                    }
                }));
            }
            Task<Void> shrunk = sometime(() -> semaphore.resize(1));
            tasks.add(createTask(() -> {
                shrunk.await();
                TestLoop.settle();
                semaphore.resize(2);
            }));
            sometime(tasks.get(3)::cancel);
            sometime(() -> assertThat(out[0] + Math.max(semaphore.availablePermits(), 0))
                    .isLessThanOrEqualTo(3));
            awaitAll(tasks);
            assertThat(semaphore.availablePermits()).isEqualTo(2);
            assertThatThrownBy(semaphore::release).isInstanceOf(IllegalStateException.class);
        });
    }

    // ---------------------------------------------------------------- events and conditions

    /** A wait written as "while (!set) wait" would miss this. */
    @Test
    void event_setThenClear_releasesAllWhoWaited() {
        inEveryOrder(() -> {
            AsyncEvent event = new AsyncEvent();
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                tasks.add(createTask(() -> event.await()));
            }
            TestLoop.settle();
            Task<Void> late = createTask(() -> event.await());
            createTask(() -> tasks.get(1).cancel());
            event.set();
            event.clear();
            TestLoop.settle();
            for (int i = 0; i < 5; i++) {
                assertThat(tasks.get(i).isDone()).isTrue();
            }
            assertThat(late.isDone()).isFalse();
            event.set();
            late.await();
        });
    }

    /** gh-112202: who was signalled and is cancelled passes the signal on. */
    @Test
    void condition_signalledThenCancelled_losesNoSignal() {
        inEveryOrder(() -> {
            AsyncCondition condition = new AsyncCondition();
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tasks.add(createTask(() -> {
                    try (Guard held = condition.acquire()) {
                        condition.await();
                    }
                }));
            }
            TestLoop.settle();
            Task<Void> signals = createTask(() -> {
                try (Guard held = condition.acquire()) {
                    condition.signal();
                    yieldNow();
                    condition.signal();
                }
            });
            sometime(tasks.get(0)::cancel);
            signals.await();
            TestLoop.settle();
            long woken = tasks.stream()
                    .filter(task -> task.state() == Future.State.SUCCEEDED)
                    .count();
            // The cancelled one may have left before it was signalled, or have been woken before it was cancelled.
            assertThat(woken).isEqualTo(2);
            try (Guard held = condition.acquire()) {
                condition.signalAll();
            }
            awaitAll(tasks);
        });
    }

    @Test
    void condition_boundedBuffer_withCancelsAndTimeouts_losesNothing() {
        inEveryOrder(() -> {
            AsyncCondition changed = new AsyncCondition();
            List<Integer> buffer = new ArrayList<>();
            List<Integer> taken = new ArrayList<>();
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int item = i;
                tasks.add(createTask(() -> {
                    try (Guard held = changed.acquire()) {
                        changed.awaitUntil(() -> buffer.isEmpty());
                        buffer.add(item);
                        changed.signalAll();
                    }
                }));
                tasks.add(createTask(() -> {
                    try (Guard held = changed.acquire()) {
                        if (changed.awaitUntil(() -> !buffer.isEmpty(), SECOND)) {
                            taken.add(buffer.remove(0));
                            changed.signalAll();
                        }
                    }
                }));
            }
            sometime(tasks.get(5)::cancel);
            Task<Void> rest = createTask(() -> {
                sleep(SECOND);
                for (; taken.size() < 4; ) {
                    try (Guard held = changed.acquire()) {
                        changed.awaitUntil(() -> !buffer.isEmpty());
                        taken.add(buffer.remove(0));
                        changed.signalAll();
                    }
                }
            });
            awaitAll(tasks);
            rest.await();
            assertThat(taken).containsExactlyInAnyOrder(0, 1, 2, 3);
        });
    }

    @Test
    void barrier_cancelOfOne_breaksItForAll_orForNobody() {
        inEveryOrder(() -> {
            AsyncBarrier barrier = new AsyncBarrier(3);
            boolean[] came = {false};
            List<Task<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                boolean first = i == 0;
                tasks.add(createTask(() -> {
                    came[0] |= first;
                    try {
                        barrier.await();
                        return true;
                    } catch (BrokenBarrierException e) {
                        return false;
                    }
                }));
            }
            sometime(() -> {
                tasks.get(0).cancel();
                if (!came[0]) {
                    barrier.abort(); // it never will
                }
            });
            awaitAll(tasks);
            boolean passed = !barrier.isBroken();
            for (Task<Boolean> task : tasks) {
                if (!task.isCancelled()) {
                    assertThat(task.resultNow()).isEqualTo(passed);
                }
            }
        });
    }

    // ---------------------------------------------------------------- queues

    /** bpo-23812, gh-83055: an item that was handed over to a taker that is cancelled goes to another, and back to its place. */
    @Test
    void queue_cancelledTakersAndPutters_loseAndDoubleNoItem() {
        inEveryOrder(() -> {
            AsyncQueue<Integer> queue = new AsyncQueue<>(2);
            List<Integer> put = new ArrayList<>();
            List<Integer> taken = new ArrayList<>();
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int item = i;
                tasks.add(createTask(() -> {
                    queue.put(item);
                    put.add(item);
                }));
                tasks.add(createTask(() -> {
                    int item1 = queue.take();
                    taken.add(item1);
                }));
            }
            sometime(tasks.get(0)::cancel);
            sometime(tasks.get(1)::cancel);
            sometime(tasks.get(7)::cancel);
            TestLoop.settle();
            queue.shutdown();
            for (Task<?> task : tasks) {
                try {
                    task.await();
                } catch (CancelledException | QueueShutdownException e) {
                    // allowed for both
                }
            }
            Integer rest;
            while (!queue.isEmpty() && (rest = queue.poll()) != null) {
                taken.add(rest);
            }
            assertThat(taken).containsExactlyInAnyOrderElementsOf(put);
        });
    }

    @Test
    void queue_takersAreServedInTheOrderOfTheirArrival() {
        inEveryOrder(() -> {
            AsyncQueue<Integer> queue = new AsyncQueue<>();
            List<Integer> arrived = new ArrayList<>();
            Integer[] got = new Integer[5];
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int id = i;
                tasks.add(createTask(() -> {
                    arrived.add(id);
                    got[id] = queue.take();
                }));
            }
            TestLoop.settle();
            for (int item = 0; item < 5; item++) {
                queue.put(item);
                assertThat(queue.poll()).isNull();
            }
            awaitAll(tasks);
            for (int place = 0; place < 5; place++) {
                assertThat(got[arrived.get(place)]).isEqualTo(place);
            }
        });
    }

    @Test
    void queue_joinIsReleased_whenAllIsDone_orAtShutdownNow() {
        inEveryOrder(() -> {
            AsyncQueue<Integer> queue = new AsyncQueue<>(1);
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int item = i;
                tasks.add(createTask(() -> queue.put(item)));
            }
            List<Task<?>> workers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                workers.add(createTask(() -> {
                    while (true) {
                        queue.take();
                        try {
                            yieldNow();
                        } finally {
                            queue.taskDone();
                        }
                    }
                }));
            }
            Task<Void> cancelled = sometime(workers.get(0)::cancel);
            Async.awaitAll(tasks);
            cancelled.await();
            if (!workers.get(1).isDone()) {
                queue.join();
                assertThat(queue.isEmpty()).isTrue();
            }
            Task<Void> joining = createTask(() -> queue.join());
            queue.put(9);
            queue.shutdownNow();
            joining.await();
            for (Task<?> worker : workers) {
                assertThatThrownBy(worker::await)
                        .isInstanceOfAny(CancelledException.class, QueueShutdownException.class);
            }
        });
    }

    // ---------------------------------------------------------------- cancels and time limits

    /** gh-134471, gh-86296: a foreign cancel that comes with the timeout is never taken for it. */
    @Test
    void timeout_foreignCancelAtTheSameTime_isNeverSwallowed() {
        inEveryOrder(() -> {
            Task<String> task = createTask(() -> {
                try {
                    return timeout(SECOND, () -> {
                        new AsyncEvent().await();
                        return "never";
                    });
                } catch (TimeoutException e) {
                    assertThat(currentTask().cancelling()).isZero();
                    sleep(SECOND);
                    return "timed out";
                }
            });
            boolean[] accepted = {false};
            EventLoop.current().callLater(SECOND, () -> accepted[0] = task.cancel("foreign"));
            assertThatThrownBy(task::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("foreign");
            assertThat(accepted[0]).isTrue();
        });
    }

    @Test
    void timeout_nested_withEqualDeadlines_leaveNoRequestBehind() {
        inEveryOrder(() -> {
            Task<Integer> task = createTask(() -> {
                try {
                    timeout(SECOND, () -> {
                        try {
                            timeout(SECOND, () -> new AsyncEvent().await());
                        } catch (TimeoutException e) {
                            yieldNow();
                        }
                        sleep(SECOND);
                    });
                } catch (TimeoutException e) {
                    yieldNow();
                }
                sleep(SECOND);
                return currentTask().cancelling();
            });
            assertThat(task.await()).isZero();
        });
    }

    @Test
    void timeout_resultAtTheSameTime_isTakenOrGivenBack() {
        inEveryOrder(() -> {
            AsyncSemaphore semaphore = new AsyncSemaphore(0);
            Task<Boolean> timed = createTask(() -> semaphore.tryAcquire(SECOND));
            Task<Boolean> scoped = createTask(() -> {
                try {
                    timeout(SECOND, () -> {
                        semaphore.acquire();
                    });
                    return true;
                } catch (TimeoutException e) {
                    return false;
                }
            });
            EventLoop.current().callLater(SECOND, semaphore::release);
            EventLoop.current().callLater(SECOND, semaphore::release);
            int got = (timed.await() ? 1 : 0) + (scoped.await() ? 1 : 0);
            TestLoop.advance(SECOND);
            assertThat(semaphore.availablePermits()).isEqualTo(2 - got);
        });
    }

    @Test
    void group_failureAndCancelAtOnce_nobodyOutlivesIt() {
        inEveryOrder(() -> {
            List<Task<?>> members = new ArrayList<>();
            Task<Void> owner = createTask(() -> {
                try (TaskGroup group = TaskGroup.open()) {
                    members.add(group.fork(() -> {
                        yieldNow();
                        throw new IOException("one");
                    }));
                    members.add(group.fork(() -> {
                        yieldNow();
                        throw new IOException("two");
                    }));
                    members.add(group.fork(() -> new AsyncEvent().await()));
                    group.join();
                } finally {
                    assertThat(members).allMatch(Task::isDone);
                }
            });
            boolean[] accepted = {false};
            Task<Void> cancels = sometime(() -> accepted[0] = owner.cancel("outer"));
            Throwable thrown = null;
            try {
                owner.await();
            } catch (Throwable e) {
                thrown = e;
            }
            cancels.await();
            assertThat(members).allMatch(Task::isDone);
            if (thrown instanceof CancelledException) {
                assertThat(accepted[0]).isTrue();
            } else {
                assertThat(thrown).hasCauseInstanceOf(IOException.class);
            }
        });
    }

    @Test
    void group_nested_cancelledFromInsideAndOutside_keepsTheOutersCancel() {
        inEveryOrder(() -> {
            Task<Void> owner = createTask(() -> {
                try (TaskGroup outer = TaskGroup.open()) {
                    outer.fork(() -> {
                        try (TaskGroup inner = TaskGroup.open()) {
                            inner.fork(() -> sleep(SECOND));
                            sometime(inner::cancel);
                            inner.join();
                        }
                    });
                    outer.fork(() -> sleep(SECOND));
                    outer.join();
                }
                yieldNow();
            });
            Task<Void> cancels = sometime(owner::cancel);
            Async.awaitAll(List.of(owner, cancels));
            assertThat(owner.state()).isEqualTo(Future.State.CANCELLED);
        });
    }

    @Test
    void gather_cancelledWhileOneFails_endsOnce() {
        inEveryOrder(() -> {
            Task<Void> fails = createTask(() -> {
                yieldNow();
                throw new IllegalArgumentException("failed");
            });
            Task<Void> waits = createTask(() -> sleep(SECOND));
            Task<List<Void>> gathers = createTask(() -> Async.gather(fails, waits));
            sometime(gathers::cancel);
            assertThatThrownBy(gathers::await)
                    .isInstanceOfAny(CancelledException.class, IllegalArgumentException.class);
            Async.awaitAll(List.of(fails, waits));
            if (!fails.isCancelled()) {
                assertThat(failureOf(fails)).hasMessage("failed");
            }
        });
    }

    @Test
    void shield_outerCancelled_innerGoesOn() {
        inEveryOrder(() -> {
            Task<String> inner = createTask(() -> {
                yieldNow();
                yieldNow();
                return "done";
            });
            Task<String> outer = createTask(() -> Async.shield(inner).await());
            sometime(outer::cancel);
            assertThat(inner.await()).isEqualTo("done");
            Async.awaitAll(List.of(outer));
        });
    }

    @Test
    void cancelOfATaskThatIsAwaited_reachesWhoAwaits_once() {
        inEveryOrder(() -> {
            Task<Void> inner = createTask(() -> sleep(SECOND));
            Task<Void> middle = createTask(() -> inner.await());
            Task<Void> outer = createTask(() -> middle.await());
            Task<Void> first = sometime(outer::cancel);
            Task<Void> second = sometime(inner::cancel);
            Async.awaitAll(List.of(inner, middle, outer, first, second));
            assertThat(inner.isCancelled()).isTrue();
            for (Task<?> task : List.of(middle, outer)) {
                // Cancelled itself, or failed with the cancel of what it awaited.
                assertThat(task.isCancelled() || failureOf(task) instanceof CancelledException)
                        .as("%s", task)
                        .isTrue();
            }
        });
    }
}
