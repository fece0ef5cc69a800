// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.Owned;
import dev.signalbox.loop.internal.Worker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom: finds tasks that wait for each other in a ring, also over several loops and over threads that wait for locks of core.
 *
 * <p>A node is a task, a thread, or something that one of them has and others want. Whoever waits for several needs all of them, and for
 * something that one of several holders has to give back needs one. From those who need nobody that is known, for they can go on or are
 * told to some time, the others are set free one after the other. Who is left waits in a ring, or for one. (After R. C. Holt, 1972.)
 *
 * <p>Tasks of other loops and threads are read as they happen to be seen. Since nothing in a ring changes, it is one if it is seen twice.
 */
final class WaitGraph {
    /** So many tasks are named in front of the dump. */
    private static final int MOST_NAMED = 10;

    private final EventLoop loop;
    private final List<Task<?>> tasks;
    private final IdentityHashMap<Object, Node> nodes = new IdentityHashMap<>();
    private final Deque<Node> unconnected = new ArrayDeque<>();
    private final IdentityHashMap<EventLoop, Set<Task<?>>> limited = new IdentityHashMap<>();

    private static final class Node {
        private final Object who;
        private final @Nullable Wait wait; // that of a task
        private final List<Node> needed = new ArrayList<>();
        private final List<Node> needing = new ArrayList<>();
        /** How many of the needed ones have to be set free before this one is. */
        private int missing;

        Node(Object who) {
            this.who = who;
            this.wait = who instanceof Task<?> task ? task.activeWait() : null;
        }

        /** A task needs all, unless its wait says otherwise. What others want is given back by one. */
        boolean needsOne() {
            return wait == null || wait.isForAny();
        }

        boolean isStuck() {
            return missing > 0;
        }
    }

    private WaitGraph(EventLoop loop) {
        this.loop = loop;
        tasks = loop.tasks().snapshot();
        tasks.forEach(this::node);
        while (!unconnected.isEmpty()) {
            connect(unconnected.remove());
        }
        setFree();
    }

    // ---------------------------------------------------------------- messages: with the baton of the loop

    /** That nothing on the loop can run again, and why. */
    static String stall(EventLoop loop) {
        long now = loop.engine.nanoTime();
        List<Task<?>> tasks = loop.tasks().snapshot();
        StringBuilder message = new StringBuilder(loop.describe()).append(" is stalled: ");
        tasks.stream()
                .limit(MOST_NAMED)
                .forEach(task -> message.append(Dump.line(task, now)).append("; "));
        if (tasks.size() > MOST_NAMED) {
            message.append(tasks.size() - MOST_NAMED).append(" more tasks; ");
        }
        int timers = loop.engine.timerCount();
        message.append(tasks.isEmpty() ? "no task, " : "")
                .append(timers == 0 ? "no timer" : timers == 1 ? "1 timer" : timers + " timers")
                .append(loop.isAnythingOut() ? ", something is out" : ", no outside source");
        String ring = ring(loop);
        if (ring != null) {
            message.append("\ndeadlock: ").append(ring);
        }
        return message.append('\n').append(Dump.consistent(loop)).toString();
    }

    /**
     * Tasks that wait for each other, so that none of them can go on by itself; a cancel from outside the ring may still break it. Waits and
     * scopes with a time limit are in no ring.
     *
     * @return the ring, as {@code 'a' waits for AsyncLock@1 held by 'b', 'b' waits for Task 'a'}; null if there is none
     */
    static @Nullable String ring(EventLoop loop) {
        WaitGraph graph = new WaitGraph(loop);
        List<Node> ring = graph.findRing();
        return ring == null ? null : graph.describe(ring);
    }

    /** Whether every task waits for others, and none of those can go on by itself. */
    static boolean isEverybodyStuck(EventLoop loop) {
        WaitGraph graph = new WaitGraph(loop);
        return graph.tasks.stream().allMatch(task -> graph.node(task).isStuck());
    }

    // ---------------------------------------------------------------- graph

    private Node node(Object who) {
        return nodes.computeIfAbsent(who, key -> {
            Node node = new Node(key);
            unconnected.add(node);
            return node;
        });
    }

    private void connect(Node node) {
        for (Object other : neededBy(node)) {
            Node needed = node(other);
            node.needed.add(needed);
            needed.needing.add(node);
        }
        node.missing = node.needsOne() ? Math.min(node.needed.size(), 1) : node.needed.size();
    }

    private void setFree() {
        Deque<Node> free = new ArrayDeque<>();
        nodes.values().stream().filter(node -> !node.isStuck()).forEach(free::add);
        while (!free.isEmpty()) {
            for (Node node : free.remove().needing) {
                node.missing--;
                if (node.missing == 0) {
                    free.add(node);
                }
            }
        }
    }

    /** Those who have to act before this one can go on, as far as they are known. */
    private Collection<?> neededBy(Node node) {
        Object who = node.who;
        if (who instanceof Task<?> task) {
            return node.wait == null ? List.of() : neededBy(task, node.wait);
        }
        if (who instanceof TaskGroup group) {
            return copy(group.tasks()).stream()
                    .filter(task -> !task.isHeldBack())
                    .collect(Collectors.toList());
        }
        if (who instanceof Primitive primitive) {
            return copy(primitive.holders());
        }
        if (who instanceof Future<?> future) {
            return known(future.source());
        }
        if (who instanceof LoopFuture<?> view) {
            return known(view.source());
        }
        return blocker(who);
    }

