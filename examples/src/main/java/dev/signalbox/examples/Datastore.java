// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import dev.signalbox.core.Lock;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * The lost update: three workers on two threads each add one to a stored number, by reading it, working a while, and writing it back.
 *
 * <p>Without a lock two of them read the same number, and one update is lost. Under a {@link Lock} none is, in either of its forms: a guard
 * in a {@code try} block, or {@code acquire} and {@code release}.
 */
public final class Datastore {
    private static final int WORKERS = 3;
    private static final int THREADS = 2;
    private static final long WORK_MILLIS = 200;

    private final PrintStream out;
    private final long start = System.nanoTime();
    private final Lock lock = new Lock();
    private volatile int value;

    private Datastore(PrintStream out) {
        this.out = out;
    }

    /**
     * The facts of this example: the number in the end, which should be the number of workers.
     *
     * @param workers how many workers added one
     * @param withoutLock without a lock
     * @param withGuard with a lock as a guard in a {@code try} block
     * @param withRelease with a lock that is acquired and released
     */
    public record Result(int workers, int withoutLock, int withGuard, int withRelease) {}

    /** One worker's way to update. */
    private interface Update {
        void run(Datastore store, String worker) throws InterruptedException;
    }

    /**
     * Runs this example.
     *
     * @param args not used
     * @throws Exception if something goes wrong
     */
    public static void main(String[] args) throws Exception {
        run(System.out);
    }

    static Result run(PrintStream out) throws InterruptedException, ExecutionException {
        int withoutLock = run(out, "without a lock", Datastore::update);
        int withGuard = run(out, "with a lock, as a guard", Datastore::updateWithGuard);
        int withRelease = run(out, "with a lock, acquire and release", Datastore::updateWithRelease);
        return new Result(WORKERS, withoutLock, withGuard, withRelease);
    }

    private static int run(PrintStream out, String title, Update update)
            throws InterruptedException, ExecutionException {
        out.println(title + ":");
        Datastore store = new Datastore(out);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> workers = IntStream.rangeClosed(1, WORKERS)
                    .<Callable<Void>>mapToObj(i -> () -> {
                        update.run(store, "worker " + i);
                        return null;
                    })
                    .toList();
            for (Future<Void> worker : threads.invokeAll(workers)) {
                worker.get();
            }
        } finally {
            threads.shutdown();
        }
        int lost = WORKERS - store.value;
        out.println("  " + WORKERS + " workers added 1 each, and the number is " + store.value + ": "
                + (lost == 0 ? "no update is lost" : "lost updates: " + lost));
        return store.value;
    }

    /** Reads, works, writes: whoever reads in between reads what is about to be out of date. */
    private void update(String worker) throws InterruptedException {
        int read = value;
        log(worker, "reads  " + read);
        Thread.sleep(WORK_MILLIS);
        value = read + 1;
        log(worker, "writes " + (read + 1));
    }

    private void updateWithGuard(String worker) throws InterruptedException {
        log(worker, "waits for the lock");
        try (var held = lock.acquire()) {
            log(worker, "has the lock");
            update(worker);
        }
        log(worker, "has released the lock");
    }

    private void updateWithRelease(String worker) throws InterruptedException {
        log(worker, "waits for the lock");
        var unused = lock.acquire();
        try {
            log(worker, "has the lock");
            update(worker);
        } finally {
            lock.release();
        }
        log(worker, "has released the lock");
    }

    private synchronized void log(String worker, String what) {
        long millis = (System.nanoTime() - start) / 1_000_000;
        out.printf(Locale.ROOT, "  %4d ms  %s  %s%n", millis, worker, what);
    }
}
