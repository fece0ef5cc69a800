// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.loop.Async;
import dev.signalbox.loop.AsyncBarrier;
import dev.signalbox.loop.AsyncBoundedSemaphore;
import dev.signalbox.loop.AsyncCondition;
import dev.signalbox.loop.AsyncEvent;
import dev.signalbox.loop.AsyncLifoQueue;
import dev.signalbox.loop.AsyncLock;
import dev.signalbox.loop.AsyncPriorityQueue;
import dev.signalbox.loop.AsyncQueue;
import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.Task;
import dev.signalbox.loop.TaskGroup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;

/** The primitives of one loop, whose tasks need no locks to look after the invariants. */
final class AsyncSubjects {
    private AsyncSubjects() {}

    static List<Subject> all() {
        return List.of(
                new Permits(new AsyncSemaphore(4), 4),
                new Permits(new AsyncBoundedSemaphore(3), 3),
                new Resized(),
                new Exclusion(),
                new Flag(),
                new Tokens(),
                new Items(new AsyncQueue<>(3)),
                new Items(new AsyncLifoQueue<>(2)),
                new Items(new AsyncPriorityQueue<>(4)),
                new Meeting(),
                new Groups());
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

    /** Who waits for a token gets one that somebody made, and nobody else gets it; a signal that a cancel has met is passed on. */
    private static final class Tokens implements Subject {
        private final AsyncCondition condition = new AsyncCondition();
        private long made;
        private long spent;

        @Override
        public void use(Actor actor) {
            try (var held = condition.acquire()) {
                if (actor.choose(2) == 0) {
                    made++;
                    condition.signal(1 + actor.choose(2));
                } else if (condition.awaitUntil(() -> made > spent, actor.shortTime())) {
                    assertThat(++spent).as("tokens spent of %d", made).isLessThanOrEqualTo(made);
                }
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
        private final AsyncQueue<Long> queue;
        private final Set<Long> inside = new HashSet<>();
        private long numbers;

        Items(AsyncQueue<Long> queue) {
            this.queue = queue;
        }

        @Override
        public void use(Actor actor) {
            if (actor.choose(2) == 0) {
                put(actor);
            } else {
                take(actor);
            }
        }

        private void put(Actor actor) {
            Long item = ++numbers;
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

        private void take(Actor actor) {
            Long item = actor.choose(2) == 0 ? queue.poll() : queue.poll(actor.shortTime());
            if (item != null) {
                assertThat(inside.remove(item)).as("taken twice: %d", item).isTrue();
                queue.taskDone();
            }
        }

        @Override
        public void verifyAtRest() {
            List<Long> left = new ArrayList<>();
            while (!queue.isEmpty()) {
                left.add(queue.poll());
                queue.taskDone();
            }
            assertThat(left).as("what was put and not taken").containsExactlyInAnyOrderElementsOf(inside);
            assertThat(queue.toString()).contains("unfinished=0");
        }
    }

    /** Who comes through has met the others, or was told that the barrier is broken. */
    private static final class Meeting implements Subject {
        private final AsyncBarrier barrier = new AsyncBarrier(3);
        private int through;

        @Override
        public void use(Actor actor) throws Exception {
            try {
                int index = barrier.await(actor.shortTime());
                through++;
                assertThat(index).isBetween(0, barrier.parties() - 1);
            } catch (BrokenBarrierException e) {
                barrier.reset();
            }
        }

        @Override
        public void verifyAtRest() {
            assertThat(barrier.waiters()).isZero();
        }
    }

    /** A group leaves no task behind, whoever is cancelled and whatever fails. */
    private static final class Groups implements Subject {
        private static final class Expected extends RuntimeException {
            private static final long serialVersionUID = 1L;
        }

        private int running;

        @Override
        public void use(Actor actor) {
            int limit = 1 + actor.choose(3);
            List<Task<?>> members = new ArrayList<>();
            try (TaskGroup group = TaskGroup.open(limit)) {
                for (int i = actor.choose(4); i >= 0; i--) {
                    boolean fails = actor.oneIn(6);
                    members.add(group.fork(() -> work(fails)));
                }
                if (actor.oneIn(5)) {
                    group.cancel();
                } else {
                    group.join();
                }
            } catch (Expected e) {
                assertThat(e.getSuppressed()).allMatch(Expected.class::isInstance);
            } finally {
                assertThat(members).as("left behind by a group").allMatch(Task::isDone);
            }
        }

        private void work(boolean fails) {
            running++;
            try {
                Async.yieldNow();
                if (fails) {
                    throw new Expected();
                }
            } finally {
                running--;
            }
        }

        @Override
        public void verifyAtRest() {
            assertThat(running).isZero();
        }
    }
}
