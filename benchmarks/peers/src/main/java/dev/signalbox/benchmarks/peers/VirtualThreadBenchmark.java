// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks.peers;

import com.softwaremill.jox.Channel;
import dev.signalbox.benchmarks.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Virtual threads without a loop, with what java.util.concurrent and Jox have for them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VirtualThreadBenchmark {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore scarce = new Semaphore(Work.PERMITS, true);
    private final BlockingQueue<Integer> queue = new ArrayBlockingQueue<>(Work.CAPACITY);
    private final Channel<Integer> channel = Channel.newBufferedChannel(Work.CAPACITY);

    /** Ends the threads. */
    @TearDown
    public void close() {
        threads.close();
    }

    /** Permits of a fair semaphore that are given back at once. */
    @Benchmark
    @OperationsPerInvocation(Work.CONTENDERS * Work.ROUNDS)
    public void contended() throws InterruptedException, ExecutionException {
        contend(() -> {});
    }

    /** Permits of a fair semaphore that are given back after a yield. */
    @Benchmark
    @OperationsPerInvocation(Work.CONTENDERS * Work.ROUNDS)
    public void contendedHeld() throws InterruptedException, ExecutionException {
        contend(Thread::yield);
    }

    /** Items through a queue of java.util.concurrent. */
    @Benchmark
    @OperationsPerInvocation(Work.ITEMS)
    public int passJdk() throws InterruptedException, ExecutionException {
        return pass(() -> put(queue), () -> take(queue));
    }

    /** Items through a channel of Jox. */
    @Benchmark
    @OperationsPerInvocation(Work.ITEMS)
    public int passJox() throws InterruptedException, ExecutionException {
        return pass(() -> send(channel), () -> receive(channel));
    }

    private void contend(Runnable whileHeld) throws InterruptedException, ExecutionException {
        scarce.acquire(Work.PERMITS);
        List<Future<Integer>> all = new ArrayList<>(Work.CONTENDERS);
        for (int i = 0; i < Work.CONTENDERS; i++) {
            all.add(threads.submit(() -> takeRounds(whileHeld)));
        }
        while (scarce.getQueueLength() < Work.CONTENDERS) {
            Thread.onSpinWait();
        }
        scarce.release(Work.PERMITS);
        for (Future<Integer> one : all) {
            one.get();
        }
    }

    private int takeRounds(Runnable whileHeld) throws InterruptedException {
        for (int i = 0; i < Work.ROUNDS; i++) {
            scarce.acquire();
            whileHeld.run();
            scarce.release();
        }
        return Work.ROUNDS;
    }

    private int pass(Callable<Integer> from, Callable<Integer> to) throws InterruptedException, ExecutionException {
        Future<Integer> put = threads.submit(from);
        Future<Integer> taken = threads.submit(to);
        return put.get() + taken.get();
    }

    private static int put(BlockingQueue<Integer> queue) throws InterruptedException {
        for (int i = 0; i < Work.ITEMS; i++) {
            queue.put(1);
        }
        return Work.ITEMS;
    }

    private static int take(BlockingQueue<Integer> queue) throws InterruptedException {
        int sum = 0;
        for (int i = 0; i < Work.ITEMS; i++) {
            sum += queue.take();
        }
        return sum;
    }

    private static int send(Channel<Integer> channel) throws InterruptedException {
        for (int i = 0; i < Work.ITEMS; i++) {
            channel.send(1);
        }
        return Work.ITEMS;
    }

    private static int receive(Channel<Integer> channel) throws InterruptedException {
        int sum = 0;
        for (int i = 0; i < Work.ITEMS; i++) {
            sum += channel.receive();
        }
        return sum;
    }
}
