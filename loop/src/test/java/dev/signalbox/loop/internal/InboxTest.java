// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.loop.internal.Inbox.Push;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InboxTest {
    private static final int PRODUCERS = 4;
    private static final int ITEMS = 50_000;
    private static final Executor THREADS = body -> new Thread(body, "producer").start();

    private final Inbox inbox = new Inbox();

    private static final class Letter extends Op {
        private final int producer;
        private final int number;

        Letter(int producer, int number) {
            this.producer = producer;
            this.number = number;
        }

        @Override
        protected void run() {
            throw new AssertionError("running is the engine's business");
        }
    }

    @Test
    void takeAll_nothingThere() {
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(inbox.takeAll()).isNull();
    }

    @Test
    void push_tellsWhoHasToWakeTheLoop() {
        assertThat(inbox.push(new Letter(0, 0))).isEqualTo(Push.FIRST);
        assertThat(inbox.push(new Letter(0, 1))).isEqualTo(Push.BEHIND_OTHERS);
        assertThat(inbox.isEmpty()).isFalse();

        assertThat(numbers(inbox.takeAll())).containsExactly(0, 1);
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(inbox.push(new Letter(0, 2))).isEqualTo(Push.FIRST);
    }

    @Test
    void item_canBePushedAgainOnceItWasTaken() {
        Letter letter = new Letter(0, 7);
        inbox.push(new Letter(0, 6));
        inbox.push(letter);
        inbox.takeAll();

        inbox.push(letter);

        assertThat(numbers(inbox.takeAll())).containsExactly(7);
    }

    @Test
    void seal_givesWhatWasThere_andRefusesTheRest() {
        inbox.push(new Letter(0, 0));
        inbox.push(new Letter(0, 1));

        assertThat(numbers(inbox.seal())).containsExactly(0, 1);

        assertThat(inbox.push(new Letter(0, 2))).isEqualTo(Push.REFUSED);
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(inbox.takeAll()).isNull();
        assertThat(inbox.seal()).isNull();
        assertThat(inbox.push(new Letter(0, 3))).isEqualTo(Push.REFUSED);
    }

    @Test
    void seal_empty() {
        assertThat(inbox.seal()).isNull();
        assertThat(inbox.push(new Letter(0, 0))).isEqualTo(Push.REFUSED);
    }

    /** Each producer's items come out in its order, none is lost, none comes twice, and who was refused knows it. */
    @ParameterizedTest
    @ValueSource(ints = {PRODUCERS * ITEMS, ITEMS})
    void producers_keepTheirOrder_untilTheSeal(int sealAfter) throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        CompletableFuture<?> producers = CompletableFuture.allOf(IntStream.range(0, PRODUCERS)
                .mapToObj(id -> CompletableFuture.runAsync(() -> accepted.addAndGet(produce(id)), THREADS))
                .toArray(CompletableFuture[]::new));
        int[] seen = new int[PRODUCERS];
        int taken = 0;
        while (taken < sealAfter) {
            taken += checkOrder(inbox.takeAll(), seen);
        }
        taken += checkOrder(inbox.seal(), seen);
        producers.get(20, TimeUnit.SECONDS);

        assertThat(taken).isEqualTo(accepted.get());
        assertThat(inbox.takeAll()).isNull();
    }

    private int produce(int id) {
        int accepted = 0;
        while (accepted < ITEMS && inbox.push(new Letter(id, accepted)) != Push.REFUSED) {
            accepted++;
        }
        return accepted;
    }

    private static int checkOrder(Item first, int[] seen) {
        int count = 0;
        for (Item item = first; item != null; item = item.next) {
            Letter letter = (Letter) item;
            if (letter.number != seen[letter.producer]++) {
                throw new AssertionError("out of order: producer " + letter.producer + ", number " + letter.number);
            }
            count++;
        }
        return count;
    }

    private static List<Integer> numbers(Item first) {
        List<Integer> numbers = new ArrayList<>();
        for (Item item = first; item != null; item = item.next) {
            numbers.add(((Letter) item).number);
        }
        return numbers;
    }
}
