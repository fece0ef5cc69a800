// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChecksTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, Integer.MAX_VALUE})
    void positive_returnsWhatIsAllowed(int n) {
        assertThat(Checks.positive(n, "n")).isEqualTo(n);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void positive_namesArgumentValueAndWhatIsAllowed(int n) {
        assertThatThrownBy(() -> Checks.positive(n, "capacity"))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity: " + n + " (expected: > 0)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0.000000001S", "PT1H"})
    void positiveDuration_returnsWhatIsAllowed(Duration duration) {
        assertThat(Checks.positive(duration, "slowStep")).isSameAs(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-0.000000001S", "PT-1H"})
    void positiveDuration_namesArgumentValueAndWhatIsAllowed(Duration duration) {
        assertThatThrownBy(() -> Checks.positive(duration, "slowStep"))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("slowStep: " + duration + " (expected: > 0)");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Integer.MAX_VALUE})
    void notNegative_returnsWhatIsAllowed(int n) {
        assertThat(Checks.notNegative(n, "n")).isEqualTo(n);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void notNegative_namesArgumentValueAndWhatIsAllowed(int n) {
        assertThatThrownBy(() -> Checks.notNegative(n, "permits"))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("permits: " + n + " (expected: >= 0)");
    }

    @Test
    void notInterrupted_interrupted_throwsAndClearsTheStatus() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(Checks::notInterrupted)
                .isExactlyInstanceOf(InterruptedException.class)
                .hasMessage("interrupted before the call");
        assertThatCode(Checks::notInterrupted).doesNotThrowAnyException();
    }
}
