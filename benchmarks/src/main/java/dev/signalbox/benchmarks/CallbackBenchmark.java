// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * Callbacks: one that asks for the next, those that another thread hands over in a burst, and one that it waits for. The twin is
 * an executor with one thread.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CallbackBenchmark {

    /** The twin of {@link #callSoon}. */
    @Benchmark
    @OperationsPerInvocation(Work.HOPS)
    public void jdkHop(SingleThread jdk) {
        Hops.run(jdk.executor(), jdk.executor());
    }

    /** From one callback to the next. */
    @Benchmark
    @OperationsPerInvocation(Work.HOPS)
    public void callSoon(RunningLoop running) {
        Hops.run(running.loop(), running.loop()::callSoon);
    }

    /** The twin of {@link #executeBurst}. */
    @Benchmark
    @OperationsPerInvocation(Work.BURST)
    public void jdkBurst(SingleThread jdk) {
        Burst.run(jdk.executor());
    }

    /** Into the loop, one callback after the other. */
    @Benchmark
    @OperationsPerInvocation(Work.BURST)
    public void executeBurst(RunningLoop running) {
        Burst.run(running.loop());
    }

    /** The twin of {@link #executeRoundTrip}. */
    @Benchmark
    public void jdkRoundTrip(SingleThread jdk) {
        Signal signal = new Signal();
        jdk.executor().execute(signal);
        signal.await();
    }

    /** Into the loop and back. */
    @Benchmark
    public void executeRoundTrip(RunningLoop running) {
        Signal signal = new Signal();
        running.loop().execute(signal);
        signal.await();
    }
}
