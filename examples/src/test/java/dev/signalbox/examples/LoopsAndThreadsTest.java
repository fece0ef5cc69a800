// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LoopsAndThreadsTest {
    @Test
    void run_sixAtOnceWithALimitPerLoop_twoAtOnceWithOneForAll() throws Exception {
        LoopsAndThreads.Result result = Attempts.until(
                facts -> facts.roundsWithOneLimit() == 5, () -> LoopsAndThreads.run(new Output().stream()));

        assertThat(result.atOnceWithLimitPerLoop()).isEqualTo(6);
        assertThat(result.atOnceWithOneLimit()).isEqualTo(2);
        assertThat(result.roundsWithOneLimit()).isEqualTo(5);
    }
}
