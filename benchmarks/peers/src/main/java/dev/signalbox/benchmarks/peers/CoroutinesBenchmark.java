// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks.peers;

import dev.signalbox.benchmarks.Work;
import java.util.concurrent.TimeUnit;
import kotlinx.coroutines.channels.Channel;
import kotlinx.coroutines.sync.Semaphore;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** kotlinx.coroutines. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoroutinesBenchmark {

    private final Semaphore free = Coroutines.newSemaphore(1);
    private final Semaphore scarce = Coroutines.newSemaphore(Work.PERMITS);
    private final Channel<Integer> channel = Coroutines.newChannel();

    /** Two coroutines in turn. */
    @Benchmark
    @OperationsPerInvocation(Work.SWITCHES)
    public void switch2() {
        Coroutines.takeTurns(2);
    }

    /** A hundred coroutines in turn. */
    @Benchmark
    @OperationsPerInvocation(Work.SWITCHES)
    public void switch100() {
        Coroutines.takeTurns(100);
    }

    /** Coroutines created and awaited. */
    @Benchmark
    @OperationsPerInvocation(Work.BATCH * Work.BATCHES)
    public int create() {
        return Coroutines.createBatches();
    }

    /** A permit that nobody else wants. */
    @Benchmark
    @OperationsPerInvocation(Work.PAIRS)
    public void acquire() {
        Coroutines.acquirePairs(free);
    }

    /** Permits that are given back at once. */
    @Benchmark
    @OperationsPerInvocation(Work.CONTENDERS * Work.ROUNDS)
    public void contended() {
        Coroutines.contend(scarce, false);
    }

    /** Permits that are given back after a yield. */
    @Benchmark
    @OperationsPerInvocation(Work.CONTENDERS * Work.ROUNDS)
    public void contendedHeld() {
        Coroutines.contend(scarce, true);
    }

    /** Items through a channel. */
    @Benchmark
    @OperationsPerInvocation(Work.ITEMS)
    public int pass() {
        return Coroutines.pass(channel);
    }
}
