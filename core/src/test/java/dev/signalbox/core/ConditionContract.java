// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every condition over an exclusive lock does, ours and the JDK's. */
@ExtendWith(TestThreads.Extension.class)
interface ConditionContract {
    Lock createLock();

    boolean isLocked(Lock lock);

    /** Every way to wait for a signal. */
    enum AwaitMethod {
        AWAIT(Thread.State.WAITING) {
            @Override
            boolean await(Condition condition, Duration timeout) throws InterruptedException {
                condition.await();
                return true;
            }
        },
        AWAIT_UNINTERRUPTIBLY(Thread.State.WAITING) {
            @Override
            boolean await(Condition condition, Duration timeout) {
                condition.awaitUninterruptibly();
                return true;
            }
        },
        AWAIT_NANOS(Thread.State.TIMED_WAITING) {
            @Override
            boolean await(Condition condition, Duration timeout) throws InterruptedException {
                return condition.awaitNanos(TimeUnit.NANOSECONDS.convert(timeout)) > 0;
            }
        },
        AWAIT_UNIT(Thread.State.TIMED_WAITING) {
            @Override
            boolean await(Condition condition, Duration timeout) throws InterruptedException {
                return condition.await(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
            }
        },
        AWAIT_DATE(Thread.State.TIMED_WAITING) {
            @Override
            boolean await(Condition condition, Duration timeout) throws InterruptedException {
                Duration datable = timeout.compareTo(Duration.ofDays(1)) > 0 ? Duration.ofDays(1) : timeout;
                return condition.awaitUntil(Date.from(Instant.now().plus(datable)));
            }
        },
        AWAIT_DURATION(Thread.State.TIMED_WAITING) {
            @Override
            boolean await(Condition condition, Duration timeout) throws InterruptedException {
                return ((dev.signalbox.core.Condition) condition).await(timeout);
            }
        };

        private final Thread.State parkedState;

        AwaitMethod(Thread.State parkedState) {
            this.parkedState = parkedState;
        }

        /** Waits; the timeout counts for a timed method only. */
        abstract boolean await(Condition condition, Duration timeout) throws InterruptedException;

        Thread.State parkedState() {
            return parkedState;
        }

        boolean isInterruptible() {
            return this != AWAIT_UNINTERRUPTIBLY;
        }

        boolean isTimed() {
            return parkedState == Thread.State.TIMED_WAITING;
        }

        /** Skips the test if the condition does not have this method. */
        void assumeIn(Condition condition) {
            assumeTrue(condition instanceof dev.signalbox.core.Condition || this != AWAIT_DURATION);
        }
    }

    // ------------------------------------------------------------------------------------------------- without lock

    @ParameterizedTest
    @EnumSource
    default void await_lockNotHeld_throws(AwaitMethod method) {
        Condition condition = createLock().newCondition();
        method.assumeIn(condition);

        assertThatThrownBy(() -> method.await(condition, Timeouts.FOREVER))
                .isInstanceOf(IllegalMonitorStateException.class);
    }

    @Test
    default void signal_lockNotHeld_throws() {
        Condition condition = createLock().newCondition();

        assertThatThrownBy(condition::signal).isInstanceOf(IllegalMonitorStateException.class);
        assertThatThrownBy(condition::signalAll).isInstanceOf(IllegalMonitorStateException.class);
    }

    // ------------------------------------------------------------------------------------------------------- signals

    @ParameterizedTest
    @EnumSource
    default void await_releasesTheLockAndHasItAgainAfterASignal(AwaitMethod method, TestThreads threads) {
        Lock lock = createLock();
        Condition condition = lock.newCondition();
        method.assumeIn(condition);
        TestThread<Void> waiter = threads.start(() -> {
            lock.lock();
            assertThat(method.await(condition, Timeouts.FOREVER)).isTrue();
            assertThat(isLocked(lock)).isTrue();
            lock.unlock();
        });
        waiter.awaitParked(method.parkedState());

        lock.lock();
        condition.signal();
        assertThat(waiter.isDone()).isFalse();
        lock.unlock();

        waiter.join();
        assertThat(isLocked(lock)).isFalse();
    }

