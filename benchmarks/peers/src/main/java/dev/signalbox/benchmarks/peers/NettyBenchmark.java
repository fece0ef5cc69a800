// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks.peers;

import dev.signalbox.benchmarks.Burst;
import dev.signalbox.benchmarks.Hops;
import dev.signalbox.benchmarks.Signal;
import dev.signalbox.benchmarks.Work;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One event loop of Netty, with the selector of the JDK. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NettyBenchmark {

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();

    /** Ends the loop's thread. */
    @TearDown
    public void shutDown() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** From one callback to the next. */
    @Benchmark
    @OperationsPerInvocation(Work.HOPS)
    public void hop() {
        Hops.run(loop, loop);
    }

    /** Into the loop, one callback after the other. */
    @Benchmark
    @OperationsPerInvocation(Work.BURST)
    public void executeBurst() {
        Burst.run(loop);
    }

    /** Into the loop and back. */
    @Benchmark
    public void executeRoundTrip() {
        Signal signal = new Signal();
        loop.execute(signal);
        signal.await();
    }
}
