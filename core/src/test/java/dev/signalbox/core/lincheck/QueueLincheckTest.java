// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.lincheck;

import dev.signalbox.core.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;

/** Items that are put and taken without waiting, at the bound of a queue, and counted. */
public class QueueLincheckTest extends Linearizability {

    private final Queue<Integer> queue = new Queue<>(2);

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:9") int item) {
        return queue.offer(item);
    }

    @Operation
    public @Nullable Integer poll() {
        return queue.poll();
    }

    @Operation
    public @Nullable Integer peek() {
        return queue.peek();
    }

    @Operation
    public int size() {
        return queue.size();
    }

    @Override
    Class<?> brokenTwin() {
        return Broken.class;
    }

    /** Looks for room first, and puts afterwards. */
    public static class Broken {

        private final ConcurrentLinkedQueue<Integer> items = new ConcurrentLinkedQueue<>();

        @Operation
        public boolean offer(@Param(gen = IntGen.class, conf = "1:9") int item) {
            return items.size() < 2 && items.add(item);
        }

        @Operation
        public @Nullable Integer poll() {
            return items.poll();
        }

        @Operation
        public @Nullable Integer peek() {
            return items.peek();
        }

        @Operation
        public int size() {
            return items.size();
        }
    }
}
