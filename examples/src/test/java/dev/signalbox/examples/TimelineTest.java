// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TimelineTest {
    private final Timeline timeline = new Timeline();

    @Test
    void mostAtOnce_oneEndsBeforeTheNextBegins_isOne() {
        timeline.holds("a");
        timeline.ends("a");
        timeline.holds("b");
        timeline.ends("b");

        assertThat(timeline.mostAtOnce()).isEqualTo(1);
        assertThat(timeline.rounds()).isEqualTo(2);
    }

    @Test
    void rounds_threeThroughTwoPlaces_isTwo() {
        timeline.holds("a");
        timeline.holds("b");
        timeline.waits("c");
        timeline.ends("a");
        timeline.holds("c");
        timeline.ends("b");
        timeline.ends("c");

        assertThat(timeline.mostAtOnce()).isEqualTo(2);
        assertThat(timeline.rounds()).isEqualTo(2);
    }

    @Test
    void draw_hasARowForEach_thenTheCountAndTheScale() {
        timeline.waits("a");
        timeline.waits("b");
        timeline.holds("a");
        timeline.ends("a");
        timeline.holds("b");
        timeline.ends("b");

        List<String> lines = Timeline.draw(20, timeline.length(), '#', timeline, timeline);

        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).matches("a        \\|[.# ]{20}\\|  \\|[.# ]{20}\\|");
        assertThat(lines.get(1)).startsWith("b        |");
        assertThat(lines.get(2)).startsWith("at once").contains("1").doesNotContain("2");
        assertThat(lines.get(3)).endsWith(" ms");
    }

    @Test
    void draw_nothingWritten_hasNoRows() {
        assertThat(Timeline.draw(20, timeline.length(), '#', timeline)).hasSize(2);
    }
}
