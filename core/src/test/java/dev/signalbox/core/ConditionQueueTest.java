// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.ConditionQueue.Limit;
import dev.signalbox.core.ConditionQueue.Waiter;
import org.junit.jupiter.api.Test;

/** The moments that no test of a condition can bring about. */
final class ConditionQueueTest {
    private static final Limit EXPIRED = blocker -> false;

    private final ConditionQueue queue = new ConditionQueue();

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
    void await_timeRunsOut_isFalseUnlessSignalledBefore() throws Exception {
        Waiter signalled = queue.enter();
        Waiter late = queue.enter();
        queue.signal(1);

        assertThat(queue.await(signalled, this, EXPIRED)).isTrue();
        assertThat(queue.await(late, this, EXPIRED)).isFalse();
        assertThat(queue.withdraw(late)).isFalse();
    }

    @Test
    void await_timeRunsOutBeforeItsTurn_waitsForTheTurn() throws Exception {
        Waiter first = queue.enter();
        Waiter second = queue.enter();

        assertThat(queue.await(second, this, blocker -> {
                    queue.signal(2);
                    queue.leave(first);
                    return false;
                }))
                .isTrue();
    }

    @Test
    void await_interruptedAfterASignalBeforeItsTurn_waitsForTheTurnAndKeepsTheStatus() throws Exception {
        Waiter first = queue.enter();
        Waiter second = queue.enter();
        queue.signal(2);

        assertThat(queue.await(second, this, blocker -> {
                    Thread.currentThread().interrupt();
                    queue.leave(first);
                    return true;
                }))
                .isTrue();

        assertThat(Thread.interrupted()).isTrue();
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
    void leave_waitEndedByAnError_isGoneAndTakesNoTurn() throws Exception {
        Waiter failed = queue.enter();
        assertThatThrownBy(() -> queue.await(failed, this, blocker -> {
                    throw new StackOverflowError("no room to park");
                }))
                .isExactlyInstanceOf(StackOverflowError.class);

        queue.leave(failed);

        assertThat(queue.size()).isZero();
        Waiter next = queue.enter();
        queue.signal(1);
        assertThat(queue.await(next, this, EXPIRED)).isTrue();
    }

    @Test
    void leave_beforeItsTurn_keepsTheTurnOfTheFirst() throws Exception {
        Waiter first = queue.enter();
        Waiter second = queue.enter();
        Waiter third = queue.enter();
        queue.signal(3);

        queue.leave(second);
        assertThat(queue.await(first, this, EXPIRED)).isTrue();
        queue.leave(first);

        assertThat(queue.await(third, this, EXPIRED)).isTrue();
    }
}
