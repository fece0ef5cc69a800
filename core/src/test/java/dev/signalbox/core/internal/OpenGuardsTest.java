// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Guard;
import dev.signalbox.core.LeakDetection;
import dev.signalbox.core.Semaphore;
import dev.signalbox.testkit.TestThread;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is reported of guards that are watched. The owner in here is the thread that runs the test. */
@Timeout(60)
final class OpenGuardsTest {
    private static final Guard NOTHING = () -> {};

    private final Semaphore semaphore = new Semaphore(3);
    private final List<String> collected = new CopyOnWriteArrayList<>();
    private final List<String> left = new ArrayList<>();

    private OpenGuards watching(LeakDetection level) {
        BiConsumer<String, Throwable> report = (what, place) -> collected.add(what);
        return Objects.requireNonNull(OpenGuards.at(level, report));
    }

    private void end(OpenGuards guards) {
        guards.ended(Thread.currentThread(), () -> "the test", (what, place) -> left.add(what));
    }

    private void awaitCollected() {
        while (collected.isEmpty()) {
            System.gc();
            Thread.onSpinWait();
        }
    }

    @Test
    void level_isOneOfThree() {
        assertThat(OpenGuards.level(null)).isEqualTo(LeakDetection.OFF);
        assertThat(OpenGuards.level("off")).isEqualTo(LeakDetection.OFF);
        assertThat(OpenGuards.level("Sampled")).isEqualTo(LeakDetection.SAMPLED);
        assertThat(OpenGuards.level("FULL")).isEqualTo(LeakDetection.FULL);
        assertThatThrownBy(() -> OpenGuards.level("paranoid"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("dev.signalbox.leaks: paranoid (expected: off, sampled or full)");
    }

    @Test
    void off_watchesNothing() {
        assertThat(OpenGuards.at(LeakDetection.OFF, (what, place) -> {})).isNull();
        assertThat(OpenGuards.OF_CORE).isNull();
    }

    @Test
    void openGuards_areReportedInTheirOrder_whenTheirOwnerEnds_once() {
        OpenGuards guards = watching(LeakDetection.FULL);
        Guard first = guards.watch(NOTHING, semaphore, () -> false);
        Guard closed = guards.watch(NOTHING, new Semaphore(0), () -> false);
        Guard last = guards.watch(NOTHING, this, () -> false);
        closed.close();

        end(guards);
        end(guards);
        first.close();
        last.close();

        assertThat(left)
                .containsExactly(
                        "guard of " + Identity.of(semaphore) + " was still open when the test ended",
                        "guard of " + Identity.of(this) + " was still open when the test ended");
        assertThat(collected).isEmpty();
    }

    @Test
    void report_hasThePlaceOfTheAcquire() {
        OpenGuards guards = watching(LeakDetection.FULL);
        Guard guard = guards.watch(NOTHING, semaphore, () -> false);
        List<Throwable> places = new ArrayList<>();

        guards.ended(Thread.currentThread(), () -> "the test", (what, place) -> places.add(place));

        assertThat(places).singleElement().satisfies(place -> {
            assertThat(place)
                    .hasMessage("acquired by thread '" + Thread.currentThread().getName() + "': " + semaphore);
            assertThat(place.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("report_hasThePlaceOfTheAcquire"));
        });
        guard.close();
    }

    @Test
    void guardThatIsCollected_isReported() {
        OpenGuards guards = watching(LeakDetection.FULL);
        forget(guards.watch(NOTHING, semaphore, () -> false));

        awaitCollected();

        assertThat(collected)
                .containsExactly("guard of " + Identity.of(semaphore) + " was never closed, and was collected");
        end(guards);
        assertThat(left).isEmpty();
    }

    @Test
    void guardsThatNeedNoClose_areNotReported() {
        OpenGuards guards = watching(LeakDetection.FULL);
        assertThat(guards.watch(NOTHING, semaphore, () -> true)).isSameAs(NOTHING);
        boolean[] ignorable = {false};
        forget(guards.watch(NOTHING, semaphore, () -> ignorable[0]));
        ignorable[0] = true;
        forget(guards.watch(NOTHING, this, () -> false));

        awaitCollected();
        end(guards);

        assertThat(collected).hasSize(1).first().asString().contains(Identity.of(this));
        assertThat(left).isEmpty();
    }

    @Test
    void closedGuards_areNotReported_whenCollected() {
        OpenGuards guards = watching(LeakDetection.FULL);
        for (int i = 0; i < 100; i++) {
            Guard guard = guards.watch(NOTHING, semaphore, () -> false);
            guard.close();
            guard.close();
        }
        forget(guards.watch(NOTHING, this, () -> false));

        awaitCollected();

        assertThat(collected).hasSize(1).first().asString().contains(Identity.of(this));
    }

    /** Whoever has no open guard is forgotten at once: the thread of the cleaner may be kept by a report for as long as it likes. */
    @Test
    void closedGuards_keepNobody() throws InterruptedException {
        ReentrantLock busy = new ReentrantLock();
        OpenGuards guards = Objects.requireNonNull(OpenGuards.at(LeakDetection.FULL, (what, place) -> {
            collected.add(what);
            busy.lock();
            busy.unlock();
        }));
        busy.lock();
        try {
            forget(guards.watch(NOTHING, semaphore, () -> false));
            awaitCollected();
            awaitGone(acquiredBy(() -> {
                Guard first = guards.watch(NOTHING, semaphore, () -> false);
                guards.watch(NOTHING, semaphore, () -> false).close();
                first.close();
            }));
        } finally {
            busy.unlock();
        }
    }

    @Test
    void collectedGuards_keepNobody() throws InterruptedException {
        OpenGuards guards = watching(LeakDetection.FULL);
        WeakReference<Thread> owner = acquiredBy(() -> forget(guards.watch(NOTHING, semaphore, () -> false)));
        awaitCollected();
        awaitGone(owner);
    }

    private static WeakReference<Thread> acquiredBy(Runnable code) throws InterruptedException {
        Thread owner = new Thread(code);
        owner.start();
        owner.join();
        return new WeakReference<>(owner);
    }

    private static void awaitGone(WeakReference<?> reference) {
        TestThread.awaitUntil("gone", () -> {
            System.gc();
            return reference.get() == null;
        });
    }

    @Test
    void guardWhoseCloseThrows_staysOpen() {
        OpenGuards guards = watching(LeakDetection.FULL);
        Guard guard = guards.watch(
                () -> {
                    throw new IllegalStateException("refused");
                },
                semaphore,
                () -> false);

        assertThatThrownBy(guard::close).hasMessage("refused");
        end(guards);

        assertThat(left).hasSize(1);
    }

    @Test
    void sampled_watchesAFewOfMany() {
        OpenGuards guards = watching(LeakDetection.SAMPLED);
        for (int i = 0; i < 12_800; i++) {
            forget(guards.watch(NOTHING, semaphore, () -> false));
        }
        end(guards);

        assertThat(left.size() + collected.size()).isBetween(20, 500); // about 100
    }

    @Test
    void owners_areThoseWithOpenGuards() {
        OpenGuards guards = watching(LeakDetection.FULL);
        boolean[] ignorable = {false};
        Guard first = guards.watch(NOTHING, semaphore, () -> ignorable[0]);
        Guard second = guards.watch(NOTHING, semaphore, () -> false);
        Guard other = guards.watch(NOTHING, this, () -> false);
        assertThat(guards.ownersOf(semaphore)).containsExactly(Thread.currentThread(), Thread.currentThread());

        ignorable[0] = true;
        assertThat(guards.ownersOf(semaphore)).containsExactly(Thread.currentThread());
        second.close();
        assertThat(guards.ownersOf(semaphore)).isEmpty();
        first.close();
        other.close();
    }

    @Test
    void guard_showsItselfAsWhatItGuards() {
        Guard permit = new Guard() {
            @Override
            public void close() {}

            @Override
            public String toString() {
                return "a permit";
            }
        };
        try (Guard guard = watching(LeakDetection.FULL).watch(permit, semaphore, () -> false)) {
            assertThat(guard).hasToString("a permit").isNotSameAs(permit);
        }
    }

    /** What becomes of a guard that is dropped. */
    private static void forget(Guard guard) {
        assertThat(guard).isNotNull();
    }
}
