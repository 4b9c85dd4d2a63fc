package io.freshet.store.vocabulary;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatVersionException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes a vocabulary as a text file in UTF-8, version 2. Line n + 2 is the item of row n, or empty if the
 * row is free.
 *
 * <pre>
 * freshet-vocabulary version=2 count=4
 * first item
 * second item
 *
 * item in row 3
 * </pre>
 *
 * Each line ends with a line feed, including the last. Inside an id, a backslash is written as {@code \\}, a line
 * feed as {@code \n}, and a carriage return as {@code \r}. Version 1 has no free rows. The file has no checksum; the
 * manifest has its SHA-256.
 */
public final class VocabularyFile {
    public static final String NAME = "vocabulary.txt";

    private static final int OLDEST_VERSION = 1;
    private static final int VERSION = 2;
    private static final int FIRST_WITH_FREE_ROWS = 2;

    private VocabularyFile() {}

    /**
     * Writes a new file.
     *
     * @throws java.nio.file.FileAlreadyExistsException if the file exists
     */
    public static void write(Path file, Vocabulary vocabulary) throws IOException {
        write(file, vocabulary.itemsByRow());
    }

    /**
     * Writes a new file.
     *
     * @param itemsByRow {@link Vocabulary#itemsByRow} of a vocabulary
     * @throws java.nio.file.FileAlreadyExistsException if the file exists
     */
    public static void write(Path file, @Nullable String[] itemsByRow) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(file, UTF_8, StandardOpenOption.CREATE_NEW)) {
            writer.write(new VocabularyHeader(VERSION, itemsByRow.length).line());
            writer.write('\n');
            for (String item : itemsByRow) {
                if (item != null) {
                    writer.write(EscapedLine.of(item));
                }
                writer.write('\n');
            }
        }
    }

    /**
     * Reads a whole file.
     *
     * @throws io.freshet.store.format.FormatException if the content is corrupt, too old or too new; the message
     *     names the file
     */
    public static Vocabulary read(Path file) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file, UTF_8)) {
            VocabularyHeader header = VocabularyHeader.parse(new LineFeedLines(reader, file).next(), file);
            FormatVersionException.require("vocabulary " + file, header.version(), OLDEST_VERSION, VERSION);
            return readItems(new LineFeedLines(reader, file), header, file);
        } catch (CharacterCodingException e) {
            throw new CorruptFormatException("vocabulary must be UTF-8: file=" + file, e);
        }
    }

    private static Vocabulary readItems(LineFeedLines lines, VocabularyHeader header, Path file) throws IOException {
        Vocabulary vocabulary = new Vocabulary();
        for (int row = 0; row < header.count(); row++) {
            String item = EscapedLine.parse(lines.next(), file);
            if (item.isEmpty() && header.version() >= FIRST_WITH_FREE_ROWS) {
                vocabulary.growTo(row + 1);
            } else if (item.isEmpty() || vocabulary.rowOf(item) != Vocabulary.NOT_FOUND) {
                throw new CorruptFormatException(
                        "items of a vocabulary must be distinct and not empty: file=" + file + ", row=" + row);
            } else {
                vocabulary.put(row, item);
            }
        }
        lines.requireEnd();
        return vocabulary;
    }
}
