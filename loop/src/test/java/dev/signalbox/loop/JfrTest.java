// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.management.ThreadMXBean;
import dev.signalbox.core.Semaphore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Java Flight Recorder is told, read back from its files. */
@Timeout(60)
@Once
final class JfrTest {
    private static final String TASK_WAIT = "dev.signalbox.TaskWait";
    private static final String SLOW_STEP = "dev.signalbox.SlowStep";

    @TempDir
    private Path directory;

    private static void run(VoidTaskBody<?> main) {
        try (EventLoop loop = EventLoop.builder().name("L").build()) {
            loop.runUntilComplete(() -> Async.createTask("body", main).await());
        }
    }

    private static Recording start(Duration threshold) {
        Recording recording = new Recording();
        recording.enable(TASK_WAIT).withThreshold(threshold);
        recording.enable(SLOW_STEP);
        recording.start();
        return recording;
    }

    /** What was recorded of that kind, in the order in which it ended; in the file each thread has its own. */
    private List<RecordedEvent> eventsOf(Recording recording, String type) throws IOException {
        recording.stop();
        Path file = Files.createTempFile(directory, "recording", ".jfr");
        recording.dump(file);
        recording.close();
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(type))
                .sorted(Comparator.comparing(RecordedEvent::getEndTime))
                .toList();
    }

    /** The waits of one task, each as a word for what it waited for. */
    private List<String> waitsOf(String task, VoidTaskBody<?> main) throws IOException {
        Recording recording = start(Duration.ZERO);
        run(main);
        return awaited(eventsOf(recording, TASK_WAIT), task);
    }

    private static List<String> awaited(List<RecordedEvent> waits, String task) {
        return waits.stream()
                .filter(event -> task.equals(event.getString("task")))
                .map(event -> String.valueOf(event.getString("awaited")).replaceAll("@\\w+", "@"))
                .toList();
    }

    // ---------------------------------------------------------------- waits

    @Test
    void waits_tellForWhat() throws IOException {
        List<String> waits = waitsOf("body", () -> {
            Async.sleep(Duration.ofNanos(1));
            Task<Void> other = Async.createTask("other", Async::yieldNow);
            other.await();
            AsyncLock lock = new AsyncLock();
            Async.createTask(() -> {
                try (var held = lock.acquire()) {
                    Async.yieldNow();
                }
            });
            Async.yieldNow(); // which is no wait
            lock.acquire().close();
            Async.gather(Async.createTask(Async::yieldNow), Async.createTask(Async::yieldNow));
            try (TaskGroup group = TaskGroup.open()) {
                group.fork(Async::yieldNow);
                group.join();
            }
        });
        assertThat(waits).containsExactly("null", "Task 'other'", "AsyncLock@", "all of 2", "TaskGroup@");
    }

    @Test
    void waitsOffTheLoop() throws IOException {
        List<String> waits = waitsOf("body", () -> {
            Semaphore semaphore = new Semaphore(0);
            Async.createTask(() -> semaphore.release());
            semaphore.acquire();
            Async.blocking(() -> {});
        });
        assertThat(waits).containsExactly("Semaphore@", Async.BLOCKING_CODE);
    }

    @Test
    void taskThatMayNotStartYet_waitsForItsGroup() throws IOException {
        List<String> waits = waitsOf("second", () -> {
            try (TaskGroup group = TaskGroup.open(1)) {
                group.fork(Async::yieldNow);
                group.fork("second", () -> {});
                group.join();
            }
        });
        assertThat(waits).containsExactly("TaskGroup@");
    }

    @Test
    void wait_endedByACancel_orByTime() throws IOException {
        List<String> waits = waitsOf("body", () -> {
            Task<Object> cancelled = Async.createTask("body", () -> new Future<>().await());
            Async.yieldNow();
            cancelled.cancel();
            assertThat(Async.awaitAll(List.of(cancelled), Duration.ofHours(1))).isTrue();
            assertThat(new AsyncSemaphore(0).tryAcquire(Duration.ofNanos(1))).isFalse();
        });
        assertThat(waits).containsExactly("Future@", "Task 'body'", "AsyncSemaphore@");
    }

    @Test
    void event_tellsTheLoopAndHowLong_andWhereInTheUsersCode() throws IOException {
        Recording recording = start(Duration.ofMillis(1));
        run(JfrTest::sleepInHere);
        RecordedEvent wait = eventsOf(recording, TASK_WAIT).stream()
                .filter(event -> "body".equals(event.getString("task")))
                .findFirst()
                .orElseThrow();
        assertThat(wait.getString("loop")).isEqualTo("L");
        assertThat(wait.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(5));
        RecordedStackTrace stack = wait.getStackTrace();
        assertThat(stack.getFrames())
                .extracting(RecordedFrame::getMethod)
                .extracting(method -> method.getName())
                .contains("sleepInHere");
    }

    private static void sleepInHere() {
        Async.sleep(Duration.ofMillis(5));
    }

    @Test
    void shortWaits_areNotRecorded() throws IOException {
        Recording recording = start(Duration.ofHours(1));
        run(() -> Async.sleep(Duration.ofMillis(1)));
        assertThat(eventsOf(recording, TASK_WAIT)).isEmpty();
    }

    @Test
    void threshold_isThatOfTheEventsOfTheJdk() {
        FlightRecorder recorder = FlightRecorder.getFlightRecorder();
        run(() -> {}); // it is known from the first wait on
        EventType type = recorder.getEventTypes().stream()
                .filter(candidate -> candidate.getName().equals(TASK_WAIT))
                .findFirst()
                .orElseThrow();
        assertThat(type.isEnabled()).as("without a recording").isFalse();
        assertThat(type.getSettingDescriptors())
                .extracting(SettingDescriptor::getName, SettingDescriptor::getDefaultValue)
                .contains(tuple("enabled", "true"), tuple("threshold", "20 ms"), tuple("stackTrace", "true"));
    }

    @Test
    void recordings_comeAndGoDuringAWait() throws IOException {
        List<Recording> recordings = new ArrayList<>();
        run(() -> {
            Future<String> first = new Future<>();
            Future<String> second = new Future<>();
            Task<Void> waiter = Async.createTask("waiter", () -> {
                first.await();
                second.await();
                Async.sleep(Duration.ofNanos(1));
            });
            Async.yieldNow();
            recordings.add(start(Duration.ZERO)); // what began before is not in it
            first.complete("");
            Async.yieldNow();
            recordings.get(0).stop(); // and here not what has not ended
            second.complete("");
            waiter.await();
        });
        Path file = directory.resolve("both.jfr");
        recordings.get(0).dump(file);
        recordings.get(0).close();
        assertThat(RecordingFile.readAllEvents(file))
                .noneMatch(event -> event.getEventType().getName().equals(TASK_WAIT));
    }

    @Test
    void timeline_seesTheSame_whetherOrNotThereIsARecording() throws IOException {
        Timeline with = new Timeline();
        Timeline without = new Timeline();
        Recording recording = start(Duration.ZERO);
        recordEverything(with);
        assertThat(awaited(eventsOf(recording, TASK_WAIT), "a")).contains("Task 'b'");
        recordEverything(without);
        assertThat(shape(with)).isEqualTo(shape(without)).isNotEmpty();
    }

    private static void recordEverything(Timeline timeline) {
        try (EventLoop loop = EventLoop.builder().name("L").record(timeline).build()) {
            loop.runUntilComplete(() -> {
                Task<Void> b = Async.createTask("b", () -> Async.sleep(Duration.ofNanos(1)));
                Async.createTask("a", () -> b.await()).await();
                Async.blocking(() -> {});
                Steps.inCallback(() -> {});
            });
        }
    }

    private static List<String> shape(Timeline timeline) {
        return timeline.chart().loops().stream()
                .flatMap(loop -> loop.rows().stream())
                .map(row -> row.name()
                        + row.end()
                        + row.spans().stream()
                                .map(span -> span.state() + ":" + span.label())
                                .toList())
                .toList();
    }

    // ---------------------------------------------------------------- slow steps

    @Test
    void slowStep_tellsWhoAndHowLong_withTheReport() throws IOException {
        Recording recording = start(Duration.ofHours(1));
        List<String> reports = new ArrayList<>();
        try (EventLoop loop = EventLoop.builder().name("L").build()) {
            Watchdog watchdog = new Watchdog(loop, TimeUnit.SECONDS.toNanos(1), reports::add);
            loop.runUntilComplete(() -> {
                Async.createTask(
                                "busy",
                                () -> Bystander.start(() -> look(watchdog)).join())
                        .await();
                Steps.inCallback(() -> Bystander.start(() -> look(watchdog)).join());
            });
        }
        List<RecordedEvent> events = eventsOf(recording, SLOW_STEP);
        assertThat(events).hasSize(2);
        RecordedEvent event = events.get(0);
        assertThat(event.getString("loop")).isEqualTo("L");
        assertThat(event.getString("task")).isEqualTo("busy");
        assertThat(event.getDuration("heldFor")).isEqualTo(Duration.ofSeconds(2));
        assertThat(event.getString("report")).isEqualTo(reports.get(0)).contains("'busy'", "JfrTest");
        assertThat(events.get(1).getString("task")).as("of a callback").isNull();
    }

    private static void look(Watchdog watchdog) {
        for (int second = 0; second < 3; second++) {
            watchdog.look(TimeUnit.SECONDS.toNanos(second));
        }
    }

    // ---------------------------------------------------------------- without

    @Test
    void withoutARecording_nothingIsObserved_andNothingAllocated() throws IOException {
        try (EventLoop loop = EventLoop.create()) {
            assertThat(leastAllocatedBy(loop)).isZero();
            assertThat(eventsOf(start(Duration.ZERO), TASK_WAIT)).isEmpty();
            assertThat(leastAllocatedBy(loop)).as("after a recording").isZero();
        }
    }

    /** The JVM itself allocates now and then, on whatever thread runs. */
    private static long leastAllocatedBy(EventLoop loop) {
        return LongStream.generate(() -> allocatedBy(loop)).limit(10).min().orElseThrow();
    }

    private static long allocatedBy(EventLoop loop) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        boolean observed = false;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1_000; i++) {
            observed |= loop.observer() != null;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(observed).isFalse();
        return allocated;
    }

    @Test
    @Timeout(ChildProcess.TIMEOUT)
    void withoutTheModule_theLoopRuns() throws Exception {
        assertThat(ChildProcess.run(directory, WithoutModule.class, "--limit-modules", "java.base"))
                .isEqualToIgnoringNewLines("waited and reported");
    }

    /** Waits, and is told of a slow step, where there is no module but {@code java.base}. */
    static final class WithoutModule {
        private WithoutModule() {}

        public static void main(String[] arguments) {
            if (ModuleLayer.boot().findModule("jdk.jfr").isPresent()) {
                throw new AssertionError("there is JFR");
            }
            try (EventLoop loop = EventLoop.create()) {
                StringBuilder reports = new StringBuilder();
                Watchdog watchdog = new Watchdog(loop, TimeUnit.SECONDS.toNanos(1), reports::append);
                loop.runUntilComplete(() -> {
                    Async.sleep(Duration.ofMillis(1));
                    Bystander.start(() -> look(watchdog)).join();
                });
                System.out.println("waited and " + (reports.isEmpty() ? "not " : "") + "reported");
            }
        }
    }
}
