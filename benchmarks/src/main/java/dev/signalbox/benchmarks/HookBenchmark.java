// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.core.Lock;
import dev.signalbox.core.Queue;
import dev.signalbox.core.RLock;
import dev.signalbox.core.Semaphore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Calls of core that need not wait, while a loop runs elsewhere and the wait hook is in use. The twins are the benchmarks of the
 * same calls in a jar without loop.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HookBenchmark {

    private final Semaphore semaphore = new Semaphore(1);
    private final Lock lock = new Lock();
    private final RLock rlock = new RLock();
    private final Queue<Integer> queue = new Queue<>();

    /** Has waited once, by which core finds the hook. */
    @Setup
    public void awaitOnce(RunningLoop loop) throws InterruptedException {
        if (new Semaphore(0).tryAcquire(Duration.ofNanos(1))) {
            throw new IllegalStateException("acquired a permit that is not there");
        }
    }

    /** The twin is {@link SemaphoreBenchmark#acquire}. */
    @Benchmark
    public void acquire() throws InterruptedException {
        semaphore.acquire();
        semaphore.release();
    }

    /** The twin is {@link LockBenchmark#lock}. */
    @Benchmark
    public void lock() {
        lock.lock();
        lock.unlock();
    }

    /** The twin is {@link RLockBenchmark#lock}; an owner may be a task, so here the hook is asked before there is a wait. */
    @Benchmark
    public void rlock() {
        rlock.lock();
        rlock.unlock();
    }

    /** The twin is {@link QueueBenchmark#pair}. */
    @Benchmark
    public Integer pair() throws InterruptedException {
        queue.put(1);
        return queue.take();
    }
}
