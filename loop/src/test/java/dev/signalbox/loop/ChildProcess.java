// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Java of its own, for what would harm that of the other tests. */
final class ChildProcess {
    /** Shorter than the {@link #TIMEOUT} of the tests, so that what was written is seen. */
    private static final int PATIENCE_SECONDS = 100;

    /** For JUnit: such a test has to have this long. */
    static final int TIMEOUT = 120;

    private ChildProcess() {}

    /** Runs a main class with these options, this class path and the scheduler of this test, and returns what it wrote. */
    static String run(Path directory, Class<?> main, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of(options));
        command.addAll(
                List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        String scheduler = System.getProperty("dev.signalbox.loop.scheduler");
        if (scheduler != null) {
            command.add("-Ddev.signalbox.loop.scheduler=" + scheduler);
            command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        }
        command.add(main.getName());
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            String text = Files.readString(output);
            assertThat(ended).as("ended, after: %s", text).isTrue();
            return text;
        } finally {
            process.destroyForcibly();
        }
    }
}
