// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SpinnerTest {
    @Test
    void run_eachWay_computesTheAnswerAndStopsTheSpinner() throws Exception {
        Output output = new Output();

        Spinner.Result result = Spinner.run(output.stream());

        assertThat(result.thread().answer()).isEqualTo(42);
        assertThat(result.process().answer()).isEqualTo(42);
        assertThat(result.task().answer()).isEqualTo(42);
        assertThat(result.thread().isStopped()).isTrue();
        assertThat(result.process().isStopped()).isTrue();
        assertThat(result.task().isStopped()).isTrue();
        assertThat(result.thread().frames()).isPositive();
        assertThat(result.process().frames()).isPositive();
        assertThat(result.task().frames()).isPositive();
        assertThat(output.text()).doesNotContain("\r").contains("thinking");
    }
}
