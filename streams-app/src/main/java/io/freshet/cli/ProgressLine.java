package io.freshet.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * A line that tells how far something has come: on a terminal drawn again in place, elsewhere now and then a plain one.
 * Used by one thread.
 */
final class ProgressLine {
    private static final int BAR = 24;
    private static final Duration REDRAW = Duration.ofMillis(200);
    private static final Duration PLAIN_LINE = Duration.ofSeconds(30);
    private static final String START_OF_LINE = "\r\u001B[K";

    private final PrintStream out;
    private final boolean terminal;
    private final char filled;
    private final char empty;
    private long shownNanos = System.nanoTime();

    /**
     * Nothing is shown yet.
     *
     * @param terminal whether lines can be drawn again
     * @param unicode whether the terminal has block characters
     */
    ProgressLine(PrintStream out, boolean terminal, boolean unicode) {
        this.out = out;
        this.terminal = terminal;
        this.filled = unicode ? '█' : '#';
        this.empty = unicode ? '░' : '.';
    }

    /** Whether it is time to show the line again. */
    boolean isDue() {
        Duration interval = terminal ? REDRAW : PLAIN_LINE;
        return System.nanoTime() - shownNanos >= interval.toNanos();
    }

    void show(String line) {
        shownNanos = System.nanoTime();
        out.print(terminal ? START_OF_LINE + line : line + System.lineSeparator());
        out.flush();
    }

    /** Writes a line that stays. */
    void leave(String line) {
        shownNanos = System.nanoTime();
        out.println((terminal ? START_OF_LINE : "") + line);
        out.flush();
    }

    /** Takes away what {@link #show} has left on a terminal. */
    void clear() {
        if (terminal) {
            out.print(START_OF_LINE);
            out.flush();
        }
    }

    /** A bar with a percentage. */
    String bar(double done) {
        int full = (int) (done * BAR);
        return String.format(
                Locale.ROOT,
                "%s %2.0f%%",
                String.valueOf(filled).repeat(full) + String.valueOf(empty).repeat(BAR - full),
                100 * done);
    }
}
