// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.core.Barrier;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Two threads that meet. The twin is {@link CyclicBarrier}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BarrierBenchmark {

    private static final int MEETINGS = 1000;

    private final Barrier barrier = new Barrier(2);
    private final CyclicBarrier jdk = new CyclicBarrier(2);

    /** The twin of {@link #meet}. */
    @Benchmark
    @OperationsPerInvocation(MEETINGS)
    public void jdkMeet(Crew crew) throws InterruptedException, ExecutionException {
        playTwice(crew, jdk::await);
    }

    /** One meeting after another. */
    @Benchmark
    @OperationsPerInvocation(MEETINGS)
    public void meet(Crew crew) throws InterruptedException, ExecutionException {
        playTwice(crew, barrier::await);
    }

    private static void playTwice(Crew crew, Crew.Part meeting) throws InterruptedException, ExecutionException {
        Crew.Part meetings = () -> {
            for (int i = 0; i < MEETINGS; i++) {
                meeting.play();
            }
        };
        crew.play(List.of(meetings, meetings));
    }
}
