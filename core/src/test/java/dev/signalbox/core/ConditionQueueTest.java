// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.ConditionQueue.Limit;
import dev.signalbox.core.ConditionQueue.Waiter;
import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The moments that no test of a condition can bring about. */
@ExtendWith(TestThreads.Extension.class)
final class ConditionQueueTest {
    private static final Limit EXPIRED = blocker -> false;
    private static final Limit UNEXPECTED = blocker -> {
        throw new AssertionError("waits, though it should have been called");
    };

    private final Lock lock = new Lock();
    private final ConditionQueue queue = new ConditionQueue(lock.mutex());

    @BeforeEach
    void hold() {
        lock.lock();
    }

    /** Calls the next who was signalled, as any release does. */
    private void releaseAndHold() {
        lock.unlock();
        lock.lock();
    }

    @Test
    void withdraw_onlyBeforeASignal() {
        Waiter first = queue.enter();
        Waiter second = queue.enter();
        assertThat(queue.size()).isEqualTo(2);

        queue.signal(1);
        assertThat(queue.withdraw(first)).isFalse();
        assertThat(queue.withdraw(second)).isTrue();
        assertThat(queue.withdraw(second)).isFalse();

        assertThat(queue.size()).isZero();
    }

    @Test
    void signal_lockIsFree_callsAtOnce() throws Exception {
        Waiter waiter = queue.enter();
        lock.unlock();

        queue.signal(1);

        assertThat(queue.await(waiter, this, UNEXPECTED)).isTrue();
    }

    @Test
    void await_timeRunsOut_isFalseUnlessSignalledBefore() throws Exception {
        Waiter signalled = queue.enter();
        Waiter late = queue.enter();
        queue.signal(1);
        releaseAndHold();

        assertThat(queue.await(signalled, this, EXPIRED)).isTrue();
        assertThat(queue.await(late, this, EXPIRED)).isFalse();
        assertThat(queue.withdraw(late)).isFalse();
    }

    @Test
    void await_timeRunsOutBeforeItsTurn_waitsForTheTurn() throws Exception {
        Waiter waiter = queue.enter();

        assertThat(queue.await(waiter, this, blocker -> {
                    queue.signal(1);
                    releaseAndHold();
                    return false;
                }))
                .isTrue();
    }

    @Test
    void await_interruptedAfterASignalBeforeItsTurn_waitsForTheTurnAndKeepsTheStatus() throws Exception {
        Waiter waiter = queue.enter();
        queue.signal(1);

        assertThat(queue.await(waiter, this, blocker -> {
                    Thread.currentThread().interrupt();
                    releaseAndHold();
                    return true;
                }))
                .isTrue();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void await_interruptedAfterASignal_parksUntilItsTurnAndKeepsTheStatus(TestThreads threads) {
        TestThread<Boolean> waiter = threads.call(() -> {
            Waiter signalled = queue.enter();
            queue.signal(1);
            Thread.currentThread().interrupt();
            return queue.await(signalled, this, UNEXPECTED)
                    && Thread.currentThread().isInterrupted();
        });
        waiter.awaitParked(Thread.State.WAITING);

        lock.unlock();

        assertThat(waiter.join()).isTrue();
    }

    @Test
    void await_interruptedBeforeASignal_isGone() {
        Waiter waiter = queue.enter();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> queue.await(waiter, this, Limit.NONE))
                .isExactlyInstanceOf(InterruptedException.class)
                .hasMessage("interrupted while waiting");

        assertThat(queue.size()).isZero();
        queue.leave(waiter);
    }

    @Test
    void release_callsOneByOne_inTheOrderOfTheSignals() throws Exception {
        Waiter first = queue.enter();
        Waiter second = queue.enter();
        queue.signal(2);

        releaseAndHold();
        assertThat(queue.await(first, this, UNEXPECTED)).isTrue();
        assertThat(second.isCalled()).isFalse();

        releaseAndHold();
        assertThat(queue.await(second, this, UNEXPECTED)).isTrue();
    }

    @Test
    void release_callsThoseOfAllConditionsOfTheLock() throws Exception {
        ConditionQueue other = new ConditionQueue(lock.mutex());
        Waiter first = other.enter();
        Waiter second = queue.enter();
        other.signal(1);
        queue.signal(1);

        releaseAndHold();
        releaseAndHold();

        assertThat(other.await(first, this, UNEXPECTED)).isTrue();
        assertThat(queue.await(second, this, UNEXPECTED)).isTrue();
    }

    @Test
    void leave_waitEndedByAnErrorBeforeASignal_isGone() throws Exception {
        Waiter failed = enterAndFail();

        queue.leave(failed);

        assertThat(queue.size()).isZero();
        assertNextIsCalledByARelease();
    }

    @Test
    void leave_waitEndedByAnErrorAfterASignal_takesNoTurn() throws Exception {
        Waiter failed = enterAndFail();
        queue.signal(1);

        queue.leave(failed);

        assertNextIsCalledByARelease();
    }

    @Test
    void cancel_signalled_passesTheSignalOn() throws Exception {
        Waiter wrong = queue.enter();
        Waiter next = queue.enter();
        queue.signal(1);

        queue.cancel(wrong);
        releaseAndHold();

        assertThat(queue.await(next, this, UNEXPECTED)).isTrue();
    }

    @Test
    void cancel_called_passesTheTurnAndTheSignalOn() throws Exception {
        Waiter wrong = queue.enter();
        Waiter second = queue.enter();
        Waiter third = queue.enter();
        queue.signal(2);
        lock.unlock();
        assertThat(wrong.isCalled()).isTrue();

        queue.cancel(wrong); // nobody releases the lock any more

        assertThat(queue.await(second, this, UNEXPECTED)).isTrue();
        assertThat(queue.await(third, this, UNEXPECTED)).isTrue();
    }

    private Waiter enterAndFail() {
        Waiter failed = queue.enter();
        assertThatThrownBy(() -> queue.await(failed, this, blocker -> {
                    throw new StackOverflowError("no room to park");
                }))
                .isExactlyInstanceOf(StackOverflowError.class);
        return failed;
    }

    private void assertNextIsCalledByARelease() throws InterruptedException {
        Waiter next = queue.enter();
        queue.signal(1);
        releaseAndHold();
        assertThat(queue.await(next, this, UNEXPECTED)).isTrue();
    }
}
