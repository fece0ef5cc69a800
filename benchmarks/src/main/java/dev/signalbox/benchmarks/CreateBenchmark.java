// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.loop.Async;
import dev.signalbox.loop.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A task made, run and awaited, in batches. The floor is as many bare threads of the kind that the loop uses. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CreateBenchmark {

    private final ThreadFactory threads = BareThreads.factory();

    /** Threads started and joined. */
    @Benchmark
    @OperationsPerInvocation(Work.BATCH)
    public void bareThreads() throws InterruptedException {
        List<Thread> batch = new ArrayList<>(Work.BATCH);
        for (int i = 0; i < Work.BATCH; i++) {
            Thread thread = threads.newThread(() -> {});
            thread.start();
            batch.add(thread);
        }
        for (Thread thread : batch) {
            thread.join();
        }
    }

    /** Tasks created and gathered. */
    @Benchmark
    @OperationsPerInvocation(Work.BATCH * Work.BATCHES)
    public void tasks(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> {
            for (int i = 0; i < Work.BATCHES; i++) {
                gatherBatch();
            }
        });
    }

    private static void gatherBatch() {
        List<Task<Integer>> batch = new ArrayList<>(Work.BATCH);
        for (int i = 0; i < Work.BATCH; i++) {
            batch.add(Async.createTask(() -> 1));
        }
        Async.gather(batch);
    }
}
