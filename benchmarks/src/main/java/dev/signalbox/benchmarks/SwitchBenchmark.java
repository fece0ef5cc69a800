// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.loop.Async;
import dev.signalbox.loop.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** A switch from one task to the next. The floor is a ring of as many bare threads of the same kind. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SwitchBenchmark {

    /** Threads that park and unpark each other. */
    @Benchmark
    @OperationsPerInvocation(Work.SWITCHES)
    public void bareRing(Ring ring) {
        ring.turn(Work.SWITCHES);
    }

    /** Two tasks in turn. */
    @Benchmark
    @OperationsPerInvocation(Work.SWITCHES)
    public void yieldNow2(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> takeTurns(2));
    }

    /** A hundred tasks in turn. */
    @Benchmark
    @OperationsPerInvocation(Work.SWITCHES)
    public void yieldNow100(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> takeTurns(100));
    }

    private static void takeTurns(int tasks) {
        List<Task<Void>> all = new ArrayList<>(tasks);
        for (int i = 0; i < tasks; i++) {
            all.add(Async.createTask(() -> yieldNow(Work.SWITCHES / tasks)));
        }
        Async.gather(all);
    }

    private static void yieldNow(int times) {
        for (int i = 0; i < times; i++) {
            Async.yieldNow();
        }
    }
}
