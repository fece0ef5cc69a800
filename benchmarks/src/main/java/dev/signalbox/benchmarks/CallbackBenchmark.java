// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** Callbacks: one that asks for the next, and one that another thread waits for. The twin is an executor with one thread. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CallbackBenchmark {

    private static final int HOPS = 100_000;

    /** Something that the benchmark's thread waits for. */
    private static final class Signal implements Runnable {
        private final Thread waiting = Thread.currentThread();
        private volatile boolean given;

        @Override
        public void run() {
            given = true;
            LockSupport.unpark(waiting);
        }

        void await() {
            while (!given) {
                LockSupport.park(this);
            }
        }
    }

    /** A callback that asks to be called again, so many times. */
    private static final class Hops implements Runnable {
        private final Executor next;
        private final Signal end = new Signal();
        private int left = HOPS;

        Hops(Executor next) {
            this.next = next;
        }

        @Override
        public void run() {
            if (--left > 0) {
                next.execute(this);
            } else {
                end.run();
            }
        }
    }

    /** The twin of {@link #callSoon}. */
    @Benchmark
    @OperationsPerInvocation(HOPS)
    public void jdkHop(SingleThread jdk) {
        Hops hops = new Hops(jdk.executor());
        jdk.executor().execute(hops);
        hops.end.await();
    }

    /** From one callback to the next. */
    @Benchmark
    @OperationsPerInvocation(HOPS)
    public void callSoon(RunningLoop running) {
        Hops hops = new Hops(running.loop()::callSoon);
        running.loop().execute(hops);
        hops.end.await();
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
