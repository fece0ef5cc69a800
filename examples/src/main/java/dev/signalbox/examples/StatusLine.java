// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * One line that says what is going on: a terminal shows it again and again in the same place, a file gets a plain line now and then.
 *
 * <p>Not thread-safe: it belongs to whoever draws.
 */
final class StatusLine {
    private static final long NANOS_BETWEEN_PLAIN_LINES = 500_000_000;

    private final PrintStream out;
    private final boolean animated;
    private String shown = "";
    private long lastLine = System.nanoTime() - NANOS_BETWEEN_PLAIN_LINES;

    StatusLine(PrintStream out) {
        this(out, out == System.out && isTerminal());
    }

    StatusLine(PrintStream out, boolean animated) {
        this.out = out;
        this.animated = animated;
    }

    /** Shows a text in place of the one before. */
    void show(String text) {
        if (animated) {
            out.print("\r" + text + " ".repeat(Math.max(0, shown.length() - text.length())));
            out.flush();
            shown = text;
        } else if (System.nanoTime() - lastLine >= NANOS_BETWEEN_PLAIN_LINES) {
            out.println(text);
            lastLine = System.nanoTime();
        }
    }

    /** Makes the line empty, so that other text can follow. */
    void clear() {
        if (animated) {
            out.print("\r" + " ".repeat(shown.length()) + "\r");
            out.flush();
            shown = "";
        }
    }

    /** Whether somebody watches. From Java 22 on there may be a console that is none, and a method that says so. */
    @SuppressWarnings("SystemConsoleNull") // null is asked for first, the method that newer ones need after it
    static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** Whether the standard output can show a text, as far as this Java tells. */
    static boolean canShow(String text) {
        String charset = System.getProperty(
                "stdout.encoding", System.getProperty("sun.stdout.encoding", System.getProperty("native.encoding")));
        return charset != null
                && Charset.isSupported(charset)
                && Charset.forName(charset).newEncoder().canEncode(text);
    }
}
