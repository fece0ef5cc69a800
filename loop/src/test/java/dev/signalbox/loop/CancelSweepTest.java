// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.loop.internal.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@link EventLoop#run} does at its end with tasks that wait for each other. */
@Timeout(60)
final class CancelSweepTest {
    /** With one cancel a task of the chain this would take days; a thread for each of them is not to be had on every scheduler. */
    private static final int LONG_CHAIN = Threads.configured() == Threads.PLATFORM ? 2_000 : 100_000;

    private final List<String> log = new ArrayList<>();

    @Test
    void chain_eachIsCancelledOnce_theInnermostFirst() {
        EventLoop.run(() -> {
            Task<?> inner = Async.createTask(() -> logged("0", () -> Async.sleep(Duration.ofHours(1))));
            for (int i = 1; i < 5; i++) {
                Task<?> next = inner;
                String name = String.valueOf(i);
                inner = Async.createTask(() -> logged(name, next::await));
            }
            Steps.settle();
        });
        assertThat(log).containsExactly("0: 1 cancel", "1: 1 cancel", "2: 1 cancel", "3: 1 cancel", "4: 1 cancel");
    }

    @Test
    void chain_theOldestWaitsForTheOthers_eachIsCancelledOnce() {
        EventLoop.run(() -> {
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int next = i + 1;
                tasks.add(Async.createTask(
                        () -> logged(String.valueOf(next), () -> tasks.get(next).await())));
            }
            tasks.add(Async.createTask(() -> logged("6", () -> Async.sleep(Duration.ofHours(1)))));
            Steps.settle();
        });
        assertThat(log)
                .containsExactly(
                        "6: 1 cancel", "5: 1 cancel", "4: 1 cancel", "3: 1 cancel", "2: 1 cancel", "1: 1 cancel");
    }

    @Test
    void group_eachIsCancelledOnce() {
        EventLoop.run(() -> {
            Async.createTask(() -> logged("owner", () -> {
                try (var group = TaskGroup.open()) {
                    group.fork(() -> logged("member", () -> Async.sleep(Duration.ofHours(1))));
                    group.join();
                }
            }));
            Steps.settle();
        });
        assertThat(log).containsExactly("member: 1 cancel", "owner: 1 cancel");
    }

    /** As after any cancel: who waits for a task that cleans up goes on waiting until that has ended. */
    @Test
    @InOrder
    void chain_theOuterWaitsUntilTheInnerHasCleanedUp() {
        EventLoop.run(() -> {
            Task<?> inner = Async.createTask(() -> {
                try {
                    Async.sleep(Duration.ofHours(1));
                } finally {
                    Async.sleep(Duration.ofMillis(1));
                    log.add("cleaned up");
                }
            });
            Async.createTask(() -> logged("outer", inner::await));
            Async.createTask(() -> logged("gathering", () -> Async.gather(List.of(inner))));
            Async.yieldNow();
        });
        assertThat(log).containsExactly("cleaned up", "outer: 1 cancel", "gathering: 1 cancel");
    }

    @Test
    void ring_isBroken_eachIsCancelledOnce() {
        EventLoop.run(() -> {
            List<Task<?>> ring = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int next = (i + 1) % 5;
                ring.add(Async.createTask(
                        () -> logged("ring", () -> ring.get(next).await())));
            }
            Async.createTask(() -> logged("tail", () -> ring.get(3).await()));
            Steps.settle();
        });
        assertThat(log).hasSize(6).containsOnly("ring: 1 cancel", "tail: 1 cancel");
    }

    @Test
    void ringThroughGather_isBroken_evenIfOneOfThemRefuses() {
        EventLoop.run(() -> {
            List<Task<?>> tasks = new ArrayList<>();
            tasks.add(Async.createTask(() -> logged("0", () -> Async.gather(List.of(tasks.get(1), tasks.get(2))))));
            tasks.add(Async.createTask(() -> logged("1", () -> Async.gather(List.of(tasks.get(0), tasks.get(2))))));
            tasks.add(Async.createTask(() -> {
                try {
                    Async.sleep(Duration.ofHours(1));
                } catch (CancelledException e) {
                    Async.currentTask().uncancel();
                    log.add("refused");
                }
            }));
            Steps.settle();
        });
        assertThat(log).containsExactlyInAnyOrder("refused", "0: 1 cancel", "1: 1 cancel");
    }

    @Test
    void gather_itsFuturesAreCancelledToo() {
        List<Future<String>> futures = new ArrayList<>();
        EventLoop.run(() -> {
            futures.add(new Future<>());
            futures.add(new Future<>());
            Async.createTask(() -> logged("gathering", () -> Async.gather(futures)));
            Async.createTask(() -> logged("waiting", futures.get(0)::await));
            Steps.settle();
        });
        assertThat(log).containsExactlyInAnyOrder("gathering: 1 cancel", "waiting: 1 cancel");
        assertThat(futures).allMatch(future -> future.toString().endsWith("[cancelled]"));
    }

    /** Once as many tasks wait for each other as this the work must not grow with their square. */
    @Test
    @InOrder
    void longChain_ends() {
        assertThat(endOfChain(inner -> inner::await)).isEqualTo(LONG_CHAIN);
    }

    /** Nor may the stack of the thread that runs the loop grow with their number. */
    @Test
    @InOrder
    void longChainOfGathers_ends() {
        assertThat(endOfChain(inner -> () -> Async.gather(List.of(inner)))).isEqualTo(LONG_CHAIN);
    }

    private static int endOfChain(Function<Task<?>, VoidTaskBody<RuntimeException>> waitFor) {
        int[] ended = {0};
        EventLoop.run(() -> {
            Task<?> inner = Async.createTask(() -> counted(ended, () -> Async.sleep(Duration.ofHours(1))));
            for (int i = 1; i < LONG_CHAIN; i++) {
                VoidTaskBody<RuntimeException> body = waitFor.apply(inner);
                inner = Async.createTask(() -> counted(ended, body));
            }
            Async.yieldNow();
        });
        return ended[0];
    }

    private static void counted(int[] ended, VoidTaskBody<RuntimeException> wait) throws InterruptedException {
        try {
            wait.run();
        } finally {
            ended[0]++;
        }
    }

    private void logged(String name, VoidTaskBody<RuntimeException> wait) throws InterruptedException {
        try {
            wait.run();
        } finally {
            log.add(name + ": " + Async.currentTask().cancelling() + " cancel");
        }
    }
}
