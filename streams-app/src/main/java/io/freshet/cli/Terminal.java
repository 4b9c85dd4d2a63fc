package io.freshet.cli;

import java.io.Console;
import java.nio.charset.Charset;
import java.util.Optional;

/** The capabilities of standard output. */
final class Terminal {
    private Terminal() {}

    /** Returns whether a written line can be redrawn in place. */
    static boolean canRedraw() {
        boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        return terminal && !"dumb".equals(System.getenv("TERM"));
    }

    /** Returns whether block characters can be shown. */
    static boolean hasBlocks() {
        return Charset.forName(System.getProperty("stdout.encoding", "US-ASCII"))
                .newEncoder()
                .canEncode("█░");
    }
}
