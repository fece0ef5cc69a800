// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Runs the examples, all of them or by name. */
public final class Examples {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private static final List<Example> ALL = List.of(
            new Example("spinner", "a thread, a child process and a task that are told to stop", Spinner::run),
            new Example("semaphore", "five tasks, two permits, drawn as a timeline", SemaphoreTimeline::run),
            new Example("loops-and-threads", "a limit per loop, and one limit for three of them", LoopsAndThreads::run),
            new Example("misuse", "one loop's semaphore used by three loops: refused each time", Misuse::run),
            new Example("datastore", "a lost update, and the lock that prevents it", Datastore::run),
            new Example("crawler", "some 300 pages, eight at a time, with a time limit for each", Crawler::run));

    private Examples() {}

    /** What an example does; it returns its facts, for those who want to check them. */
    private interface Body {
        Object run(PrintStream out) throws Exception;
    }

    private record Example(String name, String description, Body body) {}

    /**
     * Runs what the arguments name, and exits with the status 0, or 1 if an example failed, or 2 if there is no such example.
     *
     * @param args names of examples, none for all of them; or {@code --list}, or {@code --help}
     */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    /** Does what {@link #main} does, and returns the exit status. */
    static int run(String[] args, PrintStream out, PrintStream err) {
        List<String> arguments = List.of(args);
        if (arguments.contains("--help") || arguments.contains("-h")) {
            help(out);
            return OK;
        }
        if (arguments.contains("--list")) {
            list(out);
            return OK;
        }
        for (String name : arguments) {
            if (find(name).isEmpty()) {
                err.println(name + " is not an example (expected: " + names() + "; or --list, or --help)");
                return USAGE;
            }
        }
        List<Example> chosen = arguments.isEmpty()
                ? ALL
                : arguments.stream().flatMap(name -> find(name).stream()).toList();
        return runAll(chosen, out, err);
    }

    private static int runAll(List<Example> examples, PrintStream out, PrintStream err) {
        long begin = System.nanoTime();
        for (Example example : examples) {
            out.println("=== " + example.name() + ": " + example.description());
            try {
                example.body().run(out);
            } catch (Exception e) {
                out.flush();
                err.println(example.name() + " failed:");
                e.printStackTrace(err);
                return FAILED;
            }
            out.println();
        }
        out.printf(
                Locale.ROOT,
                "%d of %d examples in %.1f s on Java %d%n",
                examples.size(),
                ALL.size(),
                (System.nanoTime() - begin) / 1e9,
                Runtime.version().feature());
        return OK;
    }

    private static Optional<Example> find(String name) {
        return ALL.stream().filter(example -> example.name().equals(name)).findFirst();
    }

    private static String names() {
        return ALL.stream().map(Example::name).collect(Collectors.joining(", "));
    }

    private static void list(PrintStream out) {
        int width =
                ALL.stream().mapToInt(example -> example.name().length()).max().orElse(0);
        for (Example example : ALL) {
            out.println(example.name() + " ".repeat(width - example.name().length()) + "  " + example.description());
        }
    }

    private static void help(PrintStream out) {
        for (String line : List.of(
                "usage: java -jar signalbox-examples.jar [NAME ...]   runs the examples named, or all of them",
                "       java -jar signalbox-examples.jar --list       lists them",
                "       java -jar signalbox-examples.jar --help       shows this",
                "")) {
            out.println(line);
        }
        list(out);
    }
}
