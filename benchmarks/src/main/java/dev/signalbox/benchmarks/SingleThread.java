// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The JDK's way to run one piece of code after another. */
@State(Scope.Benchmark)
public class SingleThread {

    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    /** Ends the thread. */
    @TearDown
    public void shutDown() {
        executor.shutdown();
    }

    ExecutorService executor() {
        return executor;
    }
}
