// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.currentTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All pass or none. */
@Timeout(60)
final class AsyncBarrierTest {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    private final Steps steps = new Steps();
    private final List<String> log = new ArrayList<>();

    /** A task that comes once, and says what came of it. */
    private Task<Void> start(String name, AsyncBarrier barrier) {
        return start(name, barrier, HUGE);
    }

    private Task<Void> start(String name, AsyncBarrier barrier, Duration timeout) {
        Task<Void> task = create(name, barrier, timeout);
        Steps.settle();
        return task;
    }

    /** Timers do not expire before all that is ready now has run: who comes in the same round comes in time. */
    private Task<Void> create(String name, AsyncBarrier barrier, Duration timeout) {
        return createTask(() -> {
            try {
                log.add(name + " " + barrier.await(timeout));
            } catch (BrokenBarrierException | TimeoutException | CancelledException | UnsupportedOperationException e) {
                log.add(name + " " + e.getClass().getSimpleName());
            }
        });
    }

    private static void assertState(AsyncBarrier barrier, int waiters, boolean broken) {
        assertThat(barrier).asString().endsWith(", waiters=" + waiters + ", broken=" + broken + "]");
        assertThat(barrier.waiters()).isEqualTo(waiters);
        assertThat(barrier.isBroken()).isEqualTo(broken);
    }

    // ---------------------------------------------------------------- meeting

