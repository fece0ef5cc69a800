// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatusLineTest {
    private final Output output = new Output();

    @Test
    void show_animated_drawsOverWhatWasThere() {
        StatusLine line = new StatusLine(output.stream(), true);

        line.show("three");
        line.show("two");
        line.clear();

        assertThat(output.text()).isEqualTo("\rthree\rtwo  \r   \r");
    }

    @Test
    void show_notAnimated_printsLines() {
        StatusLine line = new StatusLine(output.stream(), false);

        line.show("one");
        line.clear();

        assertThat(output.text()).isEqualTo("one" + System.lineSeparator());
    }
}
