// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ThreadsTest {
    private static final int JAVA = Runtime.version().feature();
    private static final String CLOSED = "it is closed";
    private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

    @ParameterizedTest
    @CsvSource({"17, PLATFORM", "21, PLATFORM", "23, PLATFORM", "24, VIRTUAL", "25, VIRTUAL"})
    void default_isVirtual_whereMonitorsDoNotPin(int version, Threads expected) {
        assertThat(Threads.choose(null, version, CLOSED)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 25})
    void default_isTheLoopsOwn_whereItCanBeHad(int version) {
        assertThat(Threads.choose(null, version, null)).isEqualTo(Threads.OWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "Own"})
    void own_canBeAskedFor_whereItCanBeHad(String wanted) {
        assumeTrue(JAVA >= 21);
        assertThat(Threads.choose(wanted, JAVA, null)).isEqualTo(Threads.OWN);
    }

    @Test
    void own_whereItCannotBeHad_isRefused_withTheReason() {
        assumeTrue(JAVA >= 21);
        assertThatThrownBy(() -> Threads.choose("own", JAVA, CLOSED))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("dev.signalbox.loop.scheduler: own (expected: platform or virtual, since it is closed)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "Platform", "PLATFORM"})
    void platform_canBeAskedForEverywhere(String wanted) {
        assertThat(Threads.choose(wanted, 17, CLOSED)).isEqualTo(Threads.PLATFORM);
        assertThat(Threads.choose(wanted, 25, CLOSED)).isEqualTo(Threads.PLATFORM);
    }

    @Test
    void virtual_canBeAskedForFrom21On() {
        assumeTrue(JAVA >= 21);
        assertThat(Threads.choose("virtual", JAVA, CLOSED)).isEqualTo(Threads.VIRTUAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "own"})
    void virtual_onAJavaWithoutThem_isRefused(String wanted) {
        assumeTrue(JAVA < 21);
        assertThatThrownBy(() -> Threads.choose(wanted, JAVA, CLOSED))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("dev.signalbox.loop.scheduler: " + wanted + " (expected on Java " + JAVA + ": platform)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "green", "virtual "})
    void unknownKind_isRefused(String wanted) {
        assertThatThrownBy(() -> Threads.choose(wanted, 25, CLOSED))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("dev.signalbox.loop.scheduler: " + wanted + " (expected: platform, virtual or own)");
    }

    @ParameterizedTest
    @EnumSource
    void threads_areNamedUnstartedDaemons_thatInheritNothing(Threads kind) throws Exception {
        assumeTrue(kind == Threads.PLATFORM || JAVA >= 21);
        assumeTrue(kind != Threads.OWN); // needs a worker: see CarriedBatonTest
        INHERITED.set("the maker's");
        AtomicReference<String> seen = new AtomicReference<>("not run");
        Thread thread = kind.factory("event loop 'x'").newThread(() -> seen.set(INHERITED.get()));
        INHERITED.remove();

        assertThat(thread.getName()).isEqualTo("event loop 'x'");
        assertThat(thread.getState()).isEqualTo(Thread.State.NEW);
        assertThat(thread.isDaemon()).isTrue();
        thread.start();
        thread.join(20_000);
        assertThat(seen.get()).isNull();
    }
}
