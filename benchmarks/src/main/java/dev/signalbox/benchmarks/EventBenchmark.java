// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.core.Event;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A flag asked, set and set again. The twin is {@link CountDownLatch}, which cannot be closed again. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EventBenchmark {

    private final Event unset = new Event();
    private final Event event = new Event();
    private final Event set = new Event();
    private final CountDownLatch jdk = new CountDownLatch(1);
    private final CountDownLatch jdkOpen = new CountDownLatch(0);

    /** Sets what is waited for. */
    @Setup
    public void set() {
        set.set();
    }

    /** The twin of {@link #isSet}. */
    @Benchmark
    public boolean jdkIsOpen() {
        return jdk.getCount() == 0;
    }

    /** The question alone. */
    @Benchmark
    public boolean isSet() {
        return unset.isSet();
    }

    /** The twin of {@link #setAndClear}: a latch opened, and a new one made. */
    @Benchmark
    public CountDownLatch jdkOpenNew() {
        CountDownLatch latch = new CountDownLatch(1);
        latch.countDown();
        return latch;
    }

    /** The flag up and down. */
    @Benchmark
    public void setAndClear() {
        event.set();
        event.clear();
    }

    /** The twin of {@link #awaitSet}. */
    @Benchmark
    public void jdkAwaitOpen() throws InterruptedException {
        jdkOpen.await();
    }

    /** A wait that is over before it begins. */
    @Benchmark
    public void awaitSet() throws InterruptedException {
        set.await();
    }
}
