// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.loop.AsyncSemaphore;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * One permit taken and given back inside a task, where nobody else wants it. The twin is {@link
 * java.util.concurrent.Semaphore} in the same task.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AsyncSemaphoreBenchmark {

    private static final int PAIRS = 100_000;

    private final AsyncSemaphore semaphore = new AsyncSemaphore(1); // belongs to the loop that uses it first
    private final java.util.concurrent.Semaphore jdk = new java.util.concurrent.Semaphore(1);

    /** The twin of {@link #asyncAcquire}. */
    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public void jdkAcquire(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> {
            for (int i = 0; i < PAIRS; i++) {
                jdkPair();
            }
        });
    }

    /** A permit of the loop's own semaphore. */
    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public void asyncAcquire(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> {
            for (int i = 0; i < PAIRS; i++) {
                asyncPair();
            }
        });
    }

    // Not inlined, both of them: in one piece with the loop a pair that cancels itself out would be removed.
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private void jdkPair() throws InterruptedException {
        jdk.acquire();
        jdk.release();
    }

    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private void asyncPair() {
        semaphore.acquire();
        semaphore.release();
    }
}
