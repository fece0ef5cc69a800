// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ReadyQueueTest {
    private final ReadyQueue queue = new ReadyQueue();

    private static Item item() {
        return Op.of(() -> {});
    }

    @Test
    void empty_hasNoFirst() {
        assertThat(queue.peek()).isNull();
        assertThat(queue.poll()).isNull();
        assertThat(queue.size()).isZero();
        assertThat(queue.takeAll()).isEmpty();
    }

    @Test
    void peek_leavesTheFirstWhereItIs() {
        Item first = item();
        queue.add(first);
        queue.add(item());

        assertThat(queue.peek()).isSameAs(first);
        assertThat(queue.size()).isEqualTo(2);
        assertThat(queue.poll()).isSameAs(first);
    }

    @Test
    void takeJobOfRound_leavesWhatIsNoJob() {
        Job job = new Job() {
            @Override
            protected void run() {}

            @Override
            public void rejected(Throwable reason) {}
        };
        Item other = item();
        queue.add(job);
        queue.add(other);
        queue.beginRound(2);

        assertThat(queue.takeJobOfRound()).isSameAs(job);
        assertThat(queue.takeJobOfRound()).isNull();
        assertThat(queue.isRoundOver()).isFalse();
        assertThat(queue.takeOfRound()).isSameAs(other);
        assertThat(queue.isRoundOver()).isTrue();
    }

    @Test
    void whatIsAddedInARound_belongsToTheNext() {
        queue.add(item());
        queue.beginRound(1);
        queue.add(item());
        queue.takeOfRound();

        assertThat(queue.isRoundOver()).isTrue();
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void takeAll_endsTheRound() {
        queue.add(item());
        queue.add(item());
        queue.beginRound(1);

        queue.takeAll();

        assertThat(queue.isRoundOver()).isTrue();
    }

    @Test
    void shuffle_keepsTheItems_andComesToEveryOrder_whereverTheRingBegins() {
        Random random = new Random(1);
        Set<List<Item>> orders = new HashSet<>();
        List<Item> items = List.of(item(), item(), item());
        for (int round = 0; round < 300; round++) { // the head goes round the ring
            items.forEach(queue::add);
            queue.shuffle(random);
            List<Item> order = queue.takeAll();
            assertThat(order).containsExactlyInAnyOrderElementsOf(items);
            orders.add(order);
        }
        assertThat(orders).hasSize(6);
    }

    @Test
    void add_growsWhileWrappedAround_keepsTheOrder() {
        for (int taken = 0; taken <= 64; taken++) {
            ReadyQueue wrapped = new ReadyQueue();
            for (int i = 0; i < taken; i++) {
                wrapped.add(item());
                wrapped.poll();
            }
            List<Item> items = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Item item = item();
                items.add(item);
                wrapped.add(item);
            }

            assertThat(wrapped.size()).isEqualTo(300);
            assertThat(wrapped.takeAll()).as("head at %d", taken).isEqualTo(items);
            assertThat(wrapped.size()).isZero();
        }
    }

    @Test
    void randomOperations_behaveAsAnArrayDeque() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Queue<Item> model = new ArrayDeque<>();
            int adds = 3 + random.nextInt(5);
            for (int step = 0; step < 5_000; step++) {
                if (random.nextInt(10) < adds) {
                    Item item = item();
                    queue.add(item);
                    model.add(item);
                } else {
                    assertThat(queue.poll()).as("seed %d, step %d", seed, step).isSameAs(model.poll());
                }
                assertThat(queue.peek()).as("seed %d, step %d", seed, step).isSameAs(model.peek());
                assertThat(queue.size()).isEqualTo(model.size());
            }
            assertThat(queue.takeAll()).as("seed %d", seed).isEqualTo(new ArrayList<>(model));
        }
    }
}
