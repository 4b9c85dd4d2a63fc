package io.freshet.workbench.demo.console;

import java.io.PrintStream;
import java.time.Duration;

/** Displays frames. Used by one thread. */
public sealed interface LiveView extends AutoCloseable {
    void show(Frame frame);

    /** Returns the interval between frames. */
    Duration interval();

    /** Restores the terminal. */
    @Override
    void close();

    /** Redraws in place on the terminal's alternate screen, so that the previous content returns at the end. */
    final class OnTerminal implements LiveView {
        private static final String ENTER = "\u001B[?1049h\u001B[?25l\u001B[?7l";
        private static final String LEAVE = "\u001B[?7h\u001B[?25h\u001B[?1049l";
        private static final String HOME = "\u001B[H";
        private static final String REST_OF_LINE_AWAY = "\u001B[K\n";
        private static final String REST_OF_SCREEN_AWAY = "\u001B[J";

        private final PrintStream out;
        private final FrameText text;

        public OnTerminal(PrintStream out, FrameText text) {
            this.out = out;
            this.text = text;
            out.print(ENTER);
            out.flush();
        }

        @Override
        public void show(Frame frame) {
            StringBuilder screen = new StringBuilder(HOME);
            text.lines(frame).forEach(line -> screen.append(line).append(REST_OF_LINE_AWAY));
            out.print(screen.append(REST_OF_SCREEN_AWAY));
            out.flush();
        }

        @Override
        public Duration interval() {
            return Duration.ofMillis(500);
        }

        @Override
        public void close() {
            out.print(LEAVE);
            out.flush();
        }
    }

    /** Prints one line every few seconds, for a pipe or a log. */
    final class Lines implements LiveView {
        private final PrintStream out;
        private final FrameText text;

        public Lines(PrintStream out, FrameText text) {
            this.out = out;
            this.text = text;
        }

        @Override
        public void show(Frame frame) {
            out.println(text.line(frame));
            out.flush();
        }

        @Override
        public Duration interval() {
            return Duration.ofSeconds(5);
        }

        @Override
        public void close() {}
    }

    /** Displays nothing. */
    final class Silent implements LiveView {
        @Override
        public void show(Frame frame) {}

        @Override
        public Duration interval() {
            return Duration.ofSeconds(5);
        }

        @Override
        public void close() {}
    }
}
