// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.TimelineChart.Loop;
import dev.signalbox.loop.TimelineChart.Row;
import dev.signalbox.loop.TimelineChart.Span;
import dev.signalbox.loop.TimelineChart.Tick;
import dev.signalbox.loop.TimelineLog.State;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Draws a chart with characters that every terminal has. A step that is shorter than a column gets a column all the same, at the expense of
 * the waits beside it; so the end of a task is drawn behind its last step.
 */
final class TimelineText {
    private static final String LEGEND =
            "# runs   : ready   - sleeps   . waits   ~ off the loop   | done   X failed   C cancelled";
    private static final Map<State, Character> SIGNS = new EnumMap<>(Map.of(
            State.READY, ':',
            State.RUNS, '#',
            State.SLEEPS, '-',
            State.WAITS, '.',
            State.OFF, '~',
            State.IDLE, ' ',
            State.DONE, '|',
            State.FAILED, 'X',
            State.CANCELLED, 'C'));
    private static final int LONGEST_NAME = 30;
    private static final int TICK_COLUMNS = 12;

    private final TimelineChart chart;
    private final int columns;
    private final int nameWidth;
    private final StringBuilder text = new StringBuilder();

    private TimelineText(TimelineChart chart, int columns) {
        this.chart = chart;
        this.columns = columns;
        this.nameWidth = chart.loops().stream()
                .flatMap(loop -> loop.rows().stream())
                .mapToInt(row -> shown(row.name()).length())
                .max()
                .orElse(0);
    }

    static String draw(TimelineChart chart, int columns) {
        return chart.isEmpty() ? "nothing was recorded" : new TimelineText(chart, columns).draw();
    }

    private String draw() {
        line("", axis());
        for (Loop loop : chart.loops()) {
            if (chart.loops().size() > 1) {
                text.append("loop '").append(printable(loop.name())).append("'\n");
            }
            loop.rows().forEach(row -> line(shown(row.name()), new String(cells(row))));
        }
        text.append(LEGEND);
        return text.append(chart.note().isEmpty() ? "" : "\n" + chart.note()).toString();
    }

    private void line(String name, String content) {
        String line = name + " ".repeat(nameWidth - name.length()) + "  " + content;
        text.append(line.stripTrailing()).append('\n');
    }

    private String axis() {
        StringBuilder axis = new StringBuilder();
        for (Tick tick : chart.ticks(Math.max(1, columns / TICK_COLUMNS))) {
            axis.append(" ".repeat(Math.max(0, column(chart.from() + tick.nanos()) - axis.length())))
                    .append(tick.label());
        }
        return axis.toString();
    }

    private char[] cells(Row row) {
        char[] cells = new char[columns + 1]; // one for the end of who ends in the last column
        Arrays.fill(cells, ' ');
        row.spans().forEach(span -> paint(cells, span, column(span.from()), to(span)));
        paintSteps(cells, row, State.OFF);
        paintSteps(cells, row, State.RUNS);
        row.spans().forEach(span -> label(cells, span, to(span)));
        if (row.end() != null) {
            int last = columns - 1;
            while (last >= 0 && cells[last] == ' ') {
                last--;
            }
            cells[Math.max(last + 1, column(row.endNanos()))] = sign(row.end());
        }
        return cells;
    }

    /** What goes on fills the last column too. */
    private int to(Span span) {
        return span.goesOn() ? columns : column(span.to());
    }

    private void paintSteps(char[] cells, Row row, State state) {
        for (Span span : row.spans()) {
            if (span.state() == state) {
                int from = column(span.from());
                paint(cells, span, from, Math.max(from + 1, to(span)));
            }
        }
    }

    private static void paint(char[] cells, Span span, int from, int to) {
        Arrays.fill(cells, from, to, sign(span.state()));
    }

    /** Writes what is waited for into what is seen of the wait, if there is room. */
    private void label(char[] cells, Span span, int to) {
        if (span.label() == null) {
            return;
        }
        String label = printable(span.label());
        char sign = sign(span.state());
        int from = column(span.from());
        while (from < to && cells[from] != sign) {
            from++;
        }
        int end = from;
        while (end < to && cells[end] == sign) {
            end++;
        }
        if (end - from >= label.length() + 2) {
            label.getChars(0, label.length(), cells, from + 1);
        }
    }

    private int column(long nanos) {
        return (int) ((double) (nanos - chart.from()) * (columns - 1) / Math.max(1, chart.length()));
    }

    private static char sign(State state) {
        return SIGNS.getOrDefault(state, ' ');
    }

    private static String shown(String name) {
        String printable = printable(name);
        return printable.length() <= LONGEST_NAME ? printable : printable.substring(0, LONGEST_NAME - 3) + "...";
    }

    /** A line break in a name breaks no line here. */
    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }
}
