// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.core.Barrier;
import dev.signalbox.core.BoundedSemaphore;
import dev.signalbox.core.Condition;
import dev.signalbox.core.Event;
import dev.signalbox.core.LifoQueue;
import dev.signalbox.core.Lock;
import dev.signalbox.core.PriorityQueue;
import dev.signalbox.core.Queue;
import dev.signalbox.core.RLock;
import dev.signalbox.core.Semaphore;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The primitives for threads and tasks together. */
final class CoreSubjects {
    private CoreSubjects() {}

    static List<Subject> all() {
        Lock lock = new Lock();
        RLock rlock = new RLock();
        return List.of(
                new Permits(new Semaphore(4), 4),
                new Permits(Semaphore.fair(3), 3),
                new Resized(),
                new Exclusion(lock),
                new Exclusion(rlock),
                new Tokens(new Condition(new Lock())),
                new Tokens(new Condition()),
                new Items(new Queue<>(5)),
                new Items(Queue.fair(2)),
                new Items(new LifoQueue<>(3)),
                new Items(new PriorityQueue<>(4)),
                new Flag(new Event()),
                new Meeting(new Barrier(3)));
    }

    /** Never more permits in use than there are, and all of them back in the end. */
    private static final class Permits implements Subject {
        private final Semaphore semaphore;
        private final int permits;
        private final AtomicInteger inUse = new AtomicInteger();

        Permits(Semaphore semaphore, int permits) {
            this.semaphore = semaphore;
            this.permits = permits;
        }

        @Override
        public void use(Actor actor) throws Exception {
            int wanted = 1 + actor.choose(2);
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
            assertThat(inUse.addAndGet(wanted)).as("in use of %s", semaphore).isLessThanOrEqualTo(permits);
            try {
                actor.pause();
            } finally {
                inUse.addAndGet(-wanted);
            }
        }

        @Override
        public void verifyAtRest() {
            assertThat(inUse).hasValue(0);
            assertThat(semaphore.availablePermits()).as("%s", semaphore).isEqualTo(permits);
            assertThat(semaphore.waiters()).as("%s", semaphore).isZero();
        }
    }

    /** However it was resized meanwhile, nothing is missing and nothing too much. */
    private static final class Resized implements Subject {
        private static final int MOST = 5;

        private final BoundedSemaphore semaphore = new BoundedSemaphore(MOST);
        private final AtomicInteger inUse = new AtomicInteger();

        @Override
        public void use(Actor actor) throws Exception {
            if (actor.oneIn(4)) {
                semaphore.resize(1 + actor.choose(MOST));
            }
            try (var held = semaphore.acquire()) {
                assertThat(inUse.incrementAndGet())
                        .as("in use of %s", semaphore)
                        .isLessThanOrEqualTo(MOST);
                try {
                    actor.pause();
                } finally {
                    inUse.decrementAndGet();
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
        private final java.util.concurrent.locks.Lock lock;
        private int inside; // guarded by the lock

        Exclusion(java.util.concurrent.locks.Lock lock) {
            this.lock = lock;
        }

        @Override
        public void use(Actor actor) throws Exception {
            boolean locked = true;
            switch (actor.choose(4)) {
                case 0 -> lock.lock();
                case 1 -> lock.lockInterruptibly();
                case 2 -> locked = lock.tryLock();
                default -> locked = lock.tryLock(actor.shortTime().toNanos(), TimeUnit.NANOSECONDS);
            }
            if (locked) {
                try {
                    assertThat(inside++).as("inside of %s", lock).isZero();
                    actor.pause();
                } finally {
                    inside--;
                    lock.unlock();
                }
            }
        }

        @Override
        public void verifyAtRest() {
            assertThat(lock.tryLock()).as("%s", lock).isTrue();
            assertThat(inside).isZero();
            lock.unlock();
        }
    }

    /** Who waits for a token gets one that somebody made, and nobody else gets it. */
    private static final class Tokens implements Subject {
        private final Condition condition;
        private long made; // these two are guarded by the lock of the condition
        private long spent;

        Tokens(Condition condition) {
            this.condition = condition;
        }

        @Override
        public void use(Actor actor) throws Exception {
            try (var held = condition.acquire()) {
                if (actor.choose(2) == 0) {
                    made++;
                    signal(actor);
                } else if (condition.awaitUntil(() -> made > spent, actor.shortTime())) {
                    assertThat(++spent).as("tokens spent of %d", made).isLessThanOrEqualTo(made);
                }
            }
        }

        private void signal(Actor actor) {
            switch (actor.choose(3)) {
                case 0 -> condition.signal();
                case 1 -> condition.signal(2);
                default -> condition.signalAll();
            }
        }

        @Override
        public void verifyAtRest() {
            assertThat(condition.toString()).contains("waiters=0");
            assertThat(spent).isLessThanOrEqualTo(made);
        }
    }

    /** Every item that went in comes out once or is still there. */
    private static final class Items implements Subject {
        private final Queue<Long> queue;
        private final AtomicLong numbers = new AtomicLong();
        private final Set<Long> inside = ConcurrentHashMap.newKeySet();

        Items(Queue<Long> queue) {
            this.queue = queue;
        }

        @Override
        public void use(Actor actor) throws Exception {
            if (actor.choose(2) == 0) {
                put(actor);
            } else {
                take(actor);
            }
        }

        private void put(Actor actor) throws InterruptedException {
            long item = numbers.incrementAndGet();
            inside.add(item); // before: it may be taken at once
            boolean put = false;
            try {
                put = actor.choose(2) == 0 ? queue.offer(item) : queue.offer(item, actor.shortTime());
            } finally {
                if (!put) {
                    assertThat(inside.remove(item))
                            .as("refused, and yet taken: %d", item)
                            .isTrue();
                }
            }
        }

        private void take(Actor actor) throws InterruptedException {
            Long item = actor.choose(2) == 0 ? queue.poll() : queue.poll(actor.shortTime());
            if (item != null) {
                assertThat(inside.remove(item)).as("taken twice: %d", item).isTrue();
                queue.taskDone();
            }
        }

        @Override
        public void verifyAtRest() {
            assertThat(queue).as("what was put and not taken").containsExactlyInAnyOrderElementsOf(inside);
            queue.clear();
            assertThat(queue.toString()).contains("unfinished=0");
        }
    }

    /** Nobody waits for ever who has a time limit; the rest is in the tests of events. */
    private static final class Flag implements Subject {
        private final Event event;

        Flag(Event event) {
            this.event = event;
        }

        @Override
        public void use(Actor actor) throws Exception {
            switch (actor.choose(3)) {
                case 0 -> event.set();
                case 1 -> event.clear();
                default -> assertThat(event.await(actor.shortTime())).isIn(true, false);
            }
        }

        @Override
        public void verifyAtRest() {
            event.set();
            assertThat(event.isSet()).isTrue();
        }
    }

    /** Who comes through has met the others, or was told that the barrier is broken. */
    private static final class Meeting implements Subject {
        private final Barrier barrier;
        private final AtomicInteger through = new AtomicInteger();

        Meeting(Barrier barrier) {
            this.barrier = barrier;
        }

        @Override
        public void use(Actor actor) throws Exception {
            try {
                int index = barrier.await(actor.shortTime());
                through.incrementAndGet();
                assertThat(index).isBetween(0, barrier.parties() - 1);
            } catch (BrokenBarrierException e) {
                barrier.reset();
            }
        }

        @Override
        public void verifyAtRest() {
            assertThat(barrier.waiters()).isZero();
            assertThat(through.get() % barrier.parties())
                    .as("came through %s", through)
                    .isZero();
        }
    }
}
