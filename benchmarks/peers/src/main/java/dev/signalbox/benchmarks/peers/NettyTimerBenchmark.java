// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks.peers;

import dev.signalbox.benchmarks.Work;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
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
import org.openjdk.jmh.annotations.TearDown;

/** Timers of one event loop of Netty, made and cancelled while many others are pending. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NettyTimerBenchmark {

    private static final Runnable NOTHING = () -> {};

    /** When those are due that are cancelled. */
    @Param
    public Work.Due due = Work.Due.SOON;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final long[] delays = new long[Work.TIMERS];

    /** Makes the timers that stay. */
    @Setup
    public void makePending() throws InterruptedException, ExecutionException {
        for (int i = 0; i < delays.length; i++) {
            delays[i] = due.millis(i);
        }
        inLoop(() -> {
            for (int i = 0; i < Work.PENDING; i++) {
                loop.schedule(NOTHING, Work.Due.AMONG.millis(i), TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Ends the loop's thread. */
    @TearDown
    public void shutDown() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** One timer after the other. */
    @Benchmark
    @OperationsPerInvocation(Work.TIMERS)
    public void makeAndCancel() throws InterruptedException, ExecutionException {
        inLoop(() -> {
            for (long delay : delays) {
                loop.schedule(NOTHING, delay, TimeUnit.MILLISECONDS).cancel(false);
            }
        });
    }

    private void inLoop(Runnable body) throws InterruptedException, ExecutionException {
        loop.submit(body).get();
    }
}
