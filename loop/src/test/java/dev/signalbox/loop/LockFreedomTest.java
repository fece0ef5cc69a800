// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signalbox.core.internal.Items;
import dev.signalbox.loop.internal.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a loop does by itself takes no lock: there are few, none is on its way, and whoever holds them does not keep it from going on. */
@Timeout(60)
@Once
final class LockFreedomTest {
    /** The methods, or classes, that may take a lock, and why the loop does not come by there. */
    private static final Map<String, String> REASONS = Map.of(
            "loop.Lifecycle", "a run begins or ends, or the loop is closed",
            "loop.RunningLoops.register", "a run begins or ends",
            "loop.Watchdogs", "a run that is watched begins or ends, or the watchdog looks",
            "loop.Task$StepOff", "the task is off the loop",
            "loop.TimelineLog", "the run is drawn",
            "loop.internal.Engine.stepOn", "the loop was closed without the thread",
            "loop.internal.Engine.live", "the thread ends",
            "loop.internal.CarrierThreads", "a carrier begins, or code goes off the loop",
            "loop.internal.ParkingBaton", "a stack at its end waits on a monitor, having no room to park",
            "core.internal.OpenGuards", "guards are watched");

    private static final Pattern CLASS =
            Pattern.compile("(?:\\S.*? )?(?:class|interface) dev\\.signalbox\\.([\\w.$]+).*\\{");
    private static final Pattern METHOD = Pattern.compile("  (?:\\S.*[ .])?(?:([\\w$]+)\\(.*|static \\{};)");

    /** Of java.util.concurrent everything but what is known to be free of locks. */
    private static final Pattern LOCKING = Pattern.compile(".*: monitorenter"
            + "|.*Method java/util/concurrent/locks/(?!LockSupport)\\w+\\.(?!\"<init>\").*"
            + "|.*Method java/util/concurrent/(?!locks/|atomic/|ConcurrentLinkedQueue|Completable|Completion|FutureTask"
            + "|Flow|Executor\\.|ThreadFactory|TimeUnit|\\w+Exception).*");

    // ---------------------------------------------------------------- what is there

    @Test
    void locks_areFew_andForEachThereIsAReason() throws Exception {
        ToolProvider javap = ToolProvider.findFirst("javap").orElse(null);
        assumeTrue(javap != null, "this Java has no javap");
        Set<String> locking = new TreeSet<>();
        locking.addAll(lockingMethods(javap, locationOf(Engine.class), "dev.signalbox.loop"));
        locking.addAll(lockingMethods(javap, locationOf(Items.class), "dev.signalbox.core.internal"));

        assertThat(locking).allSatisfy(method -> assertThat(REASONS.keySet()).anyMatch(method::startsWith));
        assertThat(REASONS.keySet())
                .as("where there still is one")
                .allMatch(place -> locking.stream().anyMatch(method -> method.startsWith(place)));
    }

    private static Path locationOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static Set<String> lockingMethods(ToolProvider javap, Path location, String packages) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-c", "-p", "-cp", location.toString()));
        arguments.addAll(classesAt(location, packages));
        StringWriter output = new StringWriter();
        PrintWriter out = new PrintWriter(output);
        assertThat(javap.run(out, out, arguments.toArray(String[]::new))).isZero();
        Set<String> found = new TreeSet<>();
        String type = "";
        String method = "";
        for (String line : (Iterable<String>) output.toString().lines()::iterator) {
            Matcher header = CLASS.matcher(line);
            Matcher declaration = METHOD.matcher(line);
            if (header.matches()) {
                type = header.group(1);
            } else if (declaration.matches()) {
                method = String.valueOf(declaration.group(1)); // none: the initializer of the class
            }
            if (LOCKING.matcher(line).matches() || (declaration.matches() && line.contains(" synchronized "))) {
                found.add(type + "." + method);
            }
        }
        return found;
    }

    /** In a directory or in a jar, as the build has it. */
    private static List<String> classesAt(Path location, String packages) throws IOException {
        if (Files.isDirectory(location)) {
            return classesBelow(location, packages);
        }
        try (FileSystem jar = FileSystems.newFileSystem(location)) {
            return classesBelow(jar.getPath("/"), packages);
        }
    }

    private static List<String> classesBelow(Path root, String packages) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve(packages.replace('.', '/')))) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replaceAll("[/\\\\]", "."))
                    .collect(Collectors.toList());
        }
    }

    // ---------------------------------------------------------------- what is taken

    @Test
    void loop_goesOn_whileSomebodyElseHoldsItsLocks() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        try (EventLoop loop = EventLoop.builder()
                .watchdog(Duration.ofMinutes(1), report -> {})
                .start()) {
            var result = loop.submit(() -> {
                begun.countDown();
                Async.blocking(() -> held.await());
                everything(loop);
                done.countDown();
            });
            Bystander.await(begun);
            ReentrantLock ofRuns = (ReentrantLock) valueOf("lock", valueOf("lifecycle", loop));
            ReentrantLock ofLate = (ReentrantLock) valueOf("late", loop.engine);
            synchronized (RunningLoops.class) {
                synchronized (Watchdogs.class) {
                    ofRuns.lock();
                    ofLate.lock();
                    try {
                        held.countDown();
                        Bystander.await(done);
                    } finally {
                        ofLate.unlock();
                        ofRuns.unlock();
                    }
                }
            }
            result.join();
        }
    }

    private static Object valueOf(String name, Object of) throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    private static void everything(EventLoop loop) {
        AsyncSemaphore semaphore = new AsyncSemaphore(2);
        AsyncQueue<Integer> queue = new AsyncQueue<>(2);
        AsyncLock lock = new AsyncLock();
        AsyncCondition changed = lock.newCondition();
        AsyncEvent event = new AsyncEvent();
        List<Task<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int item = i;
            tasks.add(Async.createTask(() -> {
                try (var permit = semaphore.acquire()) {
                    Async.yieldNow();
                    queue.put(item);
                }
                event.await();
                try (var hold = lock.acquire()) {
                    assertThat(changed.await(Duration.ofNanos(item))).isFalse();
                }
            }));
            tasks.add(Async.createTask(() -> {
                Async.sleep(Duration.ofNanos(queue.take()));
                Async.timeout(Duration.ofHours(1), Async::yieldNow);
                loop.callSoon(event::set);
            }));
        }
        loop.callLater(Duration.ofHours(1), () -> {}).cancel();
        loop.callLater(Duration.ofNanos(1), () -> loop.execute(() -> {}));
        tasks.forEach(Task::await);
        Task<Void> sleeping = Async.createTask(() -> Async.sleep(Duration.ofHours(1)));
        Async.yieldNow();
        sleeping.cancel();
        Async.gather(Async::yieldNow, () -> {});
    }
}
