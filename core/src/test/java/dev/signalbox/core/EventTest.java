// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.testkit.TestThread;
import dev.signalbox.testkit.TestThreads;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(TestThreads.Extension.class)
final class EventTest {
    private final Event event = new Event();

    /** Both ways to wait. */
    enum AwaitMethod {
        AWAIT(Thread.State.WAITING) {
            @Override
            boolean await(Event event, Duration timeout) throws InterruptedException {
                event.await();
                return true;
            }
        },
        AWAIT_TIMED(Thread.State.TIMED_WAITING) {
            @Override
            boolean await(Event event, Duration timeout) throws InterruptedException {
                return event.await(timeout);
            }
        };

        private final Thread.State parkedState;

        AwaitMethod(Thread.State parkedState) {
            this.parkedState = parkedState;
        }

        abstract boolean await(Event event, Duration timeout) throws InterruptedException;

        Thread.State parkedState() {
            return parkedState;
        }
    }

    @Test
    void isSet_followsSetAndClear() {
        assertThat(event.isSet()).isFalse();
        event.set();
        assertThat(event.isSet()).isTrue();
        event.set();
        assertThat(event.isSet()).isTrue();
        event.clear();
        assertThat(event.isSet()).isFalse();
        event.clear();
        assertThat(event.isSet()).isFalse();
        event.set();
        assertThat(event.isSet()).isTrue();
    }

    @Test
    void await_null_isRefused() {
        event.set();

        assertThatThrownBy(() -> assertThat(event.await(null)).isTrue())
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("timeout");
    }

    @ParameterizedTest
    @EnumSource
    void await_set_doesNotWait(AwaitMethod method) throws Exception {
        event.set();

        assertThat(method.await(event, Duration.ZERO)).isTrue();
        assertThat(method.await(event, Timeouts.FOREVER)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void await_notSet_waitsForSet(AwaitMethod method, TestThreads threads) {
        List<TestThread<Void>> waiters = threads.start(
                5, () -> assertThat(method.await(event, Timeouts.FOREVER)).isTrue());
        waiters.forEach(waiter -> waiter.awaitParked(method.parkedState()));

        event.set();

        waiters.forEach(TestThread::join);
        assertThat(event.isSet()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void setThenClear_releasesEveryoneWhoWaited(AwaitMethod method, TestThreads threads) {
        List<TestThread<Void>> waiters = threads.start(
                5, () -> assertThat(method.await(event, Timeouts.FOREVER)).isTrue());
        waiters.forEach(TestThread::awaitParked);

        event.set();
        event.clear();

        waiters.forEach(TestThread::join);
        assertThat(event.isSet()).isFalse();
    }

    @Test
    void clear_notSet_keepsWhoWaits(TestThreads threads) {
        TestThread<Void> waiter = threads.start(event::await).awaitParked();

        event.clear();
        assertThat(waiter.isDone()).isFalse();
        event.set();

        waiter.join();
    }

    @Test
    void await_afterClear_waitsForTheNextSet(TestThreads threads) {
        event.set();
        event.clear();
        TestThread<Void> waiter = threads.start(event::await).awaitParked();

        event.set();

        waiter.join();
    }

    @ParameterizedTest
    @MethodSource("dev.signalbox.core.Timeouts#expired")
    void await_expiredTimeout_looksOnce(Duration expired) throws Exception {
        assertThat(event.await(expired)).isFalse();
        event.set();
        assertThat(event.await(expired)).isTrue();
    }

    @Test
    void await_timedOut_isFalse() throws Exception {
        assertThat(event.await(Timeouts.SHORT)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void await_interruptedBefore_throwsEvenIfSet(AwaitMethod method) {
        event.set();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> method.await(event, Timeouts.FOREVER))
                .isExactlyInstanceOf(InterruptedException.class)
                .hasMessage("interrupted before the call");

        assertThat(Thread.interrupted()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void await_interruptedWhileWaiting_throws(AwaitMethod method, TestThreads threads) {
        TestThread<Void> waiter = threads.start(() -> {
            assertThatThrownBy(() -> method.await(event, Timeouts.FOREVER)).isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });

        waiter.awaitParked().interrupt().join();

        assertThat(event.isSet()).isFalse();
    }

    @Test
    void setClearRace_releasesWhoWaits(TestThreads threads) {
        for (int round = 0; round < 300; round++) {
            TestThread<Void> waiter = threads.start(event::await).awaitParked();
            TestThread<Void> clearer = threads.start(event::clear);

            event.set();

            waiter.join();
            clearer.join();
            event.clear();
            assertThat(event.isSet()).isFalse();
        }
    }

    @Test
    void set_happensBeforeAwait(TestThreads threads) {
        int[] plain = new int[1];
        TestThread<Integer> reader = threads.call(() -> {
            event.await();
            return plain[0];
        });

        plain[0] = 42;
        event.set();

        assertThat(reader.join()).isEqualTo(42);
    }

    @Test
    void toString_isIdentityAndState() {
        String identity = "Event@" + Integer.toHexString(System.identityHashCode(event));

        assertThat(event).hasToString(identity + " [set=false]");
        event.set();
        assertThat(event).hasToString(identity + " [set=true]");
    }
}
