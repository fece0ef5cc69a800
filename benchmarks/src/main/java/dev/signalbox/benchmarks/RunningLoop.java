// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.VoidTaskBody;
import java.util.concurrent.ExecutionException;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One loop that runs throughout, so that no benchmark measures its start. */
@State(Scope.Benchmark)
public class RunningLoop {

    private final EventLoop loop = EventLoop.create();
    private final Thread runner = new Thread(loop::runForever, "runner");

    /** Lets the loop run on a thread of its own. */
    @Setup
    public void start() {
        runner.start();
    }

    /** Closes the loop and waits for its thread. */
    @TearDown
    public void close() throws InterruptedException {
        loop.close();
        runner.join();
    }

    EventLoop loop() {
        return loop;
    }

    /** Runs a body as a task and waits for it. */
    void await(VoidTaskBody<?> body) throws InterruptedException, ExecutionException {
        loop.submit(body).get();
    }
}
