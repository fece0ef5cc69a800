// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static dev.signalbox.loop.Async.blocking;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.timeout;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.signalbox.core.Event;
import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.Task;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Walks a site: a task for each page, at most eight requests at a time, a time limit for each.
 *
 * <p>All tasks are of one loop, and only one of them runs at any moment. So what they share is plain collections and counters, without a
 * lock; what blocks, the request, steps off the loop meanwhile.
 */
public final class Crawler {
    private static final int REQUESTS_AT_ONCE = 8;
    private static final Duration TIME_LIMIT = Duration.ofSeconds(3);
    private static final Pattern LINK = Pattern.compile("<a href=\"([^\"]+)\"");

    private final HttpClient client = HttpClient.newHttpClient();
    private final AsyncSemaphore permits = new AsyncSemaphore(REQUESTS_AT_ONCE);
    private final Set<URI> seen = new HashSet<>();
    private final Queue<Task<Void>> tasks = new ArrayDeque<>();
    private final List<Broken> broken = new ArrayList<>();
    private final StatusLine progress;
    private int pages;
    private long lastPage;
    private int inFlight;
    private int mostInFlight;

    private Crawler(PrintStream out) {
        progress = new StatusLine(out);
    }

    /**
     * A link that leads nowhere.
     *
     * @param link the link
     * @param from the page it was found on first
     * @param why what went wrong
     */
    public record Broken(URI link, URI from, String why) {}

    /**
     * The facts of this example.
     *
     * @param pages how many pages were read
     * @param broken the links that lead nowhere
     * @param mostInFlight the greatest number of requests at the same time
     * @param elapsed how long it took until the last page was read
     */
    public record Result(int pages, List<Broken> broken, int mostInFlight, Duration elapsed) {}

    /**
     * Runs this example.
     *
     * @param args not used
     * @throws IOException if the site cannot be made
     */
    public static void main(String[] args) throws IOException {
        run(System.out);
    }

    static Result run(PrintStream out) throws IOException {
        try (Site site = new Site()) {
            out.println("walking " + site.start() + ", at most " + REQUESTS_AT_ONCE + " requests at a time, "
                    + TIME_LIMIT.toSeconds() + " s for each");
            Crawler crawler = new Crawler(out);
            Result result = EventLoop.run(() -> crawler.walk(site.start()));
            crawler.progress.clear();
            report(result, out);
            return result;
        }
    }

    private static void report(Result result, PrintStream out) {
        double seconds = result.elapsed().toNanos() / 1e9;
        out.printf(
                Locale.ROOT,
                "%d pages in %.1f s: %.0f pages per second, at most %d requests in flight%n",
                result.pages(),
                seconds,
                result.pages() / seconds,
                result.mostInFlight());
        out.println(result.broken().size() + " broken links:");
        for (Broken link : result.broken()) {
            out.println("  " + link.link().getPath() + " on " + link.from().getPath() + ": " + link.why());
        }
    }

    private Result walk(URI start) {
        long begin = System.nanoTime();
        lastPage = begin;
        follow(start, start);
        while (!tasks.isEmpty()) {
            tasks.remove().await(); // whose links are in the queue by then
        }
        Duration elapsed = Duration.ofNanos(lastPage - begin);
        broken.sort(Comparator.comparing(Broken::link));
        return new Result(pages, List.copyOf(broken), mostInFlight, elapsed);
    }

    private void follow(URI link, URI from) {
        if (seen.add(link)) {
            tasks.add(createTask(link.getPath(), () -> visit(link, from)));
        }
    }

    private void visit(URI page, URI from) {
        try {
            HttpResponse<String> response = fetch(page);
            if (response.statusCode() == 200) {
                pages++;
                lastPage = System.nanoTime();
                LINK.matcher(response.body()).results().forEach(link -> follow(page.resolve(link.group(1)), page));
            } else {
                broken.add(new Broken(page, from, "status " + response.statusCode()));
            }
        } catch (TimeoutException e) {
            broken.add(new Broken(page, from, "no answer in " + TIME_LIMIT.toSeconds() + " s"));
        } catch (IOException e) {
            broken.add(new Broken(page, from, e.toString()));
        }
        progress.show(pages + " pages read, " + inFlight + " requests in flight, " + seen.size() + " links seen");
    }

    /** The time limit is for the request alone, not for the wait until it is its turn. */
    private HttpResponse<String> fetch(URI page) throws IOException, TimeoutException {
        HttpRequest request = HttpRequest.newBuilder(page).build();
        try (var permit = permits.acquire()) {
            mostInFlight = Math.max(mostInFlight, ++inFlight);
            try {
                return timeout(TIME_LIMIT, () -> blocking(() -> client.send(request, BodyHandlers.ofString())));
            } finally {
                inFlight--;
            }
        }
    }

    // ---------------------------------------------------------------- something to crawl

    /** A site of linked pages on disk, served on this machine by the JDK's HTTP server; some links are broken, one page never comes. */
    private static final class Site implements AutoCloseable {
        private static final int CHAPTERS = 15;
        private static final int PAGES_PER_CHAPTER = 20;
        private static final long LATENCY_MILLIS = 20;
        private static final String NEVER_ANSWERED = "/never.html";

        static {
            // Or else that server's answers come in two packets, the second held back until the first is acknowledged.
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }

        private final Path root = Files.createTempDirectory("signalbox-crawler");
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final Event closing = new Event();
        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

        Site() throws IOException {
            writePages();
            server.createContext("/", this::serve);
            server.setExecutor(threads);
            server.start();
        }

        URI start() {
            return URI.create("http://localhost:" + server.getAddress().getPort() + "/index.html");
        }

        private void writePages() throws IOException {
            List<String> chapters = new ArrayList<>(List.of(NEVER_ANSWERED));
            for (int chapter = 1; chapter <= CHAPTERS; chapter++) {
                List<String> links = new ArrayList<>(List.of("index.html"));
                for (int page = 1; page <= PAGES_PER_CHAPTER; page++) {
                    links.add(name(chapter, page));
                    write(
                            name(chapter, page),
                            "index.html",
                            "chapter-" + chapter + ".html",
                            name(chapter % CHAPTERS + 1, page));
                }
                if (chapter % 3 == 0) {
                    links.add("missing-" + chapter + ".html");
                }
                chapters.add("chapter-" + chapter + ".html");
                write("chapter-" + chapter + ".html", links.toArray(String[]::new));
            }
            write("index.html", chapters.toArray(String[]::new));
        }

        private static String name(int chapter, int page) {
            return "page-" + chapter + "-" + page + ".html";
        }

        private void write(String name, String... links) throws IOException {
            StringBuilder html = new StringBuilder("<!DOCTYPE html><title>" + name + "</title><ul>\n");
            for (String link : links) {
                html.append("<li><a href=\"" + link + "\">" + link + "</a>\n");
            }
            Files.writeString(root.resolve(name), html + "</ul>\n");
        }

        private void serve(HttpExchange exchange) throws IOException {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                if (path.equals(NEVER_ANSWERED)) {
                    closing.await();
                    return;
                }
                Thread.sleep(LATENCY_MILLIS);
                Path file = root.resolve(path.substring(1)).normalize();
                if (!file.startsWith(root) || !Files.isRegularFile(file)) {
                    exchange.sendResponseHeaders(404, -1);
                    return;
                }
                exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
                exchange.sendResponseHeaders(200, Files.size(file));
                try (OutputStream body = exchange.getResponseBody()) {
                    Files.copy(file, body);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() throws IOException {
            closing.set();
            server.stop(0);
            threads.shutdown();
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
