// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.loop.AsyncBoundedSemaphore;
import dev.signalbox.loop.AsyncEvent;
import dev.signalbox.loop.AsyncLock;
import dev.signalbox.loop.AsyncSemaphore;
import java.util.List;

/** The primitives of one loop, whose tasks need no locks to look after the invariants. */
final class AsyncSubjects {
    private AsyncSubjects() {}

    static List<Subject> all() {
        return List.of(
                new Permits(new AsyncSemaphore(4), 4),
                new Permits(new AsyncBoundedSemaphore(3), 3),
                new Resized(),
                new Exclusion(),
                new Flag());
    }

    /** Never more permits in use than there are, and all of them back in the end. */
    private static final class Permits implements Subject {
        private final AsyncSemaphore semaphore;
        private final int permits;
        private int inUse;

        Permits(AsyncSemaphore semaphore, int permits) {
            this.semaphore = semaphore;
            this.permits = permits;
        }

        @Override
        public void use(Actor actor) throws Exception {
            int wanted = 1 + actor.choose(3);
            switch (actor.choose(4)) {
                case 0 -> {
                    try (var held = semaphore.acquire(wanted)) {
                        work(actor, wanted);
                    }
                }
                case 1 -> workIf(semaphore.tryAcquire(wanted), actor, wanted);
                case 2 -> workIf(semaphore.tryAcquire(wanted, actor.shortTime()), actor, wanted);
                default -> {
                    try (var held = semaphore.acquire(actor.shortTime())) {
                        work(actor, 1);
                    }
                }
            }
        }

        private void workIf(boolean acquired, Actor actor, int wanted) {
            if (acquired) {
                try {
                    work(actor, wanted);
                } finally {
                    semaphore.release(wanted);
                }
            }
        }

        private void work(Actor actor, int wanted) {
            inUse += wanted;
            try {
                assertThat(inUse).as("in use of %s", semaphore).isLessThanOrEqualTo(permits);
                actor.pause();
            } finally {
                inUse -= wanted;
            }
        }

        @Override
        public void verifyAtRest() {
            assertThat(inUse).isZero();
            assertThat(semaphore.availablePermits()).as("%s", semaphore).isEqualTo(permits);
            assertThat(semaphore.waiters()).as("%s", semaphore).isZero();
        }
    }

    /** However it was resized meanwhile, nothing is missing and nothing too much. */
    private static final class Resized implements Subject {
        private static final int MOST = 5;

        private final AsyncBoundedSemaphore semaphore = new AsyncBoundedSemaphore(MOST);
        private int inUse;

        @Override
        public void use(Actor actor) {
            if (actor.oneIn(4)) {
                semaphore.resize(1 + actor.choose(MOST));
            }
            try (var held = semaphore.acquire()) {
                assertThat(++inUse).as("in use of %s", semaphore).isLessThanOrEqualTo(MOST);
                try {
                    actor.pause();
                } finally {
                    inUse--;
                }
            }
        }

        @Override
        public void verifyAtRest() {
            semaphore.resize(MOST);
            assertThat(semaphore.availablePermits()).as("%s", semaphore).isEqualTo(MOST);
        }
    }

    /** One at a time. */
    private static final class Exclusion implements Subject {
        private final AsyncLock lock = new AsyncLock();
        private int inside;

        @Override
        public void use(Actor actor) throws Exception {
            boolean locked = true;
            switch (actor.choose(4)) {
                case 0 -> lock.acquire();
                case 1 -> lock.acquire(actor.shortTime());
                case 2 -> locked = lock.tryAcquire();
                default -> locked = lock.tryAcquire(actor.shortTime());
            }
            if (locked) {
                try {
                    assertThat(inside++).as("inside of %s", lock).isZero();
                    actor.pause();
                } finally {
                    inside--;
                    lock.release();
                }
            }
        }

        @Override
        public void verifyAtRest() {
            assertThat(inside).isZero();
            assertThat(lock.isLocked()).as("%s", lock).isFalse();
        }
    }

    /** Nobody waits for ever who has a time limit; the rest is in the tests of events. */
    private static final class Flag implements Subject {
        private final AsyncEvent event = new AsyncEvent();

        @Override
        public void use(Actor actor) {
            switch (actor.choose(3)) {
                case 0 -> event.set();
                case 1 -> event.clear();
                default -> assertThat(event.await(actor.shortTime())).isIn(true, false);
            }
        }

        @Override
        public void verifyAtRest() {
            assertThat(event.toString()).contains("waiters=0");
        }
    }
}
