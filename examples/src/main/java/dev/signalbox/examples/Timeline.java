// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes down who waits for a permit and who holds one, and draws it: a row for each, time from left to right.
 *
 * <p>Any thread may write. The facts come from the order of what was written, not from the times.
 */
final class Timeline {
    private static final char WAITING = '.';
    private static final char BLOCK = '\u2588';
    private static final char ASCII_BLOCK = '#';

    private enum What {
        WAITS,
        HOLDS,
        ENDS
    }

    private record Entry(String row, What what, long nanos) {}

    private final List<Entry> entries = new ArrayList<>();

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
        entries.add(new Entry(row, what, System.nanoTime()));
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

    /** How long it took from the first to the last that was written. */
    Duration length() {
        List<Entry> written = entries();
        return written.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos(
                        written.get(written.size() - 1).nanos() - written.get(0).nanos());
    }

    /** Draws timelines with the same rows beside each other, with block characters where they can be shown. */
    static List<String> draw(int columns, Duration span, Timeline... timelines) {
        return draw(columns, span, StatusLine.canShow(String.valueOf(BLOCK)) ? BLOCK : ASCII_BLOCK, timelines);
    }

    static List<String> draw(int columns, Duration span, char block, Timeline... timelines) {
        List<String> names = new ArrayList<>(timelines[0].rows().keySet());
        names.add("at once");
        names.add("");
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        List<StringBuilder> lines = names.stream()
                .map(name -> new StringBuilder(name).append(" ".repeat(width - name.length())))
                .toList();
        for (Timeline timeline : timelines) {
            List<String> drawing = timeline.draw(columns, Math.max(1, span.toNanos()), block);
            for (int i = 0; i < lines.size(); i++) {
                lines.get(i).append("  ").append(drawing.get(i));
            }
        }
        return lines.stream().map(line -> line.toString().stripTrailing()).toList();
    }

    /** The rows, then how many hold in each column, then the scale. */
    private List<String> draw(int columns, long span, char block) {
        double nanosPerColumn = (double) span / columns;
        List<String> lines = new ArrayList<>();
        rows().values().forEach(row -> lines.add("|" + bar(row, columns, nanosPerColumn, block) + "|"));
        lines.add(" " + counts(columns, nanosPerColumn) + " ");
        String last = span / 1_000_000 + " ms";
        lines.add(" 0" + " ".repeat(columns - 1 - last.length()) + last + " ");
        return lines;
    }

    private SortedMap<String, List<Entry>> rows() {
        SortedMap<String, List<Entry>> rows = new TreeMap<>();
        for (Entry entry : entries()) {
            rows.computeIfAbsent(entry.row(), row -> new ArrayList<>()).add(entry);
        }
        return rows;
    }

    private String bar(List<Entry> row, int columns, double nanosPerColumn, char block) {
        char[] bar = new char[columns];
        Arrays.fill(bar, ' ');
        for (int i = 0; i + 1 < row.size(); i++) {
            int from = (int) Math.round(offset(row.get(i)) / nanosPerColumn);
            int to = (int) Math.round(offset(row.get(i + 1)) / nanosPerColumn);
            char fill = row.get(i).what() == What.HOLDS ? block : WAITING;
            Arrays.fill(bar, Math.min(from, columns), Math.min(to, columns), fill);
        }
        return new String(bar);
    }

    /** In each column the greatest number that held at the same time. */
    private String counts(int columns, double nanosPerColumn) {
        int[] most = new int[columns];
        int now = 0;
        int from = 0;
        for (Entry entry : entries()) {
            int to = Math.min(columns - 1, (int) (offset(entry) / nanosPerColumn));
            for (int column = from; column <= to; column++) {
                most[column] = Math.max(most[column], now);
            }
            now += entry.what() == What.HOLDS ? 1 : entry.what() == What.ENDS ? -1 : 0;
            most[to] = Math.max(most[to], now);
            from = to;
        }
        StringBuilder digits = new StringBuilder();
        for (int number : most) {
            digits.append(number == 0 ? " " : Character.forDigit(Math.min(number, 35), 36));
        }
        return digits.toString();
    }

    private long offset(Entry entry) {
        return entry.nanos() - entries().get(0).nanos();
    }
}
