// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CrawlerTest {
    @Test
    void run_readsEveryPage_eightAtATime_andReportsBrokenLinks() throws Exception {
        Output output = new Output();

        Crawler.Result result = Crawler.run(output.stream());

        assertThat(result.pages()).isEqualTo(316);
        assertThat(result.mostInFlight()).isEqualTo(8);
        assertThat(result.broken())
                .extracting(link -> link.link().getPath() + " on " + link.from().getPath() + ": " + link.why())
                .containsExactly(
                        "/missing-12.html on /chapter-12.html: status 404",
                        "/missing-15.html on /chapter-15.html: status 404",
                        "/missing-3.html on /chapter-3.html: status 404",
                        "/missing-6.html on /chapter-6.html: status 404",
                        "/missing-9.html on /chapter-9.html: status 404",
                        "/never.html on /index.html: no answer in 3 s");
        assertThat(output.text()).contains("pages per second", "6 broken links");
    }
}
