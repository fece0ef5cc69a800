// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Loops that are made, run and closed again and again leave nothing behind: no thread, no memory. */
@Timeout(600)
@Once
final class ChurnTest {
    /** {@code -Ddev.signalbox.churn=100000} for more. */
    private static final int LOOPS = Integer.getInteger("dev.signalbox.churn", 2_000);

    /** What a collection of the whole heap leaves to chance; a loop alone takes more. */
    private static final long MOST_BYTES_A_LOOP = 1_000;

    private final AtomicInteger started = new AtomicInteger();
    private final Set<Thread> alive = ConcurrentHashMap.newKeySet();
    private final List<WeakReference<EventLoop>> loops = new ArrayList<>();

    private EventLoop.Builder builder() {
        return EventLoop.builder().workers(factory -> body -> {
            Thread worker = factory.newThread(body);
            alive.add(worker);
            started.incrementAndGet();
            return worker;
        });
    }

    private boolean haveAllEnded() {
        alive.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
        return alive.isEmpty();
    }

    /** Each way to use a loop, in turn. */
    private void useOne(int number) {
        EventLoop.Builder builder = builder();
        switch (number % 4) {
            case 0 -> {
                try (EventLoop loop = remembered(builder.build())) {
                    loop.runUntilComplete(() -> Async.createTask(() -> Async.sleep(Duration.ofHours(1))));
                    loop.runUntilComplete(Async::yieldNow);
                }
            }
            case 1 -> {
                try (EventLoop loop = remembered(builder.start())) {
                    assertThat(loop.submit(() -> 42).join()).isEqualTo(42);
                }
            }
            case 2 -> {
                try (EventLoop loop = remembered(builder.build())) {
                    loop.callSoonThreadSafe(() -> loop.callLater(Duration.ofHours(1), () -> {}));
                    loop.submit(() -> Async.blocking(() -> Thread.sleep(3_600_000)));
                    assertThat(loop.runOnce()).isTrue();
                    assertThat(loop.runOnce()).isFalse();
                }
            }
            default -> {
                EventLoop loop = remembered(builder.build());
                loop.submit(() -> "never runs").exceptionally(Throwable::getMessage);
                loop.close();
            }
        }
    }

    private EventLoop remembered(EventLoop loop) {
        if (loops.size() < 1_000) {
            loops.add(new WeakReference<>(loop));
        }
        return loop;
    }

    @Test
    void loops_madeRunAndClosed_leaveNothing() {
        for (int i = 0; i < 200; i++) {
            useOne(i);
        }
        long before = usedBytes();
        for (int i = 0; i < LOOPS; i++) {
            useOne(i);
            haveAllEnded();
        }
        Bystander.awaitUntil("all threads ended", this::haveAllEnded);
        Bystander.awaitUntil("all loops collected", () -> {
            System.gc();
            return loops.stream().allMatch(loop -> loop.get() == null);
        });
        long grown = usedBytes() - before;
        assertThat(started).hasValueGreaterThan(LOOPS);
        assertThat(grown / LOOPS).isLessThan(MOST_BYTES_A_LOOP);
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
