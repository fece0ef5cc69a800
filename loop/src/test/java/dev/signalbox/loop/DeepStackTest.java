// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Awaits on deep stacks work, and a stack that overflows is the failure of its task alone. */
@Timeout(120)
final class DeepStackTest {
    /** The compiler must not make a loop of it. */
    private static int recurse(int depth, Runnable bottom) {
        if (depth == 0) {
            bottom.run();
            return 0;
        }
        return recurse(depth - 1, bottom) + 1;
    }

    private static int deepest() {
        int[] depth = {0};
        return EventLoop.run(() -> {
            try {
                count(depth);
            } catch (StackOverflowError e) {
                return depth[0];
            }
            throw new AssertionError("a stack without an end");
        });
    }

    private static int count(int[] depth) {
        depth[0]++;
        return count(depth) + 1;
    }

    @Test
    void stackOverflowInABody_isTheFailureOfItsTask_andTheLoopGoesOn() {
        EventLoop.run(() -> {
            for (int i = 0; i < 5; i++) {
                Task<Integer> task = Async.createTask(() -> count(new int[1]));
                assertThatThrownBy(task::await).isInstanceOf(StackOverflowError.class);
                Async.yieldNow();
            }
            assertThat(Async.createTask(() -> "went on").await()).isEqualTo("went on");
        });
    }

    @Test
    void await_onADeepStack_works() {
        int depth = deepest() / 4;
        int result = EventLoop.run(() -> {
            Task<Integer> a = Async.createTask(() -> recurse(depth, Async::yieldNow));
            Task<Integer> b = Async.createTask(() -> recurse(depth, () -> Async.sleep(Duration.ofMillis(1))));
            return a.await() + b.await();
        });
        assertThat(result).isEqualTo(2 * depth);
    }
}
