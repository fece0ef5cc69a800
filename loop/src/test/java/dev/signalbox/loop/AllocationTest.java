// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.signalbox.core.Guard;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What an operation allocates, in bytes, as the threads of this JVM are charged for it: on virtual threads the carriers are. The bound is
 * for compiled code, so each measurement is repeated until it is met; what else goes on in the JVM can only add.
 */
@Timeout(120)
@Once
final class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int OPERATIONS = 20_000;
    private static final int MOST_ROUNDS = 500;
    private static final Object ITEM = new Object();
    private static final Runnable NOTHING = () -> {};

    /** A part of a byte for what is allocated once in a round. */
    private static final double ROUND = 0.5;

    /** Unless the compiler finds that it does not leave its method, which it does not always. */
    private static final int GUARD = 24;

    private static final int CALLBACK = 32;
    private static final int SCHEDULED_CALLBACK = 32;

    /** Whether a stack that is put away can cost a chunk of the heap, which is the affair of the JDK. */
    private static final boolean VIRTUAL = "virtual".equals(System.getProperty("dev.signalbox.loop.scheduler"));

    private static void assertAllocates(int most, VoidTaskBody<?> operation) {
        assertAllocates(
                most,
                () -> {
                    for (int i = 0; i < OPERATIONS; i++) {
                        operation.run();
                    }
                },
                OPERATIONS);
    }

    private static void assertAllocates(int most, VoidTaskBody<?> round, int operations) {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < MOST_ROUNDS && least > most + ROUND; i++) {
            least = Math.min(least, allocatedBy(round) / (double) operations);
        }
        assertThat(least).as("bytes an operation").isLessThanOrEqualTo(most + ROUND);
    }

    private static long allocatedBy(VoidTaskBody<?> code) {
        Charges beforeThat = Charges.now();
        Charges before = Charges.now(); // which costs something itself: it lists all threads of the process
        try {
            code.run();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        Charges after = Charges.now();
        return after.since(before) - before.since(beforeThat);
    }

    /** What each thread has allocated so far. */
    private record Charges(long[] threads, long[] bytes) {
        static Charges now() {
            long[] threads = THREADS.getAllThreadIds();
            return new Charges(threads, THREADS.getThreadAllocatedBytes(threads));
        }

        /** By threads that are still there: what those had that ended meanwhile was not given back. */
        long since(Charges earlier) {
            long sum = 0;
            for (int i = 0; i < threads.length; i++) {
                if (bytes[i] > 0) {
                    sum += bytes[i] - earlier.of(threads[i]);
                }
            }
            return sum;
        }

        private long of(long thread) {
            for (int i = 0; i < threads.length; i++) {
                if (threads[i] == thread) {
                    return Math.max(bytes[i], 0);
                }
            }
            return 0;
        }
    }

    @Test
    void theMeasure_seesWhatTasksAllocate() {
        Object[] kept = new Object[1];
        EventLoop.run(() -> {
            long allocated = allocatedBy(() -> {
                for (int i = 0; i < OPERATIONS; i++) {
                    kept[0] = new byte[1_000];
                    if (i % 1_000 == 0) {
                        Async.yieldNow();
                    }
                }
            });
            assertThat(allocated).isGreaterThan(OPERATIONS * 1_000L);
        });
    }

    // ---------------------------------------------------------------- nobody waits

    @Test
    void semaphore_itsGuardOnly() {
        AsyncSemaphore semaphore = new AsyncSemaphore(1);
        EventLoop.run(() -> assertAllocates(GUARD, () -> {
            Guard permit = semaphore.acquire();
            permit.close();
        }));
    }

    @Test
    void semaphore_byHand() {
        AsyncSemaphore semaphore = new AsyncSemaphore(1);
        EventLoop.run(() -> assertAllocates(0, () -> {
            if (semaphore.tryAcquire()) {
                semaphore.release();
            }
        }));
    }

    @Test
    void lock_itsGuardOnly() {
        AsyncLock lock = new AsyncLock();
        EventLoop.run(() -> assertAllocates(GUARD, () -> {
            Guard held = lock.acquire();
            held.close();
        }));
    }

    @Test
    void lock_byHand() {
        AsyncLock lock = new AsyncLock();
        EventLoop.run(() -> assertAllocates(0, () -> {
            if (lock.tryAcquire()) {
                lock.release();
            }
        }));
    }

    @Test
    void queues_thatNobodyWaitsFor() {
        AsyncQueue<Object> queue = new AsyncQueue<>();
        AsyncQueue<Object> bounded = new AsyncQueue<>(1);
        AsyncLifoQueue<Object> lifo = new AsyncLifoQueue<>();
        EventLoop.run(() -> assertAllocates(0, () -> {
            for (AsyncQueue<Object> each = queue;
                    each != null;
                    each = each == queue ? bounded : each == bounded ? lifo : null) {
                each.put(ITEM);
                each.take();
                if (each.offer(ITEM)) {
                    each.poll();
                }
                each.taskDone();
            }
        }));
    }

    @Test
    void event_whenSet() {
        AsyncEvent event = new AsyncEvent();
        EventLoop.run(() -> {
            event.set();
            assertAllocates(0, () -> {
                if (event.isSet()) {
                    event.await();
                }
            });
        });
    }

    @Test
    void condition_signalledForNobody() {
        AsyncCondition condition = new AsyncCondition();
        EventLoop.run(() -> {
            Guard held = condition.acquire();
            assertAllocates(0, condition::signalAll);
            held.close();
        });
    }

    // ---------------------------------------------------------------- switches, callbacks, timers

    @Test
    void yieldNow_alone() {
        EventLoop.run(() -> assertAllocates(0, Async::yieldNow));
    }

    /** Nothing by the library: virtual threads may allocate what they are put away in. */
    @Test
    void yieldNow_betweenTwoTasks() {
        EventLoop.run(() -> {
            Task<Void> other = Async.createTask(() -> {
                while (true) {
                    Async.yieldNow();
                }
            });
            assertAllocates(VIRTUAL ? 100 : 0, AllocationTest::yieldThousandTimes, 2_000);
            other.cancel();
        });
    }

    private static void yieldThousandTimes() {
        for (int i = 0; i < 1_000; i++) {
            Async.yieldNow();
        }
    }

    @Test
    void callSoon_itsHandleOnly() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            assertAllocates(
                    CALLBACK,
                    () -> {
                        for (int i = 0; i < 10_000; i++) {
                            loop.callSoon(NOTHING);
                        }
                        Async.yieldNow();
                    },
                    OPERATIONS);
        });
    }

    @Test
    void timers_theirHandleOnly() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            Duration delay = Duration.ofHours(1);
            loop.callLater(delay, NOTHING);
            assertAllocates(
                    SCHEDULED_CALLBACK, () -> loop.callLater(delay, NOTHING).cancel());
        });
    }

    /** Everything that was posted has run before the next look. */
    @Test
    void execute_fromAnotherThread_itsCallbackOnly() {
        Semaphore ran = new Semaphore(0);
        Runnable release = ran::release;
        try (EventLoop loop = EventLoop.builder().start()) {
            assertAllocates(
                    CALLBACK,
                    () -> {
                        for (int i = 0; i < OPERATIONS; i++) {
                            loop.execute(release);
                        }
                        ran.acquire(OPERATIONS);
                    },
                    OPERATIONS);
        }
    }
}
