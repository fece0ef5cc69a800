// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Guard;
import dev.signalbox.core.LeakDetection;
import dev.signalbox.core.internal.Identity;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A guard that is never closed is reported, with the place where it was acquired. */
@Timeout(60)
final class LeakDetectionTest {
    private static final Duration LONG = Duration.ofHours(1);

    private record Told(String what, Throwable place, boolean onLoop) {}

    private final List<Told> told = new CopyOnWriteArrayList<>();

    private void run(LeakDetection level, VoidTaskBody<RuntimeException> main) {
        try (EventLoop loop = EventLoop.builder()
                .name("home")
                .leakDetection(level)
                .exceptionHandler((what, place) -> told.add(new Told(what, place, EventLoop.currentOrNull() != null)))
                .build()) {
            loop.runUntilComplete(main);
        }
    }

    private static String leftOpen(Object primitive, String task) {
        return "event loop 'home': guard of " + Identity.of(primitive) + " was still open when task '" + task
                + "' ended";
    }

    private List<String> what() {
        return told.stream().map(Told::what).toList();
    }

    // ---------------------------------------------------------------- at the end of the task

    @Test
    void openGuard_isReported_whenItsTaskEnds_withThePlace() {
        AsyncSemaphore semaphore = new AsyncSemaphore(1);
        run(LeakDetection.FULL, () -> {
            createTask("careless", () -> {
                        yieldNow();
                        carelessAcquire(semaphore);
                        yieldNow();
                    })
                    .await();
            assertThat(semaphore.availablePermits()).isZero();
        });

        assertThat(what()).containsExactly(leftOpen(semaphore, "careless"));
        assertThat(told.get(0).place())
                .hasMessageMatching("acquired by Task@\\w+ \\['careless', pending]: AsyncSemaphore@"
                        + "\\w+ \\[permits=0, waiters=0]");
        assertThat(told.get(0).place().getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("carelessAcquire"));
    }

    private static void carelessAcquire(AsyncSemaphore semaphore) {
        semaphore.acquire();
    }

    @Test
    void everyAcquire_ofEveryPrimitive_isWatched() throws Exception {
        var semaphore = new AsyncSemaphore(10);
        var bounded = new AsyncBoundedSemaphore(10);
        var lock = new AsyncLock();
        var timed = new AsyncLock();
        var condition = lock.newCondition();
        List<Callable<Guard>> acquires = List.of(
                semaphore::acquire,
                () -> semaphore.acquire(2),
                () -> semaphore.acquire(LONG),
                bounded::acquire,
                lock::acquire,
                () -> timed.acquire(LONG),
                condition::acquire);
        List<Object> of = List.of(semaphore, semaphore, semaphore, bounded, lock, timed, lock);
        List<Guard> open = new ArrayList<>();
        run(LeakDetection.FULL, () -> {
            for (Callable<Guard> acquire : acquires) {
                Guard guard = createTask("t", acquire::call).await();
                open.add(guard);
                guard.close();
                createTask("tidy", () -> acquire.call().close()).await();
            }
            assertThat(semaphore.availablePermits()).isEqualTo(10);
        });

        assertThat(open).hasSize(acquires.size());
        assertThat(what())
                .containsExactlyElementsOf(
                        of.stream().map(object -> leftOpen(object, "t")).toList());
    }

    @Test
    void closedGuards_areNotReported_howeverTheTaskEnds() {
        AsyncSemaphore semaphore = new AsyncSemaphore(4);
        run(LeakDetection.FULL, () -> {
            createTask(() -> {
                        Guard twice = semaphore.acquire();
                        twice.close();
                        twice.close();
                    })
                    .await();
            var failing = createTask(() -> {
                try (var permit = semaphore.acquire()) {
                    throw new IllegalStateException("failed");
                }
            });
            assertThatThrownBy(failing::await).hasMessage("failed");
            var cancelled = createTask(() -> {
                try (var permit = semaphore.acquire()) {
                    Async.sleep(LONG);
                }
            });
            yieldNow();
            cancelled.cancel();
            assertThatThrownBy(cancelled::await).isInstanceOf(CancelledException.class);
            assertThat(semaphore.availablePermits()).isEqualTo(4);
            createTask(
                    () -> { // until the loop closes
                        try (var permit = semaphore.acquire()) {
                            Async.sleep(LONG);
                        }
                    });
            yieldNow();
        });

        assertThat(told).isEmpty();
    }