    @Test
    default void signal_wakesOneInOrderOfArrival_signalAllTheRest(TestThreads threads) {
        Lock lock = createLock();
        Condition condition = lock.newCondition();
        List<Integer> woken = new ArrayList<>(); // guarded by the lock
        List<TestThread<Void>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            waiters.add(threads.start(() -> {
                        lock.lock();
                        condition.await();
                        woken.add(number);
                        lock.unlock();
                    })
                    .awaitParked());
        }

        lock.lock();
        condition.signal();
        condition.signal();
        lock.unlock();
        waiters.get(0).join();
        waiters.get(1).join();
        assertThat(waiters.subList(2, 5)).noneMatch(TestThread::isDone);
        lock.lock();
        condition.signalAll();
        lock.unlock();
        waiters.forEach(TestThread::join);

        assertThat(woken).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    default void signal_nobodyWaits_isNotKept(TestThreads threads) {
        Lock lock = createLock();
        Condition condition = lock.newCondition();
        lock.lock();
        condition.signal();
        condition.signalAll();
        lock.unlock();
        TestThread<Void> waiter = threads.start(() -> {
            lock.lock();
            condition.await();
            lock.unlock();
        });

        waiter.awaitParked();
        lock.lock();
        condition.signal();
        lock.unlock();

        waiter.join();
    }

    // -------------------------------------------------------------------------------------------- interrupt, timeout

    @ParameterizedTest
    @EnumSource
    default void await_interruptedBefore_throwsAndKeepsTheLock(AwaitMethod method) {
        Lock lock = createLock();
        Condition condition = lock.newCondition();
        method.assumeIn(condition);
        assumeTrue(method.isInterruptible());
        lock.lock();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> method.await(condition, Timeouts.FOREVER)).isInstanceOf(InterruptedException.class);

        assertThat(Thread.interrupted()).isFalse();
        assertThat(isLocked(lock)).isTrue();
        lock.unlock();
    }

