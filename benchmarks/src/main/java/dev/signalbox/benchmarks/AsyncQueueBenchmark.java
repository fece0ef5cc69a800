// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.loop.Async;
import dev.signalbox.loop.AsyncQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Items that one task passes to another through a small queue. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AsyncQueueBenchmark {

    private final AsyncQueue<Integer> queue = new AsyncQueue<>(Work.CAPACITY); // belongs to the loop that uses it first

    /** One task puts, the other takes. */
    @Benchmark
    @OperationsPerInvocation(Work.ITEMS)
    public void pass(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> Async.gather(this::put, this::take));
    }

    private void put() {
        for (int i = 0; i < Work.ITEMS; i++) {
            queue.put(1);
        }
    }

    private void take() {
        int sum = 0;
        for (int i = 0; i < Work.ITEMS; i++) {
            sum += queue.take();
        }
        if (sum != Work.ITEMS) {
            throw new IllegalStateException("items taken: " + sum + " (expected: " + Work.ITEMS + ")");
        }
    }
}
