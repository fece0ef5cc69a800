// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import dev.signalbox.core.RLock;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Two threads that take turns by a condition. The twin is the condition of {@link ReentrantLock}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ConditionBenchmark {

    private static final int TURNS = 1000;

    /** The locks that have conditions. */
    public enum Kind {
        RLOCK(RLock::new),
        LOCK(dev.signalbox.core.Lock::new),
        JDK(ReentrantLock::new);

        private final Supplier<Lock> constructor;

        Kind(Supplier<Lock> constructor) {
            this.constructor = constructor;
        }
    }

    /** Which lock. */
    @Param
    public Kind kind = Kind.RLOCK;

    private Lock lock = new RLock();
    private Condition changed = lock.newCondition();
    private int turn; // guarded by the lock

    /** Makes lock and condition. */
    @Setup
    public void create() {
        lock = kind.constructor.get();
        changed = lock.newCondition();
    }

    /** One turn: wait for it, and give it to the other. */
    @Benchmark
    @OperationsPerInvocation(TURNS)
    public void turn(Crew crew) throws InterruptedException, ExecutionException {
        crew.play(List.of(() -> takeTurns(0), () -> takeTurns(1)));
    }

    private void takeTurns(int mine) throws InterruptedException {
        for (int i = 0; i < TURNS / 2; i++) {
            lock.lock();
            try {
                while (turn != mine) {
                    changed.await();
                }
                turn = 1 - mine;
                changed.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A signal that nobody waits for. */
    @Benchmark
    public void signalNobody() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
