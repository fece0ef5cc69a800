// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MisuseTest {
    @Test
    void run_threeLoopsOneSemaphore_exactlyOneWinsEachTime() throws Exception {
        Output output = new Output();

        Misuse.Result result = Misuse.run(output.stream());

        assertThat(result.repetitions()).isEqualTo(1_000);
        assertThat(result.withOneWinner()).isEqualTo(1_000);
        assertThat(result.refusals()).isEqualTo(2_000);
        assertThat(result.message()).contains("is bound to a different event loop");
        assertThat(output.text()).containsOnlyOnce("is bound to a different event loop");
    }
}
