// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.core.QueueShutdownException;
import dev.signalbox.loop.Async;
import dev.signalbox.loop.CancelledException;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random use of everything by threads and by the tasks of several loops, with interrupts, cancels and timeouts at random moments. The seed
 * makes the choices; the scheduling is the machine's, so the same seed only makes the same failure likely.
 */
final class SoakTest {
    private static final long MILLIS = Long.getLong("signalbox.soak.millis", 4_000);
    private static final long SEED = Long.getLong("signalbox.soak.seed", System.nanoTime());
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LOOPS = 4;
    private static final int TASKS = 12; // of each loop
    private static final int THREADS = 8;
    private static final int USES_BETWEEN_CANCELS = 20;

    private final List<Subject> shared = CoreSubjects.all();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS) // it has a deadline of its own
    void randomUse_keepsEveryInvariant() throws Exception {
        // Before anything can hang.
        System.getLogger(SoakTest.class.getName())
                .log(System.Logger.Level.INFO, "-Dsignalbox.soak.seed={0,number,#}", SEED);
        Random seeds = new Random(SEED);
        List<Thread> users = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Actor actor = new Actor(seeds.nextLong(), false);
            users.add(start("user-" + i, () -> useUntilOver(actor, shared)));
        }
        List<Thread> loops = new ArrayList<>();
        for (int i = 0; i < LOOPS; i++) {
            long seed = seeds.nextLong();
            loops.add(start("loop-" + i, () -> EventLoop.run(() -> runTasks(new Random(seed)))));
        }

        interruptAtRandom(users, new Random(seeds.nextLong()));

        for (Thread thread : concat(users, loops)) {
            thread.join(PATIENCE.toMillis());
            if (thread.isAlive()) {
                failures.add(stuck(thread));
            }
        }
        assertThat(failures).as("with -Dsignalbox.soak.seed=%d", SEED).isEmpty();
        shared.forEach(Subject::verifyAtRest);
    }

    private static List<Thread> concat(List<Thread> some, List<Thread> more) {
        List<Thread> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private Thread start(String name, Runnable body) {
        Thread thread = new Thread(
                () -> {
                    try {
                        body.run();
                    } catch (Throwable e) {
                        fail(e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void fail(Throwable failure) {
        failures.add(failure);
        over = true;
    }

    private static Throwable stuck(Thread thread) {
        Throwable where = new Throwable(thread + " does not end");
        where.setStackTrace(thread.getStackTrace());
        return where;
    }

    private void interruptAtRandom(List<Thread> users, Random random) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofMillis(MILLIS).toNanos();
        while (!over && System.nanoTime() - end < 0) {
            users.get(random.nextInt(users.size())).interrupt();
            users.get(random.nextInt(users.size())).join(1); // a pause
        }
        over = true;
    }

    // ---------------------------------------------------------------- users

    private void useUntilOver(Actor actor, List<Subject> subjects) {
        while (!over) {
            useOnce(actor, subjects.get(actor.choose(subjects.size())));
        }
    }

    private void useOnce(Actor actor, Subject subject) {
        try {
            if (actor.isTask() && actor.oneIn(8)) {
                Async.timeout(actor.shortTime(), () -> subject.use(actor));
            } else {
                subject.use(actor);
            }
        } catch (InterruptedException | TimeoutException | BrokenBarrierException | QueueShutdownException e) {
            // as asked for
        } catch (CancelledException e) {
            goOn(e);
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Whoever is cancelled has had its turn of that, and goes on. */
    private void goOn(CancelledException cancelled) {
        Task<?> me = Async.currentTask();
        if (cancelled.source() != me) {
            fail(cancelled);
        }
        while (me.cancelling() > 0) {
            me.uncancel();
        }
    }

    private void runTasks(Random random) {
        List<Subject> subjects = new ArrayList<>(shared);
        List<Subject> own = AsyncSubjects.all();
        own.forEach(subject -> subjects.addAll(List.of(subject, subject)));
        List<Task<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            Actor actor = new Actor(random.nextLong(), true);
            tasks.add(Async.createTask("user-" + i, () -> {
                while (!over) {
                    useOnce(actor, subjects.get(actor.choose(subjects.size())));
                    letOthersRun();
                }
            }));
        }
        while (!over) {
            for (int i = 0; i < USES_BETWEEN_CANCELS; i++) {
                Async.yieldNow();
            }
            tasks.get(random.nextInt(tasks.size())).cancel();
        }
        tasks.forEach(SoakTest::awaitEnd);
        own.forEach(Subject::verifyAtRest);
    }

    private void letOthersRun() {
        try {
            Async.yieldNow();
        } catch (CancelledException e) {
            goOn(e);
        }
    }

    private static void awaitEnd(Task<Void> task) {
        try {
            task.await();
        } catch (CancelledException e) {
            assertThat(e.source()).as("cancelled too late to go on").isSameAs(task);
        }
    }
}
