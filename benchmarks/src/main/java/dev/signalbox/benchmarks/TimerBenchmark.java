// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.loop.EventLoop;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A timer made and cancelled, as those of time limits that are met, while many others are pending. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TimerBenchmark {

    private static final Runnable NOTHING = () -> {};

    /** When those are due that are cancelled. */
    @Param
    public Work.Due due = Work.Due.SOON;

    private final Duration[] delays = new Duration[Work.TIMERS];

    /** Makes the timers that stay. */
    @Setup
    public void makePending(RunningLoop running) throws InterruptedException, ExecutionException {
        for (int i = 0; i < delays.length; i++) {
            delays[i] = Duration.ofMillis(due.millis(i));
        }
        EventLoop loop = running.loop();
        running.await(() -> {
            for (int i = 0; i < Work.PENDING; i++) {
                loop.callLater(Duration.ofMillis(Work.Due.AMONG.millis(i)), NOTHING);
            }
        });
    }

    /** One timer after the other. */
    @Benchmark
    @OperationsPerInvocation(Work.TIMERS)
    public void makeAndCancel(RunningLoop running) throws InterruptedException, ExecutionException {
        EventLoop loop = running.loop();
        running.await(() -> {
            for (Duration delay : delays) {
                loop.callLater(delay, NOTHING).cancel();
            }
        });
    }
}
