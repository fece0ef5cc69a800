// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as users start it: everything that was merged into it is there, and its exit status is right. */
final class JarIT {
    private static final Path JAR = Path.of(System.getProperty("examples.jar"));

    @TempDir
    private Path folder;

    private record Ended(int status, String out, String err) {}

    @Test
    void jar_aTaskThatWaitsForCore_stepsOffItsLoop() throws Exception {
        Ended ended = run("loops-and-threads");

        assertThat(ended.err()).isEmpty();
        assertThat(ended.status()).isZero();
        assertThat(ended.out()).contains("6 at once", "2 at once");
    }

    @Test
    void jar_startsItselfAsAChild() throws Exception {
        Ended ended = run("spinner");

        assertThat(ended.err()).isEmpty();
        assertThat(ended.status()).isZero();
        assertThat(ended.out()).contains("process: the answer is 42");
    }

    @Test
    void jar_wrongName_exitsWithTwo() throws Exception {
        Ended ended = run("nothing");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).startsWith("nothing is not an example");
    }

    private Ended run(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea", "-jar", "" + JAR));
        command.addAll(List.of(args));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("it ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), read(out), read(err));
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8).strip();
    }
}