    @ParameterizedTest
    @EnumSource
    default void await_interruptedBeforeASignal_throwsWithTheLockAndUsesNoSignal(
            AwaitMethod method, TestThreads threads) {
        Lock lock = createLock();
        Condition condition = lock.newCondition();
        method.assumeIn(condition);
        assumeTrue(method.isInterruptible());
        TestThread<Void> interrupted = threads.start(() -> {
            lock.lock();
            assertThatThrownBy(() -> method.await(condition, Timeouts.FOREVER))
                    .isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            lock.unlock();
        });
        interrupted.awaitParked();
        TestThread<Void> next = threads.start(() -> {
            lock.lock();
            condition.await();
            lock.unlock();
        });
        next.awaitParked();

        lock.lock();
        interrupted.interrupt().awaitParkedOn(blocker -> !(blocker instanceof Condition));
        condition.signal();
        lock.unlock();

        interrupted.join();
        next.join();
        assertThat(isLocked(lock)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    default void await_interruptedAfterASignal_endsNormallyWithTheStatusSet(AwaitMethod method, TestThreads threads) {
        Lock lock = createLock();
        Condition condition = lock.newCondition();
        method.assumeIn(condition);
        TestThread<Void> waiter = threads.start(() -> {
            lock.lock();
            assertThat(method.await(condition, Timeouts.FOREVER)).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            lock.unlock();
        });
        waiter.awaitParked();

        lock.lock();
        condition.signal();
        waiter.interrupt().awaitInterruptNoticed(); // before its turn: called already, it would only keep the status
        lock.unlock();

        waiter.join();
    }

    @Test
    default void awaitUninterruptibly_interrupted_waitsOnAndKeepsTheStatus(TestThreads threads) {
        Lock lock = createLock();
        Condition condition = lock.newCondition();
        TestThread<Void> waiter = threads.start(() -> {
            lock.lock();
            Thread.currentThread().interrupt();
            condition.awaitUninterruptibly();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            lock.unlock();
        });
        waiter.awaitParkedOn(Condition.class::isInstance);

        lock.lock();
        condition.signal();
        lock.unlock();

        waiter.join();
    }

    @ParameterizedTest
    @EnumSource
    default void await_timedOut_isFalseWithTheLockAndUsesNoSignal(AwaitMethod method, TestThreads threads) {
        Lock lock = createLock();
        Condition condition = lock.newCondition();
        method.assumeIn(condition);
        assumeTrue(method.isTimed());
        threads.start(() -> {
                    lock.lock();
                    assertThat(method.await(condition, Timeouts.SHORT)).isFalse();
                    assertThat(isLocked(lock)).isTrue();
                    lock.unlock();
                })
                .join();
        TestThread<Void> next = threads.start(() -> {
            lock.lock();
            condition.await();
            lock.unlock();
        });
        next.awaitParked();

        lock.lock();
        condition.signal();
        lock.unlock();

        next.join();
    }

    // -------------------------------------------------------------------------------------------------------- races

    @Test
    default void interruptSignalRace_losesNoSignal(TestThreads threads) {
        Lock lock = createLock();
        Condition condition = lock.newCondition();
        for (int round = 0; round < 200; round++) {
            TestThread<Boolean> first = threads.call(() -> {
                lock.lock();
                try {
                    condition.await();
                    Thread.interrupted(); // kept, if it came after the signal
                    return true;
                } catch (InterruptedException e) {
                    return false;
                } finally {
                    lock.unlock();
                }
            });
            first.awaitParkedOn(Condition.class::isInstance);
            TestThread<Void> second = threads.start(() -> {
                lock.lock();
                condition.await();
                lock.unlock();
            });
            second.awaitParkedOn(Condition.class::isInstance);

            TestThread<Void> interrupter = threads.start(first::interrupt);
            signal(lock, condition);
            interrupter.join();

            if (first.join()) {
                assertThat(second.isDone()).isFalse();
                signal(lock, condition);
            }
            second.join();
        }
    }

    @Test
    default void timeoutSignalRace_losesNoSignal(TestThreads threads) {
        Lock lock = createLock();
        Condition condition = lock.newCondition();
        for (int round = 0; round < 200; round++) {
            TestThread<Boolean> first = threads.call(() -> {
                lock.lock();
                boolean signalled = condition.await(1, TimeUnit.MILLISECONDS);
                lock.unlock();
                return signalled;
            });
            TestThread<Void> second = threads.start(() -> {
                lock.lock();
                condition.await();
                lock.unlock();
            });
            second.awaitParkedOn(Condition.class::isInstance);

            signal(lock, condition);

            if (first.join()) {
                signal(lock, condition);
            }
            second.join();
        }
    }

    private static void signal(Lock lock, Condition condition) {
        lock.lock();
        condition.signal();
        lock.unlock();
    }

    @Test
    default void boundedBuffer_losesAndDoublesNothing(TestThreads threads) {
        Lock lock = createLock();
        Condition notEmpty = lock.newCondition();
        Condition notFull = lock.newCondition();
        Deque<Integer> buffer = new ArrayDeque<>();
        int items = 3_000;
        threads.start(2, () -> {
            for (int i = 0; i < items; i++) {
                lock.lock();
                while (buffer.size() == 3) {
                    notFull.await();
                }
                buffer.add(i);
                notEmpty.signal();
                lock.unlock();
            }
        });
        TestThread<Long> consumer = threads.call(() -> {
            long sum = 0;
            for (int i = 0; i < 2 * items; i++) {
                lock.lock();
                while (buffer.isEmpty()) {
                    notEmpty.await();
                }
                sum += buffer.remove();
                notFull.signal();
                lock.unlock();
            }
            return sum;
        });

        assertThat(consumer.join()).isEqualTo((long) items * (items - 1));
        assertThat(buffer).isEmpty();
    }
}
