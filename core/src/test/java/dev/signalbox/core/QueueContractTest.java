// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import org.junit.jupiter.api.Nested;

/** Runs the contract on ours and, as the oracles, on the JDK's. */
final class QueueContractTest {
    @Nested
    final class OursFifo implements QueueContract {
        @Override
        public BlockingQueue<Integer> create(int capacity) {
            return new Queue<>(capacity);
        }

        @Override
        public BlockingQueue<Integer> create() {
            return new Queue<>();
        }

        @Override
        public BlockingQueue<Runnable> createForTasks() {
            return new Queue<>();
        }
    }

    @Nested
    final class OursLifo implements QueueContract {
        @Override
        public BlockingQueue<Integer> create(int capacity) {
            return new LifoQueue<>(capacity);
        }

        @Override
        public BlockingQueue<Integer> create() {
            return new LifoQueue<>();
        }

        @Override
        public BlockingQueue<Runnable> createForTasks() {
            return new LifoQueue<>();
        }

        @Override
        public List<Integer> inOrder(List<Integer> put) {
            List<Integer> reversed = new ArrayList<>(put);
            Collections.reverse(reversed);
            return reversed;
        }
    }

    @Nested
    final class OursByPriority implements QueueContract {
        @Override
        public BlockingQueue<Integer> create(int capacity) {
            return new PriorityQueue<>(capacity);
        }

        @Override
        public BlockingQueue<Integer> create() {
            return new PriorityQueue<>();
        }

        @Override
        public BlockingQueue<Runnable> createForTasks() {
            return new PriorityQueue<>();
        }

        @Override
        public List<Integer> inOrder(List<Integer> put) {
            return put.stream().sorted().toList();
        }
    }

    @Nested
    final class OursFair implements QueueContract {
        @Override
        public BlockingQueue<Integer> create(int capacity) {
            return Queue.fair(capacity);
        }

        @Override
        public BlockingQueue<Integer> create() {
            return Queue.fair(Integer.MAX_VALUE);
        }

        @Override
        public BlockingQueue<Runnable> createForTasks() {
            return Queue.fair(Integer.MAX_VALUE);
        }
    }

    @Nested
    final class OursFairByPriority implements QueueContract {
        @Override
        public BlockingQueue<Integer> create(int capacity) {
            return PriorityQueue.fair(capacity);
        }

        @Override
        public BlockingQueue<Integer> create() {
            return PriorityQueue.fair(Integer.MAX_VALUE);
        }

        @Override
        public BlockingQueue<Runnable> createForTasks() {
            return PriorityQueue.fair(Integer.MAX_VALUE);
        }

        @Override
        public List<Integer> inOrder(List<Integer> put) {
            return put.stream().sorted().toList();
        }
    }

    @Nested
    final class JdkLinked implements QueueContract {
        @Override
        public BlockingQueue<Integer> create(int capacity) {
            return new LinkedBlockingQueue<>(capacity);
        }

        @Override
        public BlockingQueue<Integer> create() {
            return new LinkedBlockingQueue<>();
        }

        @Override
        public BlockingQueue<Runnable> createForTasks() {
            return new LinkedBlockingQueue<>();
        }
    }

    @Nested
    final class JdkArray implements QueueContract {
        @Override
        public BlockingQueue<Integer> create(int capacity) {
            return new ArrayBlockingQueue<>(capacity);
        }

        @Override
        public BlockingQueue<Integer> create() {
            return new LinkedBlockingQueue<>();
        }

        @Override
        public BlockingQueue<Runnable> createForTasks() {
            return new ArrayBlockingQueue<>(100);
        }
    }

    @Nested
    final class JdkByPriority implements QueueContract {
        @Override
        public BlockingQueue<Integer> create(int capacity) {
            throw new UnsupportedOperationException("no bound");
        }

        @Override
        public BlockingQueue<Integer> create() {
            return new PriorityBlockingQueue<>();
        }

        @Override
        public BlockingQueue<Runnable> createForTasks() {
            return new PriorityBlockingQueue<>();
        }

        @Override
        public boolean canBeBounded() {
            return false;
        }

        @Override
        public boolean iteratesInOrder() {
            return false;
        }

        @Override
        public List<Integer> inOrder(List<Integer> put) {
            return put.stream().sorted().toList();
        }
    }
}
