// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the JDK's own lock costs on this machine: the yardstick beside every other figure. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BaselineBenchmark {

    private final ReentrantLock lock = new ReentrantLock();

    /** One uncontended pair of the JDK's reentrant lock. */
    @Benchmark
    public void reentrantLock() {
        lock.lock();
        lock.unlock();
    }
}
