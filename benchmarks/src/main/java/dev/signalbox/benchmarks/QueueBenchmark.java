// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.core.LifoQueue;
import dev.signalbox.core.PriorityQueue;
import dev.signalbox.core.Queue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** An item put and taken: by one thread, and from some to as many others. The twins are the queues of the JDK. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class QueueBenchmark {

    private static final int ITEMS = 100_000;
    private static final int BOUND = 100;

    /** The queues, of this library and of the JDK; a number is the capacity. */
    public enum Kind {
        QUEUE(Queue::new),
        QUEUE_100(() -> new Queue<>(BOUND)),
        LIFO(LifoQueue::new),
        PRIORITY(PriorityQueue::new),
        JDK_LINKED(LinkedBlockingQueue::new),
        JDK_LINKED_100(() -> new LinkedBlockingQueue<>(BOUND)),
        JDK_ARRAY_100(() -> new ArrayBlockingQueue<>(BOUND)),
        JDK_DEQUE(StackOfDeque::new),
        JDK_PRIORITY(PriorityBlockingQueue::new);

        private final Supplier<BlockingQueue<Integer>> constructor;

        Kind(Supplier<BlockingQueue<Integer>> constructor) {
            this.constructor = constructor;
        }
    }

    /** The deque of the JDK with both ends of use at one side. */
    private static final class StackOfDeque extends LinkedBlockingDeque<Integer> {
        private static final long serialVersionUID = 1L;

        @Override
        public Integer take() throws InterruptedException {
            return takeLast();
        }
    }

    /** Which queue. */
    @Param
    public Kind kind = Kind.QUEUE;

    private BlockingQueue<Integer> queue = new Queue<>();

    /** Makes the queue. */
    @Setup
    public void create() {
        queue = kind.constructor.get();
    }

    /** In one thread. */
    @Benchmark
    public Integer pair() throws InterruptedException {
        queue.put(1);
        return queue.take();
    }

    /** From one thread to another. */
    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public void oneToOne(Crew crew) throws InterruptedException, ExecutionException {
        pass(1, crew);
    }

    /** From two threads to two others. */
    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public void twoToTwo(Crew crew) throws InterruptedException, ExecutionException {
        pass(2, crew);
    }

    private void pass(int each, Crew crew) throws InterruptedException, ExecutionException {
        List<Crew.Part> parts = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            parts.add(() -> put(ITEMS / each));
            parts.add(() -> take(ITEMS / each));
        }
        crew.play(parts);
    }

    private void put(int items) throws InterruptedException {
        for (int i = 0; i < items; i++) {
            // Small enough to be boxed already, and different enough for an order.
            queue.put(i & 0x7f);
        }
    }

    private void take(int items) throws InterruptedException {
        for (int i = 0; i < items; i++) {
            queue.take();
        }
    }
}
