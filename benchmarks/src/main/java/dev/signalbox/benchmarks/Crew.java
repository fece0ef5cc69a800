// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Threads that stay, for what takes several with different parts: an invocation of the benchmark gives each a part of fixed
 * length and waits for all, so its end leaves nobody blocked.
 */
@State(Scope.Benchmark)
public class Crew {

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Ends the threads. */
    @TearDown
    public void shutDown() {
        threads.shutdown();
    }

    /** A part, which fails with what it throws. */
    @FunctionalInterface
    interface Part {
        void play() throws Exception;
    }

    /** Plays the parts at the same time, each in a thread of its own. */
    void play(List<Part> parts) throws InterruptedException, ExecutionException {
        List<Callable<Void>> calls = new ArrayList<>();
        for (Part part : parts) {
            calls.add(() -> {
                part.play();
                return null;
            });
        }
        for (Future<Void> played : threads.invokeAll(calls)) {
            played.get();
        }
    }
}
