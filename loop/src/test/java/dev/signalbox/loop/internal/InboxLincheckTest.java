// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import dev.signalbox.loop.lincheck.Linearizability;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;

/** Pushes by any thread, and what the holder of the baton takes, against a queue. */
public class InboxLincheckTest extends Linearizability {
    private final Inbox inbox = new Inbox();

    @Operation
    public String push(@Param(gen = IntGen.class, conf = "1:9") int number) {
        return inbox.push(new Numbered(number)).name();
    }

    @Operation
    public boolean isEmpty() {
        return inbox.isEmpty();
    }

    @Operation(nonParallelGroup = "baton")
    public List<Integer> takeAll() {
        return numbers(inbox.takeAll());
    }

    @Operation(nonParallelGroup = "baton")
    public List<Integer> seal() {
        return numbers(inbox.seal());
    }

    private static List<Integer> numbers(@Nullable Item first) {
        List<Integer> numbers = new ArrayList<>();
        for (Item item = first; item != null; item = item.next) {
            numbers.add(((Numbered) item).number);
        }
        return numbers;
    }

    private static final class Numbered extends Op {
        private final int number;

        Numbered(int number) {
            this.number = number;
        }

        @Override
        protected void run() {}
    }

    @Override
    protected Class<?> specification() {
        return InOrder.class;
    }

    @Override
    protected Class<?> brokenTwin() {
        return Broken.class;
    }

    /** A queue that can be sealed. */
    public static class InOrder {
        private final Queue<Integer> queue = new ArrayDeque<>();
        private boolean sealed;

        public String push(int number) {
            if (sealed) {
                return "REFUSED";
            }
            queue.add(number);
            return queue.size() == 1 ? "FIRST" : "BEHIND_OTHERS";
        }

        public boolean isEmpty() {
            return queue.isEmpty();
        }

        public List<Integer> takeAll() {
            List<Integer> all = List.copyOf(queue);
            queue.clear();
            return all;
        }

        public List<Integer> seal() {
            sealed = true;
            return takeAll();
        }
    }

    /** Looks first, and writes afterwards: a push that meets another is lost, or comes in after the seal. */
    public static class Broken {
        private final AtomicReference<List<Integer>> items = new AtomicReference<>(List.of());
        private volatile boolean sealed;

        @Operation
        public String push(@Param(gen = IntGen.class, conf = "1:9") int number) {
            if (sealed) {
                return "REFUSED";
            }
            List<Integer> before = items.get();
            List<Integer> after = new ArrayList<>(before);
            after.add(number);
            items.set(after);
            return before.isEmpty() ? "FIRST" : "BEHIND_OTHERS";
        }

        @Operation
        public boolean isEmpty() {
            return items.get().isEmpty();
        }

        @Operation(nonParallelGroup = "baton")
        public List<Integer> takeAll() {
            return items.getAndSet(List.of());
        }

        @Operation(nonParallelGroup = "baton")
        public List<Integer> seal() {
            sealed = true;
            return takeAll();
        }
    }
}
