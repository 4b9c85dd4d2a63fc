package io.freshet.app.cli.console;

import java.io.Console;
import java.nio.charset.Charset;
import java.util.Optional;

/** The capabilities of standard output. */
public final class Terminal {
    private Terminal() {}

    /** Returns whether a written line can be redrawn in place. */
    public static boolean canRedraw() {
        boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        return terminal && !"dumb".equals(System.getenv("TERM"));
    }

    /** Returns whether block characters can be shown. */
    public static boolean hasBlocks() {
        return Charset.forName(System.getProperty("stdout.encoding", "US-ASCII"))
                .newEncoder()
                .canEncode("█░");
    }
}
