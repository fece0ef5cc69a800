// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class SimulationTest {
    private static ReadyQueue queueOf(int size) {
        ReadyQueue queue = new ReadyQueue();
        IntStream.range(0, size).forEach(i -> queue.add(Op.of(() -> {})));
        return queue;
    }

    @Test
    void configured_withoutTheProperty_isNothing() {
        assertThat(Simulation.inRealTime(null)).isNull();
    }

    @Test
    void configured_withASeed_ordersInRealTime() {
        Simulation simulation = Simulation.inRealTime("-3");
        assertThat(simulation.hasVirtualTime()).isFalse();
        long earliest = System.nanoTime();
        assertThat(simulation.nanoTime() - earliest).isNotNegative();
    }

    @Test
    void configured_withSomethingElse_isRefused() {
        assertThatThrownBy(() -> Simulation.inRealTime("many"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("dev.signalbox.loop.seed: many (expected: a whole number)");
    }

    @Test
    void time_onlyGoesForward() {
        Simulation simulation = Simulation.inOrder();
        assertThat(simulation.nanoTime()).isZero();
        simulation.advance(5);
        simulation.advance(-3);
        assertThat(simulation.nanoTime()).isEqualTo(5);
    }

    @Test
    void round_isOneItemAtLeast_andAllAtMost() {
        Simulation simulation = Simulation.ofSeed(1);
        int[] rounds = IntStream.range(0, 200)
                .map(i -> simulation.arrange(queueOf(5)))
                .distinct()
                .sorted()
                .toArray();
        assertThat(rounds).containsExactly(1, 2, 3, 4, 5);
        assertThat(simulation.arrange(queueOf(0))).isZero();
        assertThat(simulation.arrange(queueOf(1))).isEqualTo(1);
        assertThat(Simulation.inOrder().arrange(queueOf(5))).isEqualTo(5);
    }

    @Test
    void seedsOfARow_differInTheirFirstOrder() {
        Item first = Op.of(() -> {});
        long swapped = LongStream.range(0, 100)
                .filter(seed -> {
                    ReadyQueue ready = new ReadyQueue();
                    ready.add(first);
                    ready.add(Op.of(() -> {}));
                    Simulation.ofSeed(seed).arrange(ready);
                    return ready.peek() != first;
                })
                .count();
        assertThat(swapped).isBetween(30L, 70L);
    }
}