    @Test
    @InOrder
    void guardThatAnotherTaskCloses_isReported_onlyIfThatComesTooLate() {
        AsyncSemaphore early = new AsyncSemaphore(1);
        AsyncSemaphore late = new AsyncSemaphore(1);
        run(LeakDetection.FULL, () -> {
            Future<Guard> handedOver = new Future<>();
            var giver = createTask("giver", () -> {
                Guard permit = late.acquire();
                handedOver.complete(early.acquire());
                yieldNow();
                yieldNow();
                return permit;
            });
            handedOver.await().close();
            giver.await().close();
            assertThat(early.availablePermits()).isOne();
            assertThat(late.availablePermits()).isOne();
        });

        assertThat(what()).containsExactly(leftOpen(late, "giver"));
    }

    @Test
    void whatIsReleasedByHand_isNotReported() {
        var semaphore = new AsyncSemaphore(1);
        var lock = new AsyncLock();
        var condition = new AsyncCondition();
        var signal = new AsyncSemaphore(0);
        run(LeakDetection.FULL, () -> {
            semaphore.acquire();
            lock.acquire();
            condition.acquire();
            createTask(() -> signal.acquire());
            yieldNow();
            semaphore.release();
            lock.release();
            condition.release();
            signal.release();
            signal.release();
            createTask(() -> signal.acquire()).await();
        });

        assertThat(told).isEmpty();
    }

    // ---------------------------------------------------------------- collected

    @Test
    @Once
    void guardThatIsCollected_isReported_whileItsTaskGoesOn_andNotAgain() {
        AsyncSemaphore semaphore = new AsyncSemaphore(1);
        run(LeakDetection.FULL, () -> {
            carelessAcquire(semaphore);
            awaitReport();
        });

        assertThat(what())
                .containsExactly("event loop 'home': guard of " + Identity.of(semaphore)
                        + " was never closed, and was collected");
        assertThat(told.get(0).place().getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("carelessAcquire"));
        assertThat(told.get(0).onLoop()).as("told on the loop").isTrue();
    }

    @Test
    @Once
    void guardThatWasReportedOrClosed_isNotReported_whenCollected() {
        AsyncSemaphore semaphore = new AsyncSemaphore(2);
        AsyncSemaphore other = new AsyncSemaphore(1);
        run(LeakDetection.FULL, () -> {
            createTask("first", () -> carelessAcquire(semaphore)).await();
            semaphore.acquire().close();
            yieldNow();
            assertThat(what()).containsExactly(leftOpen(semaphore, "first"));
            told.clear();
            carelessAcquire(other); // collected later than those
            awaitReport();
        });

        assertThat(told)
                .singleElement()
                .satisfies(report -> assertThat(report.what()).contains(Identity.of(other)));
    }

    private void awaitReport() {
        Async.blocking(() -> Bystander.awaitUntil("a report", () -> {
            System.gc();
            return !told.isEmpty();
        }));
    }

    // ---------------------------------------------------------------- levels

    @Test
    void off_reportsNothing_andIsTheDefault() {
        assertThat(EventLoop.create()).satisfies(loop -> {
            assertThat(loop.guards).isNull();
            loop.close();
        });
        AsyncSemaphore semaphore = new AsyncSemaphore(1);
        run(
                LeakDetection.OFF,
                () -> createTask(() -> carelessAcquire(semaphore)).await());

        assertThat(told).isEmpty();
    }

