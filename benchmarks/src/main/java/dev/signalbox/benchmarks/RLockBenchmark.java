// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.core.RLock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A reentrant lock taken and released, once and twice, contended with {@code -t 2} and more. The twin of what takes it once is
 * {@link LockBenchmark#jdkLock}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RLockBenchmark {

    private final RLock lock = new RLock();
    private final ReentrantLock jdk = new ReentrantLock();

    /** The verbs of the JDK. */
    @Benchmark
    public void lock() {
        lock.lock();
        lock.unlock();
    }

    /** The verb of this library, with a guard that releases. */
    @Benchmark
    public void lockGuard() throws InterruptedException {
        try (var held = lock.acquire()) {
            // nothing is what is measured
        }
    }

    /** The twin of {@link #reenter}. */
    @Benchmark
    public void jdkReenter() {
        jdk.lock();
        jdk.lock();
        jdk.unlock();
        jdk.unlock();
    }

    /** Two holds. */
    @Benchmark
    public void reenter() {
        lock.lock();
        lock.lock();
        lock.unlock();
        lock.unlock();
    }
}
