// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A virtual thread that waits leaves its carrier to the others. */
@EnabledForJreRange(min = JRE.JAVA_21)
@ExtendWith(TestThreads.Extension.class)
final class VirtualThreadsTest {
    private static final int MANY = Runtime.getRuntime().availableProcessors() + 2;
    private static final Duration FOREVER = Timeouts.FOREVER;

    /** A call that waits until it is let go, by the thread that has prepared it. */
    private record Wait(String name, Runnable prepare, TestThreads.Body body, Runnable letGo) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Wait> waits() {
        List<Wait> waits = new ArrayList<>();
        addSemaphore(waits, "Semaphore", new Semaphore(1));
        addSemaphore(waits, "Semaphore.fair", Semaphore.fair(1));
        addSemaphore(waits, "BoundedSemaphore", new BoundedSemaphore(1));
        addLock(waits, "Lock", new Lock());
        addLock(waits, "RLock", new RLock());
        Event event = new Event();
        waits.add(new Wait("Event.await", event::clear, event::await, event::set));
        addQueue(waits, "Queue", new Queue<>(MANY));
        addQueue(waits, "LifoQueue", new LifoQueue<>(MANY));
        addQueue(waits, "PriorityQueue", new PriorityQueue<>(MANY));
        Barrier barrier = new Barrier(MANY + 1);
        waits.add(new Wait("Barrier.await", barrier::isBroken, barrier::await, () -> arriveLast(barrier)));
        return waits.stream();
    }

    private static void addSemaphore(List<Wait> waits, String name, Semaphore semaphore) {
        Runnable take = () -> assertThat(semaphore.tryAcquire()).isTrue();
        waits.add(new Wait(name + ".acquire", take, () -> semaphore.acquire().close(), semaphore::release));
        waits.add(new Wait(
                name + ".acquire timed", take, () -> semaphore.acquire(FOREVER).close(), semaphore::release));
    }

    private static void addLock(List<Wait> waits, String name, java.util.concurrent.locks.Lock lock) {
        waits.add(new Wait(name + ".lock", lock::lock, () -> locked(lock, () -> {}), lock::unlock));
        java.util.concurrent.locks.Condition condition = lock.newCondition();
        Runnable free = () -> {};
        Runnable signalAll = () -> {
            lock.lock();
            condition.signalAll();
            lock.unlock();
        };
        waits.add(new Wait(name + " Condition.await", free, () -> locked(lock, condition::await), signalAll));
        waits.add(new Wait(
                name + " Condition.awaitUninterruptibly",
                free,
                () -> locked(lock, condition::awaitUninterruptibly),
                signalAll));
    }

    private static void locked(java.util.concurrent.locks.Lock lock, TestThreads.Body body) throws Exception {
        lock.lock();
        try {
            body.run();
        } finally {
            lock.unlock();
        }
    }

    private static void addQueue(List<Wait> waits, String name, Queue<Integer> queue) {
        waits.add(new Wait(name + ".take", queue::clear, queue::take, () -> fill(queue)));
        waits.add(new Wait(name + ".put", () -> fill(queue), () -> queue.put(0), queue::clear));
        waits.add(new Wait(name + ".join", () -> fill(queue), queue::join, queue::shutdownNow));
    }

    private static void fill(Queue<Integer> queue) {
        while (queue.offer(0)) {}
    }

    private static void arriveLast(Barrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new AssertionError("the barrier should not break", e);
        }
    }

    /** If the first few kept their carriers, there would be none for the others. */
    @ParameterizedTest
    @MethodSource("waits")
    void manyWait_allOfThemGetThere(Wait wait, TestThreads threads) {
        wait.prepare.run();

        for (int i = 0; i < MANY; i++) {
            threads.startVirtual(wait.body).awaitParked();
        }

        wait.letGo.run();
    }
}
