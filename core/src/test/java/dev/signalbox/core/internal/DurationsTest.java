// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class DurationsTest {
    static Stream<Duration> thatFit() {
        return Stream.of(
                Duration.ZERO,
                Duration.ofNanos(1),
                Duration.ofNanos(-1),
                Duration.ofDays(365),
                Duration.ofNanos(Long.MAX_VALUE),
                Duration.ofNanos(Long.MIN_VALUE));
    }

    @ParameterizedTest
    @MethodSource("thatFit")
    void saturatedNanos_whatFits_isExact(Duration duration) {
        assertThat(Durations.saturatedNanos(duration)).isEqualTo(duration.toNanos());
    }

    @Test
    void saturatedNanos_whatDoesNotFit_saturates() {
        assertThat(Durations.saturatedNanos(Duration.ofNanos(Long.MAX_VALUE).plusNanos(1)))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(Durations.saturatedNanos(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE);
        assertThat(Durations.saturatedNanos(Duration.ofNanos(Long.MIN_VALUE).minusNanos(1)))
                .isEqualTo(Long.MIN_VALUE);
        assertThat(Durations.saturatedNanos(Duration.ofSeconds(Long.MIN_VALUE))).isEqualTo(Long.MIN_VALUE);
    }
}
