// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.TimelineChart.Loop;
import dev.signalbox.loop.TimelineChart.Row;
import dev.signalbox.loop.TimelineChart.Span;
import dev.signalbox.loop.TimelineChart.Tick;
import dev.signalbox.loop.TimelineLog.State;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Draws a chart as SVG: one document with its own style, no script, nothing to load. The colours are those of M. Okabe and K. Ito (2002),
 * which colour-blind readers can tell apart; the background follows the reader's choice of light or dark.
 */
final class TimelineSvg {
    private static final int WIDTH = 1_000; // of the time axis
    private static final int LANE = 22;
    private static final int BAR = 16;
    private static final int MARGIN = 12;
    private static final int CHARACTER = 7; // in a font of 12
    private static final double THINNEST = 1.5; // so that the shortest step is seen
    private static final int MOST_TICKS = 10;
    private static final int LEGEND_ENTRY = 110;

    private static final String STYLE = """
            <style>
            svg{color-scheme:light dark;font:12px monospace}
            .paper{fill:#fff}.ink{fill:#1a1a1a}.line{stroke:#8884}.mark{stroke:#1a1a1a;stroke-width:2;fill:none}
            .runs{fill:#0072b2}.ready{fill:#f0e442;stroke:#a89c00;stroke-width:.5}.sleeps{fill:#bbb}
            .waits{fill:#e69f00}.off{fill:#56b4e9}.inside{fill:#000;font-size:11px}
            .failed{stroke:#d55e00}.cancelled{stroke:#cc79a7}
            @media(prefers-color-scheme:dark){.paper{fill:#16181c}.ink{fill:#e6e6e6}.mark{stroke:#e6e6e6}
            .failed{stroke:#ff8a3d}.cancelled{stroke:#e3a0c6}}
            </style>
            """;

    /** In the order of the legend. */
    private static final Map<State, String> WORDS = new EnumMap<>(Map.of(
            State.RUNS, "runs",
            State.READY, "ready",
            State.SLEEPS, "sleeps",
            State.WAITS, "waits",
            State.OFF, "off the loop",
            State.DONE, "done",
            State.FAILED, "failed",
            State.CANCELLED, "cancelled"));

    private final TimelineChart chart;
    private final int left;
    private final StringBuilder svg = new StringBuilder();
    private int y = MARGIN;

    private TimelineSvg(TimelineChart chart) {
        this.chart = chart;
        int longest = chart.loops().stream()
                .flatMap(loop -> loop.rows().stream())
                .mapToInt(row -> row.name().length())
                .max()
                .orElse(0);
        this.left = MARGIN * 2 + longest * CHARACTER;
    }

    static String draw(TimelineChart chart) {
        return new TimelineSvg(chart).draw();
    }

    private String draw() {
        if (chart.isEmpty()) {
            text(MARGIN, "ink", "nothing was recorded");
            y += LANE;
        } else {
            axis();
            chart.loops().forEach(this::draw);
            legend();
        }
        int width = left + WIDTH + 2 * MARGIN;
        int height = y + MARGIN;
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"" + width + "\" height=\"" + height
                + "\" viewBox=\"0 0 " + width + " " + height + "\">\n<title>timeline</title>\n" + STYLE
                + "<rect class=\"paper\" width=\"" + width + "\" height=\"" + height + "\"/>\n" + svg + "</svg>\n";
    }

    private void axis() {
        int lines = chart.loops().stream().mapToInt(loop -> loop.rows().size()).sum();
        int bottom = y + LANE * (1 + lines + (isOfMany() ? chart.loops().size() : 0));
        for (Tick tick : chart.ticks(MOST_TICKS)) {
            double x = x(chart.from() + tick.nanos());
            text(x + 3, "ink", tick.label());
            element("<line class=\"line\" x1=\"%s\" x2=\"%s\" y1=\"%d\" y2=\"%d\"/>", number(x), number(x), y, bottom);
        }
        y += LANE;
    }

    private boolean isOfMany() {
        return chart.loops().size() > 1;
    }

