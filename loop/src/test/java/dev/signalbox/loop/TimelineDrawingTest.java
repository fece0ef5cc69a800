// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.loop.TimelineLog.Group;
import dev.signalbox.loop.TimelineLog.Lane;
import dev.signalbox.loop.TimelineLog.State;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The drawings of events at given times. */
@Once
final class TimelineDrawingTest {
    private static final long MILLI = 1_000_000;
    private static final String LEGEND =
            "# runs   : ready   - sleeps   . waits   ~ off the loop   | done   X failed   C cancelled";

    private final TimelineLog log = new TimelineLog(1_000);
    private final Group group = new Group("main loop");

    private Lane lane(String name) {
        return log.newTask(group, name);
    }

    private void at(long millis, Lane lane, State state) {
        log.add(lane, millis * MILLI, state, null);
    }

    private void at(long millis, Lane lane, State state, Object subject) {
        log.add(lane, millis * MILLI, state, subject);
    }

    private String text(int columns) {
        return TimelineText.draw(log.chart(), columns);
    }

    /** Two tasks and one permit. The clock stands still while they run, as that of a test may. */
    private void drawOnePermit() {
        AsyncSemaphore semaphore = new AsyncSemaphore(1);
        Lane a = lane("a");
        Lane b = lane("b");
        at(1_000, a, State.READY);
        at(1_000, b, State.READY);
        at(1_000, a, State.RUNS);
        at(1_000, a, State.SLEEPS);
        at(1_000, b, State.RUNS);
        at(1_000, b, State.WAITS, semaphore);
        at(1_030, a, State.READY);
        at(1_030, a, State.RUNS);
        at(1_030, b, State.READY);
        at(1_030, a, State.DONE);
        at(1_030, b, State.RUNS);
        at(1_030, b, State.SLEEPS);
        at(1_060, b, State.READY);
        at(1_060, b, State.RUNS);
        at(1_060, b, State.DONE);
    }

    @Test
    void text_ofTheLongestRunThatThereIs() {
        Lane a = lane("a");
        log.add(a, 0, State.RUNS, null);
        log.add(a, Long.MAX_VALUE, State.DONE, null);

        for (int columns = 1; columns < 30; columns++) {
            assertThat(text(columns)).startsWith("   0 s");
        }
    }

    @Test
    void text_twoTasksAndOnePermit() {
        drawOnePermit();

        assertThat(text(61))
                .isEqualTo(String.join(
                        "\n",
                        "   0 ms                20 ms               40 ms               60 ms",
                        "a  #-----------------------------#|",
                        "b  #.AsyncSemaphore-1............#-----------------------------#|",
                        LEGEND));
    }

    @Test
    void text_everyStateAndEnd() {
        Lane task = lane("task");
        Lane failed = lane("failed");
        Lane cancelled = lane("cancelled");
        Lane goesOn = lane("goes on");
        Lane callbacks = log.newCallbacks(group);
        at(0, task, State.READY);
        at(0, failed, State.READY);
        at(4, task, State.RUNS);
        at(8, task, State.OFF, "blocking");
        at(10, callbacks, State.RUNS);
        at(12, callbacks, State.IDLE);
        at(12, failed, State.RUNS);
        at(16, failed, State.FAILED);
        at(16, cancelled, State.READY);
        at(20, cancelled, State.CANCELLED);
        at(20, goesOn, State.READY);
        at(22, task, State.RUNS);
        at(24, goesOn, State.RUNS);
        at(24, goesOn, State.WAITS, "gather");
        at(36, task, State.READY);
        at(38, task, State.RUNS);
        at(40, task, State.DONE);

        assertThat(text(41))
                .isEqualTo(String.join(
                        "\n",
                        "             0 ms                20 ms               40 ms",
                        "task         ::::####~blocking~~~~~##############::##|",
                        "failed       ::::::::::::####X",
                        "cancelled                    ::::C",
                        "goes on                          ::::#.gather.........",
                        "(callbacks)            ##",
                        LEGEND));
    }

    @Test
    void text_stepShorterThanAColumn_isSeen_labelThatDoesNotFit_isNot() {
        Lane task = lane("task");
        at(0, task, State.RUNS);
        at(1, task, State.WAITS, "gather");
        at(500, task, State.RUNS);
        at(501, task, State.OFF, "blocking");
        at(502, task, State.WAITS, "gather");
        at(1_000, task, State.FAILED);

        assertThat(text(11).lines().skip(1).findFirst()).hasValue("task  #....#....X");
        assertThat(text(1).lines().skip(1).findFirst()).hasValue("task  #X");
    }

    @Test
    void text_axis_hasRoundPointsOfTime() {
        Lane task = lane("t");
        log.add(task, 7, State.RUNS, null);
        log.add(task, 7, State.DONE, null);
        assertThat(text(40).lines().findFirst()).hasValue("   0 ns");

        Lane other = lane("t");
        log.add(other, 7 + 900, State.RUNS, null);
        assertThat(text(41).lines().findFirst()).hasValue("   0 ns                  500 ns");
        log.add(other, 7 + 40_000, State.RUNS, null);
        assertThat(text(41).lines().findFirst()).hasValue("   0 us                20 us               40 us");
        log.add(other, 7 + 4_000_000_000L, State.DONE, null);
        assertThat(text(41).lines().findFirst()).hasValue("   0 s                 2 s                 4 s");
    }

    @Test
    void text_severalLoops_eachBelowItsName_evenIfThatIsTheSame() {
        Lane mine = lane("task");
        Lane other = log.newTask(new Group("main loop"), "task");
        at(0, mine, State.RUNS);
        at(0, other, State.RUNS);
        at(10, mine, State.DONE);
        at(10, other, State.DONE);

        assertThat(text(11).lines())
                .containsExactly(
                        "      0 ms",
                        "loop 'main loop'",
                        "task  ##########|",
                        "loop 'main loop'",
                        "task  ##########|",
                        LEGEND);
    }

