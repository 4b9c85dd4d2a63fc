package io.freshet.store.vocabulary;

import io.freshet.store.format.CorruptFormatException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The first line of a vocabulary file. */
record VocabularyHeader(int version, int count) {
    private static final Pattern LINE =
            Pattern.compile("freshet-vocabulary version=(0|[1-9][0-9]{0,8}) count=(0|[1-9][0-9]{0,8})");

    String line() {
        return "freshet-vocabulary version=" + version + " count=" + count;
    }

    static VocabularyHeader parse(String line, Path file) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new CorruptFormatException("vocabulary must begin with a line that matches " + LINE + ": file=" + file
                    + ", length of the line=" + line.length());
        }
        return new VocabularyHeader(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }
}
