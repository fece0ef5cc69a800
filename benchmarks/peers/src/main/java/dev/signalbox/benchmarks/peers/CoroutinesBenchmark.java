// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks.peers;

import dev.signalbox.benchmarks.Work;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** kotlinx.coroutines. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoroutinesBenchmark {

    /** Whose thread runs them. */
    @Param
    public Where where = Where.CALLER;

    private Coroutines coroutines = Coroutines.ofCaller();

    /** Where coroutines run. */
    public enum Where {
        /** In the thread that waits for them, with the event loop of {@code runBlocking}. */
        CALLER,
        /** In the one of an executor. */
        EXECUTOR
    }

    /** Makes the thread. */
    @Setup
    public void start() {
        if (where == Where.EXECUTOR) {
            coroutines = Coroutines.ofExecutor();
        }
    }

    /** Ends it. */
    @TearDown
    public void close() {
        coroutines.close();
    }

    /** Two coroutines in turn. */
    @Benchmark
    @OperationsPerInvocation(Work.SWITCHES)
    public void switch2() {
        coroutines.takeTurns(2);
    }

    /** A hundred coroutines in turn. */
    @Benchmark
    @OperationsPerInvocation(Work.SWITCHES)
    public void switch100() {
        coroutines.takeTurns(100);
    }

    /** Coroutines created and awaited. */
    @Benchmark
    @OperationsPerInvocation(Work.BATCH * Work.BATCHES)
    public int create() {
        return coroutines.createBatches();
    }

    /** A permit that nobody else wants. */
    @Benchmark
    @OperationsPerInvocation(Work.PAIRS)
    public void acquire() {
        coroutines.acquirePairs();
    }

    /** Permits that are given back at once. */
    @Benchmark
    @OperationsPerInvocation(Work.CONTENDERS * Work.ROUNDS)
    public void contended() {
        coroutines.contend(false);
    }

    /** Permits that are given back after a yield. */
    @Benchmark
    @OperationsPerInvocation(Work.CONTENDERS * Work.ROUNDS)
    public void contendedHeld() {
        coroutines.contend(true);
    }

    /** Items through a channel. */
    @Benchmark
    @OperationsPerInvocation(Work.ITEMS)
    public int pass() {
        return coroutines.pass();
    }
}
