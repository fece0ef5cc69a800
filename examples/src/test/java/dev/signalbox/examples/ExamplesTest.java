// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ExamplesTest {
    private final Output out = new Output();
    private final Output err = new Output();

    @Test
    void run_list_describesEachInALine() {
        assertThat(run("--list")).isZero();
        assertThat(out.text().lines())
                .hasSize(6)
                .allMatch(line -> line.matches("[a-z-]+ {2,}\\S.*"))
                .extracting(line -> line.split(" ")[0])
                .containsExactly("spinner", "semaphore", "loops-and-threads", "misuse", "datastore", "crawler");
        assertThat(err.text()).isEmpty();
    }

    @Test
    void run_help_tellsTheUsage() {
        assertThat(run("--help")).isZero();
        assertThat(out.text()).startsWith("usage: ").contains("--list", "crawler");
    }

    @Test
    void run_wrongName_namesThoseAllowedAndRunsNothing() {
        assertThat(run("semaphore", "semafore")).isEqualTo(2);
        assertThat(out.text()).isEmpty();
        assertThat(err.text().strip())
                .isEqualTo("semafore is not an example (expected: spinner, semaphore, loops-and-threads, misuse,"
                        + " datastore, crawler; or --list, or --help)");
    }

    @Test
    void run_unknownOption_isAWrongName() {
        assertThat(run("--lits")).isEqualTo(2);
        assertThat(err.text()).startsWith("--lits is not an example");
    }

    @Test
    void run_oneName_runsThatOne() {
        assertThat(run("semaphore")).isZero();
        assertThat(out.text()).startsWith("=== semaphore: ").contains("task 5").doesNotContain("=== crawler");
        assertThat(err.text()).isEmpty();
    }

    private int run(String... args) {
        return Examples.run(args, out.stream(), err.stream());
    }
}
