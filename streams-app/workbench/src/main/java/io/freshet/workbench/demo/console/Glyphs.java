package io.freshet.workbench.demo.console;

import java.nio.charset.Charset;

/**
 * Characters that the live view draws with.
 *
 * @param bar filled cell of a bar
 * @param to separator between consecutive items
 * @param answer separator between clicked and recommended items
 * @param spark heights of a small chart, lowest first
 */
public record Glyphs(String bar, String to, String answer, String spark) {
    static final Glyphs UNICODE = new Glyphs("█", "›", "⇒", "▁▂▃▄▅▆▇█");
    static final Glyphs ASCII = new Glyphs("#", ">", "=>", "_.-=+*#@");

    /** Returns the Unicode glyphs if the charset can encode them, otherwise the ASCII ones. */
    public static Glyphs in(Charset charset) {
        return charset.newEncoder().canEncode(UNICODE.bar + UNICODE.answer + UNICODE.spark) ? UNICODE : ASCII;
    }
}
