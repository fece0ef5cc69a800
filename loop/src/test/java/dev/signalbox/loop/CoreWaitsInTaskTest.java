// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Barrier;
import dev.signalbox.core.BoundedSemaphore;
import dev.signalbox.core.Event;
import dev.signalbox.core.LifoQueue;
import dev.signalbox.core.PriorityQueue;
import dev.signalbox.core.Queue;
import dev.signalbox.core.RLock;
import dev.signalbox.core.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wait of every primitive for threads, in a task. */
final class CoreWaitsInTaskTest {
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);
    private static final Body NOTHING = () -> {};

    private interface Body {
        void run() throws Exception;
    }

    /**
     * A call that has to wait, once it is prepared.
     *
     * @param letGo ends the wait with success
     * @param nothingLeft throws if a wait that was cancelled has left something behind
     */
    private record CoreWait(String name, Body prepare, Body call, Body letGo, Body nothingLeft) {
        boolean endsByCancel() {
            return nothingLeft != NOTHING;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<CoreWait> waits() {
        var waits = new ArrayList<CoreWait>();
        addSemaphore(waits, "Semaphore", new Semaphore(1));
        addSemaphore(waits, "Semaphore.fair", Semaphore.fair(1));
        addSemaphore(waits, "BoundedSemaphore", new BoundedSemaphore(1));
        addLock(waits, "Lock", new dev.signalbox.core.Lock());
        addLock(waits, "RLock", new RLock());
        addEvent(waits, new Event());
        addQueue(waits, "Queue", new Queue<>(2));
        addQueue(waits, "LifoQueue", new LifoQueue<>(2));
        addQueue(waits, "PriorityQueue", new PriorityQueue<>(2));
        addBarrier(waits, new Barrier(2));
        return waits.stream();
    }

    static Stream<CoreWait> interruptibleWaits() {
        return waits().filter(CoreWait::endsByCancel);
    }

    private static void addSemaphore(List<CoreWait> waits, String name, Semaphore semaphore) {
        Body take = () -> assertThat(semaphore.tryAcquire()).isTrue();
        Body isStillTaken = () -> {
            assertThat(semaphore.waiters()).isZero();
            assertThat(semaphore.availablePermits()).isZero();
            semaphore.release();
        };
        Body acquire = () -> semaphore.acquire().close();
        Body timed = () -> semaphore.acquire(FOREVER).close();
        waits.add(new CoreWait(name + ".acquire", take, acquire, semaphore::release, isStillTaken));
        waits.add(new CoreWait(name + ".acquire(Duration)", take, timed, semaphore::release, isStillTaken));
    }

    private static void addLock(List<CoreWait> waits, String name, Lock lock) {
        Body isFreeAfterOneRelease = () -> {
            lock.unlock();
            assertThat(lock.tryLock()).isTrue();
            lock.unlock();
        };
        Body interruptible = () -> {
            lock.lockInterruptibly();
            lock.unlock();
        };
        Body timed = () -> {
            assertThat(lock.tryLock(1, TimeUnit.DAYS)).isTrue();
            lock.unlock();
        };
        waits.add(new CoreWait(
                name + ".lockInterruptibly", lock::lock, interruptible, lock::unlock, isFreeAfterOneRelease));
        waits.add(new CoreWait(name + ".tryLock", lock::lock, timed, lock::unlock, isFreeAfterOneRelease));
        waits.add(new CoreWait(name + ".lock", lock::lock, () -> locked(lock, NOTHING), lock::unlock, NOTHING));
        addCondition(waits, name + " Condition", lock, lock.newCondition());
    }

    private static void addCondition(List<CoreWait> waits, String name, Lock lock, Condition condition) {
        Body signal = () -> locked(lock, condition::signal);
        Body takesNoSignal = () -> {
            assertThat(condition.toString()).contains("waiters=0");
            assertThat(lock.tryLock()).isTrue();
            lock.unlock();
        };
        Body timed = () -> assertThat(condition.await(1, TimeUnit.DAYS)).isTrue();
        waits.add(new CoreWait(name + ".await", NOTHING, () -> locked(lock, condition::await), signal, takesNoSignal));
        waits.add(new CoreWait(name + ".await(time)", NOTHING, () -> locked(lock, timed), signal, takesNoSignal));
        waits.add(new CoreWait(
                name + ".awaitUninterruptibly",
                NOTHING,
                () -> locked(lock, condition::awaitUninterruptibly),
                signal,
                NOTHING));
    }

    private static void locked(Lock lock, Body body) throws Exception {
        lock.lock();
        try {
            body.run();
        } finally {
            lock.unlock();
        }
    }

    private static void addEvent(List<CoreWait> waits, Event event) {
        Body isNotSet = () -> assertThat(event.isSet()).isFalse();
        Body timed = () -> assertThat(event.await(FOREVER)).isTrue();
        waits.add(new CoreWait("Event.await", NOTHING, event::await, event::set, isNotSet));
        waits.add(new CoreWait("Event.await(Duration)", event::clear, timed, event::set, isNotSet));
    }

    private static void addQueue(List<CoreWait> waits, String name, Queue<Integer> queue) {
        Body isStillEmpty = () -> {
            queue.put(1);
            assertThat(queue.poll()).isEqualTo(1);
        };
        Body timedTake = () -> assertThat(queue.poll(FOREVER)).isNotNull();
        waits.add(new CoreWait(name + ".take", queue::clear, queue::take, () -> queue.put(1), isStillEmpty));
        waits.add(new CoreWait(name + ".poll(Duration)", queue::clear, timedTake, () -> queue.put(1), isStillEmpty));
        Body fill = () -> {
            while (queue.offer(0)) {}
        };
        Body hasWhatItHad = () -> assertThat(queue).containsExactly(0, 0);
        Body timedPut = () -> assertThat(queue.offer(1, FOREVER)).isTrue();
        waits.add(new CoreWait(name + ".put", fill, () -> queue.put(1), queue::take, hasWhatItHad));
        waits.add(new CoreWait(name + ".offer(Duration)", fill, timedPut, queue::take, hasWhatItHad));
        waits.add(new CoreWait(name + ".join", fill, queue::join, queue::shutdownNow, hasWhatItHad));
    }

    private static void addBarrier(List<CoreWait> waits, Barrier barrier) {
        Body nobodyWaits = () -> assertThat(barrier.waiters()).isZero();
        Body timed = () -> barrier.await(FOREVER);
        waits.add(new CoreWait("Barrier.await", barrier::reset, barrier::await, barrier::await, nobodyWaits));
        waits.add(new CoreWait("Barrier.await(Duration)", barrier::reset, timed, barrier::await, nobodyWaits));
    }

    @ParameterizedTest
    @Once
    @MethodSource("waits")
    void wait_stepsOffTheLoop_andGoesOnWhenItIsLetGo(CoreWait wait) throws Exception {
        EventLoop.run(() -> {
            wait.prepare.run();
            var task = startAndAwaitWait(wait);

            wait.letGo.run();

            task.await();
        });
    }

    @ParameterizedTest
    @Once
    @MethodSource("interruptibleWaits")
    void cancel_endsTheWait_andLeavesNothing(CoreWait wait) throws Exception {
        EventLoop.run(() -> {
            wait.prepare.run();
            var task = startAndAwaitWait(wait);

            task.cancel("enough");

            assertThatThrownBy(task::await)
                    .isExactlyInstanceOf(CancelledException.class)
                    .hasMessage("enough");
            wait.nothingLeft.run();
        });
    }

    @ParameterizedTest
    @Once
    @MethodSource("waits")
    void wait_inACallback_throwsBeforeAnythingChanges(CoreWait wait) throws Exception {
        EventLoop.run(() -> {
            wait.prepare.run();

            Steps.inCallback(() -> assertThatThrownBy(wait.call::run)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageMatching("waiting for \\w+@.* in a callback of loop '.*'"
                            + ": only tasks can wait, use createTask"));

            (wait.endsByCancel() ? wait.nothingLeft : wait.letGo).run();
        });
    }

    /** The others of the loop run meanwhile, or this would never return. */
    private static Task<Void> startAndAwaitWait(CoreWait wait) {
        var thread = new AtomicReference<Thread>();
        var task = createTask(() -> {
            thread.set(Thread.currentThread());
            wait.call.run();
        });
        while (thread.get() == null || LockSupport.getBlocker(thread.get()) == null) {
            assertThat(task.isDone()).as("waits").isFalse();
            yieldNow();
        }
        return task;
    }
}
