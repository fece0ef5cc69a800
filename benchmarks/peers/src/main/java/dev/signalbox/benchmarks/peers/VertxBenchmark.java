// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks.peers;

import dev.signalbox.benchmarks.Signal;
import dev.signalbox.benchmarks.Work;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A virtual-thread context of Vert.x, in which a task awaits futures in direct style. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VertxBenchmark {

    private final Vertx vertx = Vertx.vertx();
    private Context context = vertx.getOrCreateContext();

    /** A verticle that only lends its context. */
    private static final class Lender extends AbstractVerticle {
        Context lend() {
            return context;
        }
    }

    /** Tasks that wait for their turn, each with a promise that the one before completes. */
    private final class Turns {
        private final List<Promise<Void>> turns = new ArrayList<>();
        private final Signal end = new Signal();
        private final int rounds;
        private int running; // of the context

        Turns(int tasks) {
            rounds = Work.SWITCHES / tasks;
            running = tasks;
            for (int i = 0; i < tasks; i++) {
                turns.add(Promise.promise());
            }
        }

        void run() {
            for (int i = 0; i < turns.size(); i++) {
                int task = i;
                context.runOnContext(nothing -> take(task));
            }
            context.runOnContext(nothing -> turns.get(0).complete());
            end.await();
        }

        private void take(int task) {
            for (int i = 0; i < rounds; i++) {
                turns.get(task).future().await();
                turns.set(task, Promise.promise());
                turns.get((task + 1) % turns.size()).complete();
            }
            if (--running == 0) {
                end.run();
            }
        }
    }

    /** Makes the context. */
    @Setup
    public void deploy() {
        Lender lender = new Lender();
        DeploymentOptions options = new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
        vertx.deployVerticle(lender, options)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        context = lender.lend();
    }

    /** Ends its threads. */
    @TearDown
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Two tasks in turn. */
    @Benchmark
    @OperationsPerInvocation(Work.SWITCHES)
    public void switch2() {
        new Turns(2).run();
    }

    /** A hundred tasks in turn. */
    @Benchmark
    @OperationsPerInvocation(Work.SWITCHES)
    public void switch100() {
        new Turns(100).run();
    }

    /** Tasks created and awaited. */
    @Benchmark
    @OperationsPerInvocation(Work.BATCH)
    public void create() {
        Signal end = new Signal();
        context.runOnContext(nothing -> {
            List<Future<Integer>> batch = new ArrayList<>(Work.BATCH);
            for (int i = 0; i < Work.BATCH; i++) {
                Promise<Integer> result = Promise.promise();
                context.runOnContext(none -> result.complete(1));
                batch.add(result.future());
            }
            Future.all(batch).await();
            end.run();
        });
        end.await();
    }
}
