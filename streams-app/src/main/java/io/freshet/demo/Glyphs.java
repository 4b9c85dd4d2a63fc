package io.freshet.demo;

import java.nio.charset.Charset;

/**
 * The characters that the live view draws with.
 *
 * @param bar a filled place of a bar
 * @param to from one thing to the next
 * @param answer from what was clicked to what is recommended
 * @param spark heights of a small chart, the lowest first
 */
record Glyphs(String bar, String to, String answer, String spark) {
    static final Glyphs UNICODE = new Glyphs("█", "›", "⇒", "▁▂▃▄▅▆▇█");
    static final Glyphs ASCII = new Glyphs("#", ">", "=>", "_.-=+*#@");

    /** Unicode where the terminal's character set has it. */
    static Glyphs in(Charset charset) {
        return charset.newEncoder().canEncode(UNICODE.bar + UNICODE.answer + UNICODE.spark) ? UNICODE : ASCII;
    }
}
