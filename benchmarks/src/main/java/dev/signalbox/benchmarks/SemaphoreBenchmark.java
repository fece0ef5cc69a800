// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.core.BoundedSemaphore;
import dev.signalbox.core.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * One permit taken and given back: uncontended with {@code -t 1}, contended with {@code -t 2} and more. The twin is {@link
 * java.util.concurrent.Semaphore}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SemaphoreBenchmark {

    private final Semaphore semaphore = new Semaphore(1);
    private final BoundedSemaphore bounded = new BoundedSemaphore(1);
    private final Semaphore fair = Semaphore.fair(1);
    private final java.util.concurrent.Semaphore jdk = new java.util.concurrent.Semaphore(1);
    private final java.util.concurrent.Semaphore jdkFair = new java.util.concurrent.Semaphore(1, true);

    /** The twin of {@link #acquire} and of its other forms. */
    @Benchmark
    public void jdkAcquire() throws InterruptedException {
        jdk.acquire();
        jdk.release();
    }

    /** A guard that nobody keeps. */
    @Benchmark
    public void acquire() throws InterruptedException {
        semaphore.acquire();
        semaphore.release();
    }

    /** A guard that gives the permit back. */
    @Benchmark
    public void acquireGuard() throws InterruptedException {
        try (var held = semaphore.acquire()) {
            // nothing is what is measured
        }
    }

    /** With the bound checked at the release. */
    @Benchmark
    public void acquireBounded() throws InterruptedException {
        bounded.acquire();
        bounded.release();
    }

    /** The twin of {@link #tryAcquire}. */
    @Benchmark
    public boolean jdkTryAcquire() {
        boolean acquired = jdk.tryAcquire();
        if (acquired) {
            jdk.release();
        }
        return acquired;
    }

    /** A try that does not wait. */
    @Benchmark
    public boolean tryAcquire() {
        boolean acquired = semaphore.tryAcquire();
        if (acquired) {
            semaphore.release();
        }
        return acquired;
    }

    /** The twin of {@link #acquireFair}. */
    @Benchmark
    public void jdkAcquireFair() throws InterruptedException {
        jdkFair.acquire();
        jdkFair.release();
    }

    /** In the order of arrival. */
    @Benchmark
    public void acquireFair() throws InterruptedException {
        fair.acquire();
        fair.release();
    }
}