    @Test
    void sampled_reportsSomeOfMany() {
        AsyncSemaphore semaphore = new AsyncSemaphore(12_800);
        run(LeakDetection.SAMPLED, () -> {
            createTask("careless", () -> {
                        for (int i = 0; i < 12_800; i++) {
                            carelessAcquire(semaphore);
                        }
                    })
                    .await();
        });

        assertThat(told.size()).isBetween(20, 500); // about 100
        assertThat(what()).allMatch(report -> report.contains(Identity.of(semaphore)));
    }

    @Test
    void level_isNeeded() {
        assertThatThrownBy(() -> EventLoop.builder().leakDetection(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("level");
    }

    // ---------------------------------------------------------------- guards of core, at the level of the process

    @Test
    @Once
    void guardsOfCore_thatATaskLeavesOpen_areToldToItsLoop() throws Exception {
        assertThat(withEveryGuardWatched("guardsOfCore"))
                .satisfiesExactly(
                        what -> assertThat(what)
                                .matches(
                                        "event loop 'home': guard of Semaphore@\\w+ was still open when task 'in it' ended"),
                        what -> assertThat(what)
                                .matches(
                                        "event loop 'home': guard of Lock@\\w+ was still open when task 'off it' ended"));
    }

    /** One is acquired on the loop and one off it; another is closed by a thread, another by its task, after a wait. */
    public static List<String> guardsOfCore() {
        List<String> told = new CopyOnWriteArrayList<>();
        try (EventLoop loop = EventLoop.builder()
                .name("home")
                .exceptionHandler((what, place) -> told.add(what))
                .build()) {
            var semaphore = new dev.signalbox.core.Semaphore(1);
            var lock = new dev.signalbox.core.Lock();
            var other = new dev.signalbox.core.Semaphore(1);
            loop.runUntilComplete(() -> {
                createTask("in it", () -> {
                            semaphore.acquire();
                        })
                        .await();
                createTask(
                                "off it",
                                () -> Async.blocking(() -> {
                                    lock.acquire();
                                }))
                        .await();
                createTask("with a thread", () -> {
                            Guard guard = other.acquire();
                            Async.blocking(() -> Bystander.start(guard::close).join());
                        })
                        .await();
                var holder = createTask("holder", () -> {
                    try (var permit = other.acquire()) {
                        yieldNow();
                    }
                });
                yieldNow();
                try (var waited = other.acquire()) {
                    holder.await();
                }
            });
        }
        return told;
    }

    @Test
    @Once
    void levelOfTheProcess_isThatOfItsLoops() throws Exception {
        assertThat(withEveryGuardWatched("levelOfLoops")).hasSize(1);
    }

    /** A loop without a level of its own, and one with. */
    public static List<String> levelOfLoops() {
        List<String> told = new CopyOnWriteArrayList<>();
        Function<EventLoop.Builder, EventLoop> build = builder ->
                builder.exceptionHandler((what, place) -> told.add(what)).build();
        for (EventLoop.Builder builder :
                List.of(EventLoop.builder(), EventLoop.builder().leakDetection(LeakDetection.OFF))) {
            try (EventLoop loop = build.apply(builder)) {
                AsyncSemaphore semaphore = new AsyncSemaphore(1);
                loop.runUntilComplete(() -> carelessAcquire(semaphore));
            }
        }
        return told;
    }

    /** Calls a method of this class in a copy of the library, which reads the system property as a process does: once. */
    @SuppressWarnings("unchecked")
    private static List<String> withEveryGuardWatched(String method) throws Exception {
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        URL[] urls = Arrays.stream(classes.split(java.io.File.pathSeparator))
                .map(LeakDetectionTest::url)
                .toArray(URL[]::new);
        System.setProperty("dev.signalbox.leaks", "full");
        try (URLClassLoader copy = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = copy.loadClass(LeakDetectionTest.class.getName());
            var called = type.getDeclaredMethod(method);
            called.setAccessible(true);
            return (List<String>) called.invoke(null);
        } finally {
            System.clearProperty("dev.signalbox.leaks");
        }
    }

    private static URL url(String path) {
        try {
            return Path.of(path).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(path, e);
        }
    }
}
