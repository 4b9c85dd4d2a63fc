package io.freshet.client.text;

/** Computes lengths in UTF-8 without encoding. */
public final class Utf8 {
    /** Result of {@link #length} for a text with an unpaired surrogate, which UTF-8 cannot express. */
    public static final int UNPAIRED_SURROGATE = -1;

    private Utf8() {}

    /** Returns the number of bytes of the text in UTF-8, or {@link #UNPAIRED_SURROGATE}. */
    public static int length(String text) {
        int chars = text.length();
        for (int i = 0; i < chars; i++) {
            if (text.charAt(i) >= 0x80) {
                return lengthFrom(text, i);
            }
        }
        return chars;
    }

    private static int lengthFrom(String text, int asciiChars) {
        int bytes = asciiChars;
        for (int i = asciiChars; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            } else if (isPairAt(text, i)) {
                bytes += 4;
                i++;
            } else {
                return UNPAIRED_SURROGATE;
            }
        }
        return bytes;
    }

    private static boolean isPairAt(String text, int position) {
        return position + 1 < text.length()
                && Character.isSurrogatePair(text.charAt(position), text.charAt(position + 1));
    }
}
