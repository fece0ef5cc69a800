// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes down who waits for a permit and who holds one, and draws it: a row for each, time from left to right.
 *
 * <p>Any thread may write. The facts come from the order of what was written, not from the times.
 */
final class Timeline {
    private static final char WAITING = '.';
    private static final String BLOCK = "\u2588";
    private static final String ASCII_BLOCK = "#";

    private enum What {
        WAITS,
        HOLDS,
        ENDS
    }

    private record Entry(String row, What what, long nanos) {}

    private final List<Entry> entries = new ArrayList<>();
    private final long start = System.nanoTime();

    // ---------------------------------------------------------------- writing

    void waits(String row) {
        add(row, What.WAITS);
    }

    void holds(String row) {
        add(row, What.HOLDS);
    }

    void ends(String row) {
        add(row, What.ENDS);
    }

    private synchronized void add(String row, What what) {
        entries.add(new Entry(row, what, System.nanoTime() - start));
    }

    private synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    // ---------------------------------------------------------------- facts

    /** The greatest number that held at the same time. */
    int mostAtOnce() {
        int now = 0;
        int most = 0;
        for (Entry entry : entries()) {
            switch (entry.what()) {
                case WAITS -> {}
                case HOLDS -> most = Math.max(most, ++now);
                case ENDS -> now--;
            }
        }
        return most;
    }

    /** How many rounds there were: a new one begins with the first that takes the place of one of the round before. */
    int rounds() {
        int rounds = 0;
        boolean isOver = true;
        Set<String> inRound = new HashSet<>();
        for (Entry entry : entries()) {
            if (entry.what() == What.HOLDS) {
                if (isOver) {
                    rounds++;
                    inRound.clear();
                    isOver = false;
                }
                inRound.add(entry.row());
            } else if (entry.what() == What.ENDS && inRound.contains(entry.row())) {
                isOver = true;
            }
        }
        return rounds;
    }

    // ---------------------------------------------------------------- drawing

    /** Draws timelines with the same rows beside each other, all to one scale; with block characters where they can be shown. */
    static List<String> draw(int columns, Timeline... timelines) {
        return draw(columns, StatusLine.canShow(BLOCK) ? BLOCK : ASCII_BLOCK, timelines);
    }

    static List<String> draw(int columns, String block, Timeline... timelines) {
        long end = Arrays.stream(timelines).mapToLong(Timeline::end).max().orElse(0);
        long nanosPerColumn = Math.max(1, (end + columns - 1) / columns);
        List<List<String>> drawings = Arrays.stream(timelines)
                .map(timeline -> timeline.bars(columns, nanosPerColumn))
                .toList();
        List<String> names = new ArrayList<>(timelines[0].rows().keySet());
        names.add("at once");
        names.add("");
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            StringBuilder line = new StringBuilder(names.get(i)).append(" ".repeat(width - names.get(i).length()));
            for (List<String> drawing : drawings) {
                line.append("  ").append(drawing.get(i));
            }
            lines.add(line.toString().replace(ASCII_BLOCK, block).stripTrailing());
        }
        return lines;
    }

    private long end() {
        return entries().stream().mapToLong(Entry::nanos).max().orElse(0);
    }

    private Map<String, List<Entry>> rows() {
        Map<String, List<Entry>> rows = new LinkedHashMap<>();
        entries().stream()
                .sorted((a, b) -> a.row().compareTo(b.row()))
                .forEach(entry ->
                        rows.computeIfAbsent(entry.row(), row -> new ArrayList<>()).add(entry));
        return rows;
    }

    /** The rows, then the number of those that hold, then the scale. */
    private List<String> bars(int columns, long nanosPerColumn) {
        List<String> lines = new ArrayList<>();
        int[] holding = new int[columns];
        for (List<Entry> row : rows().values()) {
            char[] bar = bar(row, columns, nanosPerColumn);
            for (int i = 0; i < columns; i++) {
                holding[i] += bar[i] == ASCII_BLOCK.charAt(0) ? 1 : 0;
            }
            lines.add("|" + new String(bar) + "|");
        }
        StringBuilder counts = new StringBuilder();
        for (int number : holding) {
            counts.append(number == 0 ? " " : String.valueOf(number));
        }
        lines.add(" " + counts + " ");
        String last = columns * nanosPerColumn / 1_000_000 + " ms";
        lines.add(" 0" + " ".repeat(columns - 1 - last.length()) + last + " ");
        return lines;
    }

    private static char[] bar(List<Entry> row, int columns, long nanosPerColumn) {
        char[] bar = new char[columns];
        Arrays.fill(bar, ' ');
        for (int i = 0; i + 1 < row.size(); i++) {
            char fill = row.get(i).what() == What.HOLDS ? ASCII_BLOCK.charAt(0) : WAITING;
            int from = column(row.get(i), nanosPerColumn);
            int to = column(row.get(i + 1), nanosPerColumn);
            Arrays.fill(bar, Math.min(from, columns), Math.min(to, columns), fill);
        }
        return bar;
    }

    private static int column(Entry entry, long nanosPerColumn) {
        return (int) Math.round((double) entry.nanos() / nanosPerColumn);
    }
}
