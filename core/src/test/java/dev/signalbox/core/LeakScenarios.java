// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.OpenGuards;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What has to hold where every guard is watched: each method is one test, run in an {@link IsolatedCore} of its own. */
public final class LeakScenarios {
    private static final Duration LONG = Duration.ofHours(1);

    private LeakScenarios() {}

    public static void semaphores() throws Exception {
        for (Semaphore semaphore : List.of(new Semaphore(5), Semaphore.fair(5), new BoundedSemaphore(5))) {
            assertFound(semaphore, semaphore::acquire);
            assertFound(semaphore, () -> semaphore.acquire(2));
            assertFound(semaphore, () -> semaphore.acquire(LONG));
            assertThat(semaphore.availablePermits()).isEqualTo(5);
        }
    }

    public static void locks() throws Exception {
        Lock lock = new Lock();
        assertFound(lock, lock::acquire);
        assertFound(lock, () -> lock.acquire(LONG));
        RLock rlock = new RLock();
        assertFound(rlock, rlock::acquire);
        assertFound(rlock, () -> rlock.acquire(LONG));
        assertFound(lock, lock.newCondition()::acquire);
        assertFound(rlock, rlock.newCondition()::acquire);
        assertThat(lock.isLocked()).isFalse();
        assertThat(rlock.isLocked()).isFalse();
    }

    /** As long as a guard is open its owner is said to have left it open. */
    private static void assertFound(Object primitive, Callable<Guard> acquire) throws Exception {
        String left = "guard of " + Identity.of(primitive) + " was still open when the scenario ended";
        Guard guard = acquire.call();
        assertThat(leftOpen()).containsExactly(left);
        guard.close();
        acquire.call().close();
        assertThat(leftOpen()).isEmpty();
    }

    public static void releaseByHand_ofSemaphores() throws Exception {
        Semaphore one = new Semaphore(1);
        one.acquire();
        one.release();
        Semaphore many = new Semaphore(2);
        many.acquire(2);
        many.release(2);
        assertThat(leftOpen()).isEmpty();

        many.acquire(2);
        assertThat(leftOpen()).as("once released by hand").isEmpty();
    }

    public static void releaseByHand_ofLocks() throws Exception {
        Lock lock = new Lock();
        lock.acquire();
        lock.release();
        RLock rlock = new RLock();
        rlock.acquire();
        rlock.unlock();
        Condition condition = new Condition();
        condition.acquire();
        condition.release();
        assertThat(leftOpen()).isEmpty();
    }

    public static void releaseThatThrows_needsGuardsClosedAsBefore() throws Exception {
        BoundedSemaphore semaphore = new BoundedSemaphore(1);
        try {
            semaphore.release();
        } catch (IllegalStateException e) {
            Guard guard = semaphore.acquire();
            assertThat(leftOpen()).hasSize(1);
            guard.close();
            return;
        }
        throw new AssertionError("released more than acquired");
    }

    public static void collectedGuard_isLogged_withThePlace() throws Exception {
        List<LogRecord> records = new CopyOnWriteArrayList<>();
        Handler capture = new Handler() {
            @Override
            public void publish(LogRecord logged) {
                records.add(logged);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("dev.signalbox.core");
        logger.addHandler(capture);
        logger.setUseParentHandlers(false);
        Semaphore semaphore = new Semaphore(1);
        try {
            semaphore.acquire();
            while (records.isEmpty()) {
                System.gc();
                Thread.onSpinWait();
            }
        } finally {
            logger.removeHandler(capture);
            logger.setUseParentHandlers(true);
        }

        assertThat(records).singleElement().satisfies(logged -> {
            assertThat(logged.getMessage())
                    .isEqualTo("guard of " + Identity.of(semaphore) + " was never closed, and was collected");
            assertThat(logged.getThrown()).hasMessageStartingWith("acquired by thread '");
            assertThat(logged.getThrown().getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("collectedGuard_isLogged_withThePlace"));
        });
    }

    private static List<String> leftOpen() {
        List<String> left = new ArrayList<>();
        Objects.requireNonNull(OpenGuards.OF_CORE)
                .ended(Thread.currentThread(), () -> "the scenario", (what, place) -> left.add(what));
        return left;
    }
}
