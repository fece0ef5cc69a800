// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signalbox.loop.internal.Threads;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As many tasks as one loop is meant for. */
@Once
final class MillionTasksTest {
    private static final int COUNT = 1_000_000;

    private int begun;
    private int ended;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aMillionTasks_eachSleepingOnce() {
        assumeTrue(Threads.configured() != Threads.PLATFORM, "one thread for each task");
        EventLoop.run(() -> {
            for (int i = 0; i < COUNT; i++) {
                Async.createTask(() -> {
                    begun++;
                    Async.sleep(Duration.ofSeconds(1));
                    ended++;
                });
            }
            while (ended < COUNT) {
                Async.sleep(Duration.ofMillis(10));
            }
            assertThat(EventLoop.current().allTasks()).containsExactly(Async.currentTask());
        });
        assertThat(begun).isEqualTo(COUNT);
    }
}
