// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SemaphoreTimelineTest {
    @Test
    void run_fiveTasksTwoPermits_twoAtATimeInThreeRounds() {
        Output output = new Output();

        SemaphoreTimeline.Result result = SemaphoreTimeline.run(output.stream());

        assertThat(result).isEqualTo(new SemaphoreTimeline.Result(2, 3, 5, 1));
        assertThat(output.text()).contains("2 at a time, in 3 rounds").contains("task 1  ", "task 5  ");
    }
}
