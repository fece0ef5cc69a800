// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.core.Lock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A lock taken and released, contended with {@code -t 2} and more. The twin is {@link ReentrantLock}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LockBenchmark {

    private final Lock lock = new Lock();
    private final ReentrantLock jdk = new ReentrantLock();

    /** The twin of {@link #lock} and of its other forms. */
    @Benchmark
    public void jdkLock() {
        jdk.lock();
        jdk.unlock();
    }

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
}