    private static Collection<?> known(@Nullable Object needed) {
        return needed == null ? List.of() : List.of(needed);
    }

    private Collection<?> neededBy(Task<?> task, Wait wait) {
        if (wait.isTimed() || isLimited(task)) {
            return List.of();
        }
        if (task.isOffLoop()) {
            Worker stack = task.stack();
            return stack == null ? List.of() : List.of(stack.thread());
        }
        List<?> subjects = copy(wait.subjects());
        boolean isForMembers = !wait.isForAny() && subjects.size() == 1 && subjects.get(0) instanceof TaskGroup;
        return isForMembers ? copy(((TaskGroup) subjects.get(0)).tasks()) : subjects;
    }

    /** The lock for which a thread waits, or the owner of a lock. */
    private static Collection<?> blocker(Object who) {
        Object needed = null;
        if (who instanceof Owned lock) {
            needed = lock.owner();
        } else if (who instanceof Thread thread && thread.getState() == Thread.State.WAITING) {
            needed = LockSupport.getBlocker(thread) instanceof Owned lock ? lock : null;
        }
        return known(needed);
    }

    /** Whether a time limit is going to cancel what it waits for. */
    private boolean isLimited(Task<?> task) {
        return limited.computeIfAbsent(task.loop(), WaitGraph::limitedTasks).contains(task);
    }

    private static Set<Task<?>> limitedTasks(EventLoop loop) {
        Set<Task<?>> tasks = Collections.newSetFromMap(new IdentityHashMap<>());
        loop.engine.forEachTimer(timer -> {
            if (timer instanceof TimeLimit limit) {
                tasks.add(limit.task());
            }
        });
        return tasks;
    }

    // ---------------------------------------------------------------- rings

    private @Nullable List<Node> findRing() {
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Task<?> task : tasks) {
            List<Node> path = new ArrayList<>();
            Node node = node(task);
            while (node != null && node.isStuck() && seen.add(node)) {
                path.add(node);
                node = stuckOne(node);
            }
            int start = node == null ? -1 : path.indexOf(node);
            if (start >= 0 && isStillThere(path.subList(start, path.size()))) {
                return path.subList(start, path.size());
            }
        }
        return null;
    }

    private static @Nullable Node stuckOne(Node node) {
        return node.needed.stream().filter(Node::isStuck).findFirst().orElse(null);
    }

    private boolean isStillThere(List<Node> ring) {
        for (int i = 0; i < ring.size(); i++) {
            Node node = ring.get(i);
            Object next = ring.get((i + 1) % ring.size()).who;
            boolean waits = !(node.who instanceof Task<?> task) || task.activeWait() == node.wait;
            if (!waits || neededBy(node).stream().noneMatch(needed -> needed == next)) {
                return false;
            }
        }
        return true;
    }

    private String describe(List<Node> ring) {
        int size = ring.size();
        int first = 0;
        while (!isWaiter(ring, first) || (!(ring.get(first).who instanceof Task) && hasTask(ring))) {
            first++;
        }
        StringJoiner text = new StringJoiner(", ");
        int i = first;
        for (int named = 0; named < MOST_NAMED && (named == 0 || i != first); named++) {
            int next = (i + 1) % size;
            Object wanted = wanted(ring.get(i), ring.get(next).who);
            while (!isWaiter(ring, next)) {
                next = (next + 1) % size;
            }
            Object holder = ring.get(next).who;
            text.add(Named.who(ring.get(i).who, loop) + " waits for "
                    + (wanted == holder ? "Task " : wanted + " held by ") + Named.who(holder, loop));
            i = next;
        }
        return i == first ? text.toString() : text.add("…").toString();
    }

    private static boolean hasTask(List<Node> ring) {
        return ring.stream().anyMatch(node -> node.who instanceof Task);
    }

    /** Not what somebody has and others want, nor the thread of the task before it. */
    private static boolean isWaiter(List<Node> ring, int index) {
        Object before = ring.get((index + ring.size() - 1) % ring.size()).who;
        Object who = ring.get(index).who;
        return who instanceof Task || (who instanceof Thread && !(before instanceof Task));
    }

    /** What somebody waits for: a task, or the name of what one has. */
    private static Object wanted(Node waiter, Object next) {
        if (next instanceof Task) {
            return next;
        }
        if (!(next instanceof Thread) && !(next instanceof Owned)) {
            return Identity.of(next);
        }
        Object subject =
                waiter.wait == null ? "" : waiter.wait.subjects().iterator().next();
        return subject instanceof String ? "a lock" : Identity.of(subject);
    }

    // ---------------------------------------------------------------- looking: any thread, racily

    /** Who has what a task waits for, as far as that is known; a task that is awaited is known itself. */
    static Collection<?> holders(Task<?> task, Collection<?> subjects) {
        Worker stack = task.stack();
        if (task.isOffLoop() && stack != null) {
            Collection<?> lock = blocker(stack.thread());
            return lock.isEmpty() ? lock : blocker(lock.iterator().next());
        }
        Object only = subjects.size() == 1 ? subjects.iterator().next() : null;
        return only instanceof Primitive primitive ? copy(primitive.holders()) : List.of();
    }

    /** A copy; empty if it changes meanwhile. */
    static <T> List<T> copy(Collection<T> original) {
        try {
            return new ArrayList<>(original);
        } catch (RuntimeException e) {
            return List.of();
        }
    }
}