    private void draw(Loop loop) {
        if (isOfMany()) {
            text(MARGIN, "ink", "loop '" + loop.name() + "'");
            y += LANE;
        }
        for (Row row : loop.rows()) {
            text(MARGIN, "ink", row.name());
            // Steps last: they are thin, and none may disappear below a wait.
            row.spans().stream().filter(span -> span.state() != State.RUNS).forEach(span -> bar(row, span));
            row.spans().stream().filter(span -> span.state() == State.RUNS).forEach(span -> bar(row, span));
            if (row.end() != null) {
                mark(
                        x(row.endNanos()),
                        row.end(),
                        row.name() + ": " + WORDS.get(row.end()) + " at " + time(row.endNanos()));
            }
            y += LANE;
        }
    }

    private void bar(Row row, Span span) {
        String word = WORDS.get(span.state());
        if (word == null) {
            return; // nothing runs in that lane
        }
        boolean isStep = span.state() == State.RUNS || span.state() == State.OFF;
        double from = x(span.from());
        double width = Math.max(x(span.to()) - from, isStep ? THINNEST : 0);
        if (width > 0) {
            bar(from, width, span.state(), title(row, span, word));
            String label = span.label();
            if (label != null && width > (label.length() + 1) * CHARACTER) {
                text(from + 3, "inside", label);
            }
        }
    }

    private String title(Row row, Span span, String word) {
        String label = span.label();
        String what = label == null ? word : span.state() == State.WAITS ? "waits for " + label : word + ": " + label;
        return row.name() + ": " + what + ", " + time(span.from()) + " to " + time(span.to()) + " ("
                + TimelineChart.millis(span.to() - span.from()) + ")";
    }

    private String time(long nanos) {
        return TimelineChart.millis(nanos - chart.from());
    }

    private void legend() {
        double x = left;
        for (Map.Entry<State, String> entry : WORDS.entrySet()) {
            if (entry.getKey().isEnd()) {
                mark(x + 4, entry.getKey(), null);
            } else {
                bar(x, 10, entry.getKey(), null);
            }
            text(x + 14, "ink", entry.getValue());
            x += LEGEND_ENTRY;
        }
        y += LANE;
        if (!chart.note().isEmpty()) {
            text(left, "ink", chart.note());
            y += LANE;
        }
    }

    // ---------------------------------------------------------------- elements

    private void bar(double x, double width, State state, @Nullable String title) {
        element(
                "<rect class=\"%s\" x=\"%s\" y=\"%d\" width=\"%s\" height=\"%d\">%s</rect>",
                state.name().toLowerCase(Locale.ROOT), number(x), y, number(width), BAR, titled(title));
    }

    /** A stroke for done, a cross for failed, a ring for cancelled: the shape tells, without the colour. */
    private void mark(double x, State end, @Nullable String title) {
        String path = switch (end) {
            case FAILED -> "M-4,-4L4,4M-4,4L4,-4";
            case CANCELLED -> "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0";
            default -> "M0,-8V8";
        };
        element(
                "<path class=\"mark %s\" transform=\"translate(%s,%d)\" d=\"%s\">%s</path>",
                end.name().toLowerCase(Locale.ROOT), number(x), y + BAR / 2, path, titled(title));
    }

    private void text(double x, String style, String text) {
        element("<text class=\"%s\" x=\"%s\" y=\"%d\">%s</text>", style, number(x), y + BAR - 4, escaped(text));
    }

    private static String titled(@Nullable String title) {
        return title == null ? "" : "<title>" + escaped(title) + "</title>";
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    private void element(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private double x(long nanos) {
        return left + (double) (nanos - chart.from()) * WIDTH / Math.max(1, chart.length());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** Text that an XML parser takes, whatever is in it. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                default -> escaped.appendCodePoint(isXml(c) ? c : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    private static boolean isXml(int c) {
        return c == '\t' || (c >= ' ' && c < 0xD800) || (c > 0xDFFF && c < 0xFFFE) || c > 0xFFFF;
    }
}
