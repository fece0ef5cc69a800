// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A thread ends, by an error or without a word, and has not given back what it held: what is left for the others. */
@ExtendWith(TestThreads.Extension.class)
final class DeadHolderTest {
    private final Error error = new Error("the end of a thread");

    private void die(TestThreads threads, TestThreads.Body body) {
        assertThat(threads.call(() -> catchThrowable(body::run)).join()).isIn(error, null);
    }

    @Test
    void guards_areClosedByTheErrorThatEndsTheThread(TestThreads threads) throws Exception {
        Semaphore semaphore = new BoundedSemaphore(2);
        Lock lock = new Lock();
        RLock rlock = new RLock();
        Condition condition = new Condition();
        die(threads, () -> {
            try (var permits = semaphore.acquire(2);
                    var held = lock.acquire();
                    var outer = rlock.acquire();
                    var inner = rlock.acquire();
                    var entered = condition.acquire()) {
                throw error;
            }
        });

        assertThat(semaphore.availablePermits()).isEqualTo(2);
        assertThat(lock.isLocked()).isFalse();
        assertThat(rlock.isLocked()).isFalse();
        condition.acquire().close();
    }

    /** Permits have no owner: whoever knows better gives them back. */
    @Test
    void semaphore_permitsOfTheDead_canBeGivenBackByAnyThread(TestThreads threads) {
        Semaphore semaphore = new BoundedSemaphore(1);
        die(threads, semaphore::acquire);
        TestThread<Guard> waiter = threads.call(semaphore::acquire).awaitParked();

        assertThatThrownBy(() -> semaphore.acquire(Timeouts.SHORT))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("[permits=0, bound=1, waiters=");
        semaphore.release();

        waiter.join().close();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }

    @Test
    void lock_ofTheDead_canBeReleasedByAnyThread(TestThreads threads) {
        Lock lock = new Lock();
        die(threads, lock::acquire);
        TestThread<Guard> waiter = threads.call(lock::acquire).awaitParked();

        lock.release();

        waiter.join().close();
        assertThat(lock.isLocked()).isFalse();
    }

    /** Nobody else may release it, so it stays taken; everything that says so names the dead, and no wait is without a way out. */
    @Test
    void rlock_ofTheDead_namesItsOwner(TestThreads threads) {
        RLock lock = new RLock();
        String[] name = new String[1];
        die(threads, () -> {
            lock.acquire();
            name[0] = Thread.currentThread().getName();
            assertThat(lock.toString()).contains("owner=thread '" + name[0] + "',");
        });
        String owner = "[holds=1, owner=thread '" + name[0] + "' (dead), waiters=";
        TestThread<Throwable> waiter =
                threads.call(() -> catchThrowable(lock::acquire)).awaitParked();

        TestThread.awaitUntil("its end is seen", () -> lock.toString().contains("(dead)"));
        assertThatThrownBy(() -> lock.acquire(Timeouts.SHORT))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining(owner);
        assertThatThrownBy(lock::release)
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining(owner);
        waiter.interrupt();

        assertThat(waiter.join()).isInstanceOf(InterruptedException.class);
        assertThat(lock.toString()).contains("waiters=0");
    }

    /** Who dies while it waits holds nothing, and stands in nobody's way. */
    @Test
    void waiters_thatDie_leaveNothingBehind(TestThreads threads) {
        Semaphore semaphore = Semaphore.fair(0);
        TestThread<Throwable> first =
                threads.call(() -> catchThrowable(semaphore::acquire)).awaitParked();
        TestThread<Guard> second = threads.call(semaphore::acquire).awaitParked();

        first.interrupt();
        assertThat(first.join()).isInstanceOf(InterruptedException.class);
        semaphore.release();

        second.join().close();
        assertThat(semaphore.availablePermits()).isEqualTo(1);
    }
}
