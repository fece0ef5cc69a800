// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.core.RLock;
import dev.signalbox.loop.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Finding out who calls, a task or a thread, while so many loops run. The twin is {@link ReentrantLock}, whose owner is always
 * the thread; of the question alone it is the same with no other loop.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CallerBenchmark {

    private static final int CALLS = 100_000;

    private final RLock lock = new RLock();
    private final ReentrantLock jdk = new ReentrantLock();
    private final List<RunningLoop> others = new ArrayList<>();

    /** Loops that run meanwhile, and have nothing to do. */
    @Param({"0", "1", "2", "100", "1000"})
    int loops;

    /** Lets the loops run. */
    @Setup
    public void startLoops() throws InterruptedException, ExecutionException {
        EventLoop.create().close(); // without a loop, and before the first one, nobody asks
        for (int i = 0; i < loops; i++) {
            RunningLoop loop = new RunningLoop();
            loop.start();
            loop.await(() -> {});
            others.add(loop);
        }
    }

    /** Closes them. */
    @TearDown
    public void closeLoops() throws InterruptedException {
        for (RunningLoop loop : others) {
            loop.close();
        }
    }

    /** The twin of {@link #threadLocks}. */
    @Benchmark
    public void jdkThreadLocks() {
        jdk.lock();
        jdk.unlock();
    }

    /** A thread that runs no loop. */
    @Benchmark
    public void threadLocks() {
        lock.lock();
        lock.unlock();
    }

    /** The twin of {@link #taskLocks}. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public void jdkTaskLocks(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> {
            for (int i = 0; i < CALLS; i++) {
                jdkPair();
            }
        });
    }

    /** A task of one more loop, the last to be started. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public void taskLocks(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> {
            for (int i = 0; i < CALLS; i++) {
                pair();
            }
        });
    }

    /** The question alone, in a task of one more loop. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public void current(RunningLoop loop) throws InterruptedException, ExecutionException {
        loop.await(() -> {
            for (int i = 0; i < CALLS; i++) {
                askForLoop();
            }
        });
    }

    // Not inlined, all of them: what cancels itself out, or has no effect, would be removed.
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private void jdkPair() {
        jdk.lock();
        jdk.unlock();
    }

    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private void pair() {
        lock.lock();
        lock.unlock();
    }

    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private EventLoop askForLoop() {
        return EventLoop.current();
    }
}
