// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimersTest {
    private final Timers timers = new Timers();

    private static final class Alarm extends Timer {
        private final long deadline;

        Alarm(long deadline) {
            this.deadline = deadline;
        }

        @Override
        protected void expire() {
            throw new AssertionError("expiring is the engine's business");
        }
    }

    private Alarm add(long deadline) {
        Alarm alarm = new Alarm(deadline);
        timers.add(alarm, deadline);
        return alarm;
    }

    @Test
    void pollDue_nothingPending() {
        assertThat(timers.pollDue(Long.MAX_VALUE)).isNull();
        assertThat(timers.isEmpty()).isTrue();
    }

    @Test
    void pollDue_givesOnlyWhatIsDue() {
        Alarm early = add(5);
        add(7);

        assertThat(timers.pollDue(4)).isNull();
        assertThat(timers.pollDue(5)).isSameAs(early);
        assertThat(timers.pollDue(6)).isNull();
        assertThat(timers.earliest()).isEqualTo(7);
        assertThat(timers.size()).isEqualTo(1);
    }

    @Test
    void pollDue_equalDeadlines_inTheOrderOfTheirMaking() {
        List<Timer> made = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            made.add(add(42));
        }

        assertThat(drain(42)).isEqualTo(made);
    }

    @Test
    void remove_twice_isLeftAlone() {
        Alarm other = add(1);
        Alarm removed = add(2);

        timers.remove(removed);
        timers.remove(removed);
        timers.remove(new Alarm(1));

        assertThat(drain(10)).containsExactly(other);
    }

    @Test
    void remove_afterItExpired_isLeftAlone() {
        Alarm expired = add(1);
        Alarm other = add(2);
        timers.pollDue(1);

        timers.remove(expired);

        assertThat(drain(10)).containsExactly(other);
    }

    @Test
    void add_again_afterRemoval() {
        Alarm alarm = add(1);
        timers.remove(alarm);

        timers.add(alarm, 3);

        assertThat(timers.pollDue(2)).isNull();
        assertThat(timers.pollDue(3)).isSameAs(alarm);
    }

    @Test
    void clear_forgetsAll_andThoseCanBeAddedAgain() {
        Alarm alarm = add(1);
        add(2);

        timers.clear();

        assertThat(timers.isEmpty()).isTrue();
        assertThat(timers.pollDue(10)).isNull();
        timers.remove(alarm);
        timers.add(alarm, 1);
        assertThat(drain(10)).containsExactly(alarm);
    }

    @Test
    void aMillionTimers_removedInAnyOrder_leaveNoRoomBehind() {
        List<Alarm> made = new ArrayList<>();
        for (int i = 0; i < 1_000_000; i++) {
            made.add(add(i % 1_000));
        }
        assertThat(timers.capacity()).isEqualTo(1 << 20);
        Collections.shuffle(made, new Random(1));

        for (int left = made.size(); left > 1_000; left--) {
            timers.remove(made.get(left - 1));
        }

        assertThat(timers.capacity()).isLessThanOrEqualTo(4_096);
        List<Alarm> rest = made.subList(0, 1_000);
        List<Timer> due = drain(1_000);
        assertThat(due).containsExactlyInAnyOrderElementsOf(rest);
        assertThat(due).isSortedAccordingTo(Comparator.comparingLong(timer -> ((Alarm) timer).deadline));
        assertThat(timers.capacity()).isEqualTo(16);
    }

    @Test
    void addAndRemove_ofOne_neverMovesTheArrays() {
        for (int i = 0; i < 17; i++) {
            add(i);
        }
        for (int i = 0; i < 100; i++) {
            timers.remove(add(5));
            assertThat(timers.capacity()).isEqualTo(32);
        }
    }

    /** A timer that is removed is not held on to, whatever else moves. */
    @Test
    void forEach_showsExactlyThePendingOnes() {
        Random random = new Random(1);
        Set<Timer> pending = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Alarm> made = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Alarm alarm = add(random.nextInt(10));
            made.add(alarm);
            pending.add(alarm);
        }
        Collections.shuffle(made, random);
        for (Alarm alarm : made) {
            timers.remove(alarm);
            pending.remove(alarm);
            List<Timer> shown = new ArrayList<>();
            timers.forEach(shown::add);
            assertThat(shown).hasSameSizeAs(pending).allMatch(pending::contains);
        }
    }

    /** The clock may start anywhere, so also right before its overflow. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000, -500, Long.MAX_VALUE - 500, Long.MIN_VALUE})
    void randomOperations_behaveAsASortedList(long start) {
        for (int seed = 0; seed < 20; seed++) {
            compareWithSortedList(start, seed);
        }
    }

    private void compareWithSortedList(long start, int seed) {
        Random random = new Random(seed);
        List<Alarm> model = new ArrayList<>();
        long now = start;
        for (int step = 0; step < 2_000; step++) {
            int choice = random.nextInt(10);
            int adds = step / 500 % 2 == 0 ? 7 : 2; // the arrays grow, and shrink again
            if (choice < adds) {
                insert(model, add(now + random.nextInt(100) - 10));
            } else if (choice < 9 && !model.isEmpty()) {
                timers.remove(model.remove(random.nextInt(model.size())));
            } else {
                now += random.nextInt(5);
                expectDue(model, now, seed, step);
            }
            assertThat(timers.size()).isEqualTo(model.size());
        }
        expectDue(model, now + 1_000, seed, -1);
        assertThat(timers.isEmpty()).isTrue();
    }

    private static void insert(List<Alarm> model, Alarm alarm) {
        int place = model.size();
        while (place > 0 && model.get(place - 1).deadline - alarm.deadline > 0) {
            place--;
        }
        model.add(place, alarm);
    }

    private void expectDue(List<Alarm> model, long now, int seed, int step) {
        while (!model.isEmpty() && model.get(0).deadline - now <= 0) {
            assertThat(timers.earliest()).isEqualTo(model.get(0).deadline);
            assertThat(timers.pollDue(now)).as("seed %d, step %d", seed, step).isSameAs(model.remove(0));
        }
        assertThat(timers.pollDue(now)).as("seed %d, step %d", seed, step).isNull();
    }

    private List<Timer> drain(long now) {
        List<Timer> due = new ArrayList<>();
        for (Timer timer = timers.pollDue(now); timer != null; timer = timers.pollDue(now)) {
            due.add(timer);
        }
        return due;
    }
}