    @Test
    void text_namesAreOnOneLine_andCut() {
        at(0, lane("line\nbreak\t\u001b[31m"), State.RUNS);
        at(1, lane("a name that is longer than anybody would read"), State.READY);

        assertThat(text(5).lines())
                .anyMatch(line -> line.startsWith("line?break??[31m   "))
                .anyMatch(line -> line.startsWith("a name that is longer than ...  "));
    }

    @Test
    void nothingRecorded_saysSo() throws Exception {
        log.newCallbacks(group);
        assertThat(text(40)).isEqualTo("nothing was recorded");
        assertThat(texts(svg(), "text")).containsExactly("nothing was recorded");
    }

    // ---------------------------------------------------------------- what waits are called

    @Test
    void labels_numberEachClassByItself_andUseNamesOfTasks() {
        Lane lane = lane("t");
        AsyncLock first = new AsyncLock();
        AsyncLock second = new AsyncLock();
        List.of(second, first, new AsyncEvent(), second, "gather")
                .forEach(subject -> at(0, lane, State.WAITS, subject));
        EventLoop.run(() -> at(0, lane, State.WAITS, Async.createTask("other", () -> {})));

        assertThat(log.chart().loops().get(0).rows().get(0).spans())
                .extracting(TimelineChart.Span::label)
                .containsExactly("AsyncLock-1", "AsyncLock-2", "AsyncEvent-1", "AsyncLock-1", "gather", "other");
    }

    // ---------------------------------------------------------------- the bound

    @Test
    void bound_keepsTheNewest_andTheStateOfThoseThatWaitSinceLong() {
        TimelineLog small = new TimelineLog(4);
        Lane old = small.newTask(group, "old");
        Lane gone = small.newTask(group, "gone");
        Lane busy = small.newTask(group, "busy");
        small.add(old, 0, State.RUNS, null);
        small.add(old, 10, State.WAITS, "gather");
        small.add(gone, 20, State.RUNS, null);
        small.add(gone, 30, State.DONE, null);
        small.add(busy, 40, State.READY, null);
        small.add(busy, 60, State.RUNS, null);
        small.add(busy, 80, State.READY, null);
        small.add(busy, 100, State.RUNS, null);

        assertThat(TimelineText.draw(small.chart(), 13).lines())
                .containsExactly(
                        "      0 ns",
                        "old   .gather......",
                        "busy  ::::####::::#",
                        LEGEND,
                        "the oldest 4 events were dropped");
        assertThat(small.size()).isEqualTo(4);
        assertThat(TimelineSvg.draw(small.chart())).contains("the oldest 4 events were dropped");
    }

    @Test
    void whatIsLost_isCounted_andALaneOfWhichOnlyTheEndIsLeft_isLeftOut() {
        Lane a = log.newTask(group, "a");
        Lane b = log.newTask(group, "b");
        log.add(a, 0, State.RUNS, null);
        log.lost();
        log.lost();
        log.add(b, 5, State.DONE, null);
        log.add(a, 10, State.DONE, null);

        assertThat(TimelineText.draw(log.chart(), 11).lines())
                .containsExactly(
                        "   0 ns", "a  ##########|", LEGEND, "2 events are missing, for which there was no memory");
    }

    // ---------------------------------------------------------------- SVG

    @Test
    void svg_isADocumentWithExactTimes() throws Exception {
        drawOnePermit();

        assertThat(texts(svg(), "title"))
                .contains(
                        "a: sleeps, 0 ms to 30 ms (30 ms)",
                        "b: waits for AsyncSemaphore-1, 0 ms to 30 ms (30 ms)",
                        "b: runs, 30 ms to 30 ms (0 ms)",
                        "b: done at 60 ms");
        assertThat(texts(svg(), "text"))
                .contains("a", "b", "0 ms", "60 ms", "AsyncSemaphore-1", "waits", "off the loop", "cancelled")
                .doesNotContain("loop 'main loop'");
        assertThat(TimelineSvg.draw(log.chart())).doesNotContain("<script", "href", "url(");
    }

    @Test
    void svg_shortestStep_isWideEnoughToBeSeen() throws Exception {
        drawOnePermit();

        NodeList bars = svg().getElementsByTagName("rect");
        for (int i = 0; i < bars.getLength(); i++) {
            Node width = bars.item(i).getAttributes().getNamedItem("width");
            assertThat(Double.parseDouble(width.getNodeValue())).isGreaterThanOrEqualTo(1.5);
        }
    }

    @Test
    void svg_namesAreEscaped() throws Exception {
        Group other = new Group("<loop&>");
        at(0, lane("<a&b>\"'"), State.WAITS, "]]>");
        at(1, log.newTask(other, "bell \u0007 half \ud800 whole \ud83d\ude00"), State.RUNS);
        at(1, log.newTask(other, "\ufffe"), State.RUNS);
        at(2_000, lane("end"), State.READY);

        assertThat(texts(svg(), "text"))
                .contains("<a&b>\"'", "bell \ufffd half \ufffd whole \ud83d\ude00", "\ufffd", "loop '<loop&>'", "]]>");
        assertThat(texts(svg(), "title")).anyMatch(title -> title.startsWith("<a&b>\"': waits for ]]>, 0 ms to "));
    }

    private Document svg() throws Exception {
        String svg = TimelineSvg.draw(log.chart());
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> texts(Document document, String element) {
        List<String> texts = new ArrayList<>();
        NodeList nodes = document.getElementsByTagName(element);
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }
}
