// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.loop.Async;
import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.Task;
import java.util.ArrayList;
import java.util.List;
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
 * A permit taken and given back inside a task: where nobody else wants it, and the twin is {@link
 * java.util.concurrent.Semaphore} in the same task; and where more tasks want one than there are.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AsyncSemaphoreBenchmark {

    private final AsyncSemaphore semaphore = new AsyncSemaphore(1); // belongs to the loop that uses it first
    private final AsyncSemaphore scarce = new AsyncSemaphore(Work.PERMITS);
    private final java.util.concurrent.Semaphore jdk = new java.util.concurrent.Semaphore(1);

    /** The twin of {@link #asyncAcquire}. */
    @Benchmark
    @OperationsPerInvocation(Work.PAIRS)
    public void jdkAcquire(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> {
            for (int i = 0; i < Work.PAIRS; i++) {
                jdkPair();
            }
        });
    }

    /** A permit of the loop's own semaphore. */
    @Benchmark
    @OperationsPerInvocation(Work.PAIRS)
    public void asyncAcquire(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> {
            for (int i = 0; i < Work.PAIRS; i++) {
                asyncPair();
            }
        });
    }

    /** Everybody waits for every permit, and gives it back at once. */
    @Benchmark
    @OperationsPerInvocation(Work.CONTENDERS * Work.ROUNDS)
    public void contended(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> contend(() -> {}));
    }

    /** The same, and lets the others run before giving it back. */
    @Benchmark
    @OperationsPerInvocation(Work.CONTENDERS * Work.ROUNDS)
    public void contendedHeld(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> contend(Async::yieldNow));
    }

    private void contend(Runnable whileHeld) {
        for (int i = 0; i < Work.PERMITS; i++) {
            scarce.acquire();
        }
        List<Task<Void>> all = new ArrayList<>(Work.CONTENDERS);
        for (int i = 0; i < Work.CONTENDERS; i++) {
            all.add(Async.createTask(() -> takeRounds(whileHeld)));
        }
        Async.yieldNow(); // now each of them waits, and from now on somebody always does
        if (scarce.waiters() != Work.CONTENDERS) {
            throw new IllegalStateException("waiters: " + scarce.waiters() + " (expected: " + Work.CONTENDERS + ")");
        }
        scarce.release(Work.PERMITS);
        Async.gather(all);
    }

    private void takeRounds(Runnable whileHeld) {
        for (int i = 0; i < Work.ROUNDS; i++) {
            scarce.acquire();
            whileHeld.run();
            scarce.release();
        }
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
