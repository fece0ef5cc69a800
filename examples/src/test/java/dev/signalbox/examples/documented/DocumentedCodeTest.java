// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples.documented;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.SubmissionPublisher;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documentation shows compiles, runs, and does what it says. */
final class DocumentedCodeTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern JAVADOC = Pattern.compile("<pre>\\{@code\\n(.*?)\\n \\* \\}</pre>", Pattern.DOTALL);
    private static final Pattern MARKDOWN = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CLASS = Pattern.compile("public class (\\w+)");

    // ---------------------------------------------------------------- fragments in javadoc

    static Stream<Arguments> fragments() throws IOException {
        List<Arguments> found = new ArrayList<>();
        for (String module : List.of("core", "loop")) {
            for (Path file : files(ROOT.resolve(module).resolve("src/main/java"), ".java")) {
                Matcher matcher = JAVADOC.matcher(Files.readString(file));
                while (matcher.find()) {
                    found.add(Arguments.of(
                            file.getFileName().toString(), matcher.group(1).replaceAll("(?m)^ \\* ?", "")));
                }
            }
        }
        assertThat(found).as("fragments").hasSizeGreaterThan(10);
        return found.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fragments")
    void fragment_standsInCodeThatRuns(String file, String fragment) throws IOException {
        Path source = ROOT.resolve("examples/src/test/java/dev/signalbox/examples/documented/DocumentedFragments.java");
        for (String part : withoutImports(fragment)) {
            assertThat(squeeze(Files.readString(source)))
                    .as("a fragment of %s", file)
                    .contains(squeeze(part));
        }
    }

    /** What stands between import lines; a fragment that begins in the middle of a statement is looked for as it is. */
    private static List<String> withoutImports(String fragment) {
        return Stream.of(fragment.split("(?m)^import .*$"))
                .filter(part -> !part.isBlank())
                .toList();
    }

    private static String squeeze(String code) {
        return code.replaceAll("\\s+", "");
    }

    @Test
    void fragments_ofCore() throws Exception {
        assertThat(new DocumentedFragments.Connections().fetch(URI.create("page")))
                .isEqualTo("3 left for page");
        var account = new DocumentedFragments.Account();
        account.add(3);
        assertThat(account.total).isEqualTo(3);
        var transfers = new DocumentedFragments.Transfers();
        transfers.transfer(5);
        assertThat(transfers.balance).isEqualTo(5);
        assertThat(transfers.withdrawn).isEqualTo(5);
        var letters = new DocumentedFragments.Letters();
        letters.put("first");
        assertThat(letters.take()).isEqualTo("first");
        var orders = new DocumentedFragments.Orders();
        assertThat(orders.run()).containsExactly("tea", "cake");
        assertThat(orders.home).isTrue();
        assertThat(DocumentedFragments.lifo()).isEqualTo("second");
        assertThat(DocumentedFragments.byPriority()).isEqualTo("eat");
        assertThat(new DocumentedFragments.Simulation().run()).isEqualTo(10);
        var progress = new DocumentedFragments.Progress();
        progress.stop();
        progress.run();
        assertThat(progress.shown).isZero();
        assertThat(DocumentedFragments.guard(new Semaphore(2))).isEqualTo(1);
        assertThat(DocumentedFragments.resize()).isEqualTo(2);
    }

    @Test
    void fragments_ofLoop() throws Exception {
        assertThat(DocumentedFragments.loop()).isEqualTo(3);
        DocumentedFragments.testLoop();
        try (var prices = new DocumentedFragments.Prices()) {
            assertThat(prices.fetch("tea").get()).isEqualTo(3);
        }
        assertThat(DocumentedFragments.watchdog()).isTrue();
        assertThat(new DocumentedFragments.Window().show()).isEqualTo(3);
        assertThat(DocumentedFragments.future()).isEqualTo(42);
        assertThat(DocumentedFragments.async()).containsExactly("/a", "/b");
        assertThat(new DocumentedFragments.Server().run()).containsExactlyInAnyOrder("hello Ada", "hello Grace");
        assertThat(DocumentedFragments.iterate(new SubmissionPublisher<>())).isEqualTo(7);
        assertThat(DocumentedFragments.deadline()).containsExactly("first", "second");
        assertThat(DocumentedFragments.taskGroup()).isEqualTo(3);
        assertThat(DocumentedFragments.asyncSemaphore("page")).isEqualTo(8);
        assertThat(DocumentedFragments.asyncLock()).isEqualTo(2);
        // The text leaves out a name that has no room, as after a slow start; the titles of the SVG have every one.
        assertThat(DocumentedFragments.timeline().toSvg())
                .contains("a: sleeps", "b: waits for AsyncSemaphore-1", "b: sleeps");
        assertThat(new DocumentedFragments.Crawl().run()).containsExactlyInAnyOrder("/", "/a", "/b", "done", "done");
        assertThat(DocumentedFragments.asyncLifo()).isEqualTo("second");
        assertThat(DocumentedFragments.asyncByPriority()).isEqualTo("eat");
        assertThat(DocumentedFragments.asyncCondition()).isEqualTo("dear reader");
        assertThat(new DocumentedFragments.AsyncSimulation().run()).isEqualTo(10);
    }

    @Test
    void fragments_ofManyAtOnce() {
        EventLoop.run(() -> {
            assertThat(DocumentedFragments.awaitAllOf())
                    .singleElement()
                    .asString()
                    .contains("nothing to order");
            assertThat(DocumentedFragments.awaitAnyOf()).isEqualTo("cake");
            assertThat(DocumentedFragments.asTheyComplete()).containsExactly("tea", "cake");
            assertThat(DocumentedFragments.untilTheFirstFailure()).isTrue();
            assertThat(DocumentedFragments.shielded(new Future<>(), "tea")).containsExactly("tea");
        });
    }

    @Test
    void fragment_thatLetsACancelPass() {
        List<Exception> logged = new ArrayList<>();
        Runnable fails = () -> {
            throw new IllegalStateException("failed");
        };
        Runnable isCancelled = () -> {
            throw new CancellationException("cancelled");
        };
        assertThat(DocumentedFragments.retry(fails, logged)).isEqualTo(1);
        assertThatThrownBy(() -> DocumentedFragments.retry(isCancelled, logged))
                .isInstanceOf(CancellationException.class);
    }

    // ---------------------------------------------------------------- programs in Markdown

    static Stream<Arguments> programs() throws IOException {
        List<Path> pages = new ArrayList<>(files(ROOT.resolve("docs"), ".md"));
        pages.add(ROOT.resolve("README.md"));
        List<Arguments> found = new ArrayList<>();
        for (Path page : pages) {
            Matcher matcher = MARKDOWN.matcher(Files.readString(page));
            while (matcher.find()) {
                found.add(Arguments.of(page.getFileName().toString(), matcher.group(1)));
            }
        }
        assertThat(found).as("programs").hasSizeGreaterThan(1);
        return found.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void program_compilesAndRuns(String page, String program, @TempDir Path folder) throws Exception {
        Matcher name = CLASS.matcher(program);
        assertThat(name.find()).as("a public class in a program of %s", page).isTrue();
        Path source = Files.writeString(folder.resolve(name.group(1) + ".java"), program);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        boolean compiled = compiler.getTask(
                        complaints,
                        null,
                        null,
                        List.of("-d", folder.toString(), "-Xlint:all,-try,-processing,-path", "-Werror", "-proc:none"),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        assertThat(compiled).as(complaints.toString()).isTrue();
        assertThat(run(folder, name.group(1))).as("output").isNotBlank();
    }

    private static String run(Path folder, String name) throws Exception {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static List<Path> files(Path folder, String ending) {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(path -> path.toString().endsWith(ending)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