    @Test
    void arguments_areChecked() {
        assertThatThrownBy(() -> new AsyncBarrier(0))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("parties: 0 (expected: > 0)");
        assertThatThrownBy(() -> new AsyncBarrier(-4, () -> {}))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("parties: -4 (expected: > 0)");
        assertThatThrownBy(() -> new AsyncBarrier(1, null))
                .isExactlyInstanceOf(NullPointerException.class)
                .hasMessage("action");
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(1);
            assertThatThrownBy(() -> barrier.await(null))
                    .isExactlyInstanceOf(NullPointerException.class)
                    .hasMessage("timeout");
            assertThat(barrier.isBroken()).isFalse();
        });
    }

    @Test
    @InOrder
    void await_indexIsByArrival_timeAfterTime() throws Exception {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(3);
            for (int round = 0; round < 3; round++) {
                log.clear();
                var first = start("a", barrier);
                assertState(barrier, 1, false);
                var second = createTask(() -> log.add("b " + barrier.await()));
                yieldNow();
                assertState(barrier, 2, false);
                assertThat(barrier.await()).isEqualTo(2);
                assertThat(log).as("the last goes on without waiting").isEmpty();
                assertState(barrier, 0, false);
                Async.gather(first, second);
                assertThat(log).containsExactly("a 0", "b 1");
            }
            assertThat(barrier.parties()).isEqualTo(3);
        });
    }

    @Test
    void await_oneParty_neverWaits() throws Exception {
        EventLoop.run(() -> {
            var actions = new int[1];
            var barrier = new AsyncBarrier(1, () -> actions[0]++);
            createTask(() -> steps.at(2));
            assertThat(barrier.await()).isZero();
            assertThat(barrier.await(Duration.ZERO)).isZero();
            assertThat(actions[0]).isEqualTo(2);
            steps.at(1);
            Steps.settle();
            steps.done(3);
        });
    }

    @Test
    void action_runsInTheLast_whileTheOthersWait() {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(2, () -> {
                log.add("action in " + currentTask().name());
                yieldNow();
                yieldNow();
                log.add("action ended");
            });
            var first = createTask("first", () -> log.add("first " + barrier.await()));
            Steps.settle();
            var last = createTask("last", () -> log.add("last " + barrier.await()));
            Async.gather(first, last);
            assertThat(log).containsExactly("action in last", "action ended", "last 1", "first 0");
        });
    }

    @Test
    void manyRounds_nobodyIsAheadOfTheOthers() {
        EventLoop.run(() -> {
            int parties = 5;
            var rounds = new int[parties];
            var barrier = new AsyncBarrier(parties);
            var tasks = new ArrayList<Task<Void>>();
            for (int i = 0; i < parties; i++) {
                int id = i;
                tasks.add(createTask(() -> {
                    for (int round = 1; round <= 200; round++) {
                        rounds[id] = round;
                        barrier.await();
                        assertThat(rounds).containsOnly(round);
                        barrier.await();
                    }
                }));
            }
            Async.gather(tasks);
            assertState(barrier, 0, false);
        });
    }

    @Test
    void inACallback_onlyWaitingIsRefused() {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(2);
            Steps.inCallback(() -> {
                List<ThrowingCallable> waits = List.of(barrier::await, () -> barrier.await(Duration.ZERO));
                assertThat(waits)
                        .allSatisfy(wait -> assertThatThrownBy(wait)
                                .isExactlyInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("only tasks can wait"));
                assertState(barrier, 0, false);
                barrier.abort();
                assertState(barrier, 0, true);
                barrier.reset();
                assertState(barrier, 0, false);
            });
        });
    }

    @Test
    void toString_isIdentityAndState_fromAnyThread() {
        var barrier = new AsyncBarrier(2);
        assertThat(barrier)
                .hasToString("AsyncBarrier@" + Integer.toHexString(System.identityHashCode(barrier))
                        + " [parties=2, waiters=0, broken=false]");
    }

    // ---------------------------------------------------------------- cancel: the four states

    @Test
    void cancel_waiting_breaksItForTheOthers() {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(3);
            var first = start("a", barrier);
            var second = start("b", barrier);
            second.cancel();
            assertState(barrier, 0, true);
            Async.gather(first, second);
            assertThat(log).containsExactlyInAnyOrder("b CancelledException", "a BrokenBarrierException");
            start("late", barrier).await();
            assertThat(log).endsWith("late BrokenBarrierException");
        });
    }

    @Test
    void cancel_thenTheLastComesBeforeItRuns_isBroken() {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(2);
            var first = start("a", barrier);
            first.cancel();
            assertThatThrownBy(barrier::await)
                    .isExactlyInstanceOf(BrokenBarrierException.class)
                    .hasMessage("barrier is broken: " + barrier);
            first.await();
            assertThat(log).containsExactly("a CancelledException");
        });
    }

    @Test
    void letThrough_notYetRun_nothingThatHappensConcernsIt() throws Exception {
        EventLoop.run(() -> {
            for (Runnable trouble :
                    List.<Runnable>of(() -> {}, () -> this.barrier.abort(), () -> this.barrier.reset())) {
                barrier = new AsyncBarrier(2);
                log.clear();
                var first = start("a", barrier);
                barrier.await();
                trouble.run();
                first.await();
                assertThat(log).containsExactly("a 0");
            }
        });
    }

    private AsyncBarrier barrier = new AsyncBarrier(1);

    @Test
    @InOrder
    void letThrough_thenCancelled_breaksNothing() throws Exception {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(3);
            var first = start("a", barrier);
            var second = start("b", barrier);
            barrier.await();
            first.cancel();
            Async.gather(first, second);
            assertThat(log).containsExactly("a CancelledException", "b 1");
            assertState(barrier, 0, false);
        });
    }

    @Test
    void cancelPending_breaksIt_butNotAsTheLast() {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(2);
            var first = start("a", barrier);
            var last = createTask(() -> {
                currentTask().cancel();
                int index = barrier.await(); // nothing to wait for
                assertThatThrownBy(Async::yieldNow).isInstanceOf(CancelledException.class);
                currentTask().cancel();
                assertThatThrownBy(barrier::await).isInstanceOf(CancelledException.class);
                return index;
            });
            assertThat(last.await()).isEqualTo(1);
            first.await();
            assertThat(log).containsExactly("a 0");
            assertState(barrier, 0, true);
        });
    }

    // ---------------------------------------------------------------- timeouts

    @Test
    void timeout_breaksItForAll() {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(3);
            var first = start("a", barrier);
            assertThatThrownBy(() -> barrier.await(SHORT))
                    .isExactlyInstanceOf(TimeoutException.class)
                    .hasMessage("not all parties came within PT0.002S: " + barrier);
            first.await();
            assertThat(log).containsExactly("a BrokenBarrierException");
            assertState(barrier, 0, true);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void noTime_breaksItUnlessLast(long seconds) throws Exception {
        Duration timeout = Duration.ofSeconds(seconds);
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(2);
            var first = start("a", barrier);
            assertThat(barrier.await(timeout)).isEqualTo(1);
            first.await();
            var second = start("b", barrier);
            barrier.reset();
            assertThatThrownBy(() -> barrier.await(timeout)).isExactlyInstanceOf(TimeoutException.class);
            assertState(barrier, 0, true);
            assertThatThrownBy(() -> barrier.await(timeout)).isExactlyInstanceOf(BrokenBarrierException.class);
            second.await();
            assertThat(log).containsExactly("a 0", "b BrokenBarrierException");
        });
    }

    @Test
    void asyncTimeout_breaksItToo() {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(3);
            var first = start("a", barrier);
            assertThatThrownBy(() -> Async.timeout(SHORT, () -> barrier.await()))
                    .isExactlyInstanceOf(TimeoutException.class);
            first.await();
            assertThat(log).containsExactly("a BrokenBarrierException");
        });
    }

    // ---------------------------------------------------------------- the action fails, or waits

    @Test
    void failingAction_breaksItForAll() {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(2, () -> {
                throw new UnsupportedOperationException("from the action");
            });
            var first = start("a", barrier);
            assertThatThrownBy(barrier::await)
                    .isExactlyInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("from the action");
            assertState(barrier, 0, true);
            first.await();
            assertThat(log).containsExactly("a BrokenBarrierException");
        });
    }

    @Test
    void cancelledWhileItsActionWaits_breaksItForAll() {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(2, () -> new AsyncEvent().await());
            var first = start("a", barrier);
            var last = start("b", barrier);
            assertState(barrier, 0, false);
            last.cancel();
            Async.gather(first, last);
            assertThat(log).containsExactly("b CancelledException", "a BrokenBarrierException");
            assertState(barrier, 0, true);
        });
    }

    @Test
    @InOrder
    void whileTheActionWaits_nothingBreaksThoseThatCame() {
        EventLoop.run(() -> {
            var goOn = new AsyncEvent();
            var barrier = new AsyncBarrier(4, goOn::await);
            var cancelled = create("cancelled", barrier, HUGE);
            var expired = create("expired", barrier, SHORT);
            var limited = createTask(() -> {
                assertThatThrownBy(() -> Async.timeout(SHORT, () -> barrier.await()))
                        .isExactlyInstanceOf(TimeoutException.class);
                log.add("limited too late");
            });
            var last = start("last", barrier);
            cancelled.cancel();
            barrier.abort();
            barrier.reset();
            Async.sleep(SHORT.multipliedBy(2));
            assertThat(log).as("all wait for the outcome").isEmpty();
            goOn.set();
            Async.gather(cancelled, expired, limited, last);
            assertThat(log)
                    .containsExactlyInAnyOrder(
                            "cancelled CancelledException", "expired 1", "limited too late", "last 3");
            assertState(barrier, 0, false);
        });
    }

    /** The action of the first meeting waits while a second one becomes complete, and a third one begins. */
    private void overlap(boolean fails, Runnable meanwhile) {
        EventLoop.run(() -> {
            var goOn = new AsyncEvent();
            var inside = new int[1];
            barrier = new AsyncBarrier(2, () -> {
                assertThat(inside[0]++).as("other actions").isZero();
                goOn.await();
                inside[0]--;
                if (fails) {
                    throw new UnsupportedOperationException("from the action");
                }
            });
            var tasks = new ArrayList<Task<Void>>();
            for (String name : List.of("1a", "1b", "2a", "2b", "3a")) {
                tasks.add(start(name, barrier));
            }
            assertState(barrier, 1, false);
            meanwhile.run();
            goOn.set();
            Async.gather(tasks.subList(0, 4));
            if (!fails) {
                assertState(barrier, 1, false);
            }
        });
    }

    @Test
    @InOrder
    void nextMeetingCompleteWhileTheActionWaits_itsActionWaitsForTheEnd() {
        overlap(false, () -> {});
        assertThat(log).startsWith("1b 1", "1a 0", "2b 1", "2a 0").hasSize(5);
    }

    @Test
    @InOrder
    void nextMeetingsWhileTheActionWaits_breakWithIt() {
        overlap(true, () -> {});
        assertThat(log)
                .containsExactlyInAnyOrder(
                        "1b UnsupportedOperationException",
                        "1a BrokenBarrierException",
                        "2b BrokenBarrierException",
                        "2a BrokenBarrierException",
                        "3a BrokenBarrierException");
        assertThat(barrier).asString().endsWith("waiters=0, broken=true]");
    }

    @Test
    void nextMeetingsWhileTheActionWaits_breakWithIt_upToAReset() {
        overlap(true, () -> barrier.reset());
        assertThat(log).contains("2a BrokenBarrierException", "2b BrokenBarrierException", "3a BrokenBarrierException");
        assertThat(barrier).asString().endsWith("waiters=0, broken=false]");
    }

    @Test
    @InOrder
    void cancelledWhileItWaitsForTheActionBefore_breaksItsMeetingAndThoseBehind() {
        EventLoop.run(() -> {
            var goOn = new AsyncEvent();
            var barrier = new AsyncBarrier(2, goOn::await);
            var tasks = new ArrayList<Task<Void>>();
            for (String name : List.of("1a", "1b", "2a", "2b", "3a")) {
                tasks.add(start(name, barrier));
            }
            tasks.get(3).cancel();
            yieldNow();
            yieldNow();
            goOn.set();
            Async.gather(tasks);
            assertThat(log)
                    .containsExactly(
                            "2b CancelledException",
                            "2a BrokenBarrierException",
                            "3a BrokenBarrierException",
                            "1b 1",
                            "1a 0");
            assertState(barrier, 0, true);
        });
    }

    // ---------------------------------------------------------------- abort and reset

    @Test
    void abort_breaksItUntilAReset() throws Exception {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(2);
            var first = start("a", barrier);
            barrier.abort();
            assertState(barrier, 0, true);
            first.await();
            start("b", barrier).await();
            assertThat(log).containsExactly("a BrokenBarrierException", "b BrokenBarrierException");
            barrier.reset();
            assertState(barrier, 0, false);
            start("c", barrier);
            assertThat(barrier.await()).isEqualTo(1);
        });
    }

    @Test
    @InOrder
    void reset_breaksThoseThatWait_andIsWholeAgain() throws Exception {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(3);
            barrier.reset();
            var first = start("a", barrier);
            var second = start("b", barrier);
            barrier.reset();
            assertState(barrier, 0, false);
            var third = start("c", barrier);
            Async.gather(first, second);
            assertState(barrier, 1, false);
            var fourth = start("d", barrier);
            assertThat(barrier.await()).isEqualTo(2);
            Async.gather(third, fourth);
            assertThat(log).containsExactly("a BrokenBarrierException", "b BrokenBarrierException", "c 0", "d 1");
        });
    }

    /** Each of those whom a reset breaks comes again, and with one more they are complete. */
    @Test
    @InOrder
    void reset_thoseWhoComeAgainMeet() throws Exception {
        EventLoop.run(() -> {
            var barrier = new AsyncBarrier(5);
            var tasks = new ArrayList<Task<Integer>>();
            for (int i = 0; i < 4; i++) {
                tasks.add(createTask(() -> {
                    assertThatThrownBy(barrier::await).isExactlyInstanceOf(BrokenBarrierException.class);
                    return barrier.await();
                }));
            }
            yieldNow();
            barrier.reset();
            yieldNow();
            assertThat(barrier.await()).isEqualTo(4);
            assertThat(Async.gather(tasks)).containsExactly(0, 1, 2, 3);
        });
    }

    /** Some have gone on and come again already, some have not run yet: a reset or an abort concerns only the former. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void halfOfThemHaveComeAgain_onlyThoseAreBroken(boolean abort) {
        EventLoop.run(() -> {
            int parties = 5;
            var barrier = new AsyncBarrier(parties);
            var passed = new int[1];
            var broken = new int[1];
            var tasks = new ArrayList<Task<Void>>();
            for (int i = 0; i < parties; i++) {
                tasks.add(createTask(() -> {
                    barrier.await();
                    if (++passed[0] == 3) {
                        assertState(barrier, 2, false);
                        if (abort) {
                            barrier.abort();
                        } else {
                            barrier.reset();
                        }
                    } else if (passed[0] < 3) {
                        assertThatThrownBy(barrier::await).isExactlyInstanceOf(BrokenBarrierException.class);
                        broken[0]++;
                    }
                }));
            }
            Async.gather(tasks);
            assertThat(passed[0]).isEqualTo(parties);
            assertThat(broken[0]).isEqualTo(2);
            assertState(barrier, 0, abort);
        });
    }

    /** One fails between two meetings and aborts; all meet at a second barrier, one resets the first, and that works again. */
    @Test
    void abortThenReset_worksAgain() {
        EventLoop.run(() -> {
            int parties = 5;
            var barrier = new AsyncBarrier(parties);
            var second = new AsyncBarrier(parties);
            var tasks = new ArrayList<Task<Void>>();
            for (int i = 0; i < parties; i++) {
                tasks.add(createTask(() -> {
                    int index = barrier.await();
                    if (index == parties / 2) {
                        barrier.abort();
                    } else {
                        assertThatThrownBy(barrier::await).isExactlyInstanceOf(BrokenBarrierException.class);
                    }
                    if (second.await() == parties / 2) {
                        barrier.reset();
                    }
                    second.await();
                    barrier.await();
                    log.add("met");
                }));
            }
            Async.gather(tasks);
            assertThat(log).hasSize(parties);
            assertState(barrier, 0, false);
        });
    }

    // ---------------------------------------------------------------- a loop that closes

    @Test
    void close_endsWaitersAndActions() {
        List<String> reported = new ArrayList<>();
        EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> reported.add(what + e))
                .build();
        loop.runUntilComplete(() -> {
            var waiting = new AsyncBarrier(2, () -> new AsyncEvent().await());
            for (String name : List.of("1a", "1b", "2a", "2b", "3a")) {
                start(name, waiting);
            }
        });
        loop.close();
        assertThat(log)
                .hasSize(5)
                .allSatisfy(line -> assertThat(line).containsAnyOf("CancelledException", "BrokenBarrierException"));
        assertThat(reported).isEmpty();
    }
}
