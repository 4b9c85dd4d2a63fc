package io.freshet.cli;

import java.io.Console;
import java.nio.charset.Charset;
import java.util.Optional;

/** What standard output is. */
final class Terminal {
    private Terminal() {}

    /** Whether a line that is written can be written again. */
    static boolean canRedraw() {
        boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        return terminal && !"dumb".equals(System.getenv("TERM"));
    }

    /** Whether block characters can be shown. */
    static boolean hasBlocks() {
        return Charset.forName(System.getProperty("stdout.encoding", "US-ASCII"))
                .newEncoder()
                .canEncode("█░");
    }
}
