package io.freshet.app.cli.console;

import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** A progress line: redrawn in place on a terminal; elsewhere, a plain line every 30 seconds. Used by one thread. */
public final class ProgressLine {
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
     * Creates a progress line that shows nothing yet.
     *
     * @param terminal whether lines can be redrawn in place
     * @param unicode whether the terminal has block characters
     */
    public ProgressLine(PrintStream out, boolean terminal, boolean unicode) {
        this.out = out;
        this.terminal = terminal;
        this.filled = unicode ? '█' : '#';
        this.empty = unicode ? '░' : '.';
    }

    /** Creates a progress line on this stream that shows nothing yet, for the terminal of the standard output. */
    public static ProgressLine on(PrintStream out) {
        boolean unicode = Charset.forName(System.getProperty("stdout.encoding", "US-ASCII"))
                .newEncoder()
                .canEncode("█░");
        return new ProgressLine(out, isTerminal(), unicode);
    }

    /** Returns whether the standard output is a terminal on which lines can be redrawn in place. */
    public static boolean isTerminal() {
        boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        return terminal && !"dumb".equals(System.getenv("TERM"));
    }

    /** Returns whether a line can be redrawn in place. */
    public boolean canRedraw() {
        return terminal;
    }

    /** Returns whether it is time to show the line again. */
    public boolean isDue() {
        Duration interval = terminal ? REDRAW : PLAIN_LINE;
        return System.nanoTime() - shownNanos >= interval.toNanos();
    }

    public void show(String line) {
        shownNanos = System.nanoTime();
        out.print(terminal ? START_OF_LINE + line : line + System.lineSeparator());
        out.flush();
    }

    /** Writes a line that stays. */
    public void leave(String line) {
        shownNanos = System.nanoTime();
        out.println((terminal ? START_OF_LINE : "") + line);
        out.flush();
    }

    /** Clears the line that {@link #show} has left on a terminal. */
    public void clear() {
        if (terminal) {
            out.print(START_OF_LINE);
            out.flush();
        }
    }

    /** Returns a bar with a percentage. */
    public String bar(double done) {
        int full = (int) (done * BAR);
        return String.format(
                Locale.ROOT,
                "%s %2.0f%%",
                String.valueOf(filled).repeat(full) + String.valueOf(empty).repeat(BAR - full),
                100 * done);
    }
}
