package io.freshet.offline;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringTokenizer;
import java.util.function.ToIntFunction;
import java.util.zip.GZIPInputStream;

/**
 * Files of lines {@code user item item ...}, items in order of time, separated by blanks. A user who comes again goes on
 * where the earlier line stopped, so lines {@code user item} will do. A name that ends in {@code .gz} is unpacked.
 */
public final class SequenceFile {
    private SequenceFile() {}

    /**
     * Reads a whole file.
     *
     * @param rowOf the row of an item, a new one for an item never seen
     * @throws SequenceFileException for a line that names no item, or a file without any line
     */
    public static SequenceDataset read(Path file, ToIntFunction<String> rowOf) throws IOException {
        SequenceDataset.Builder builder = SequenceDataset.builder(rowOf);
        try (BufferedReader lines = open(file)) {
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                add(line, builder, file, number);
                number++;
            }
        }
        SequenceDataset dataset = builder.build();
        if (dataset.users() == 0) {
            throw new SequenceFileException("a file must have lines 'user item item ...': " + file + " is empty");
        }
        return dataset;
    }

    private static BufferedReader open(Path file) throws IOException {
        InputStream stream = Files.newInputStream(file);
        boolean zipped = file.toString().endsWith(".gz");
        return new BufferedReader(
                new InputStreamReader(zipped ? new GZIPInputStream(stream, 1 << 16) : stream, StandardCharsets.UTF_8));
    }

    private static void add(String line, SequenceDataset.Builder builder, Path file, int number)
            throws SequenceFileException {
        StringTokenizer words = new StringTokenizer(line);
        if (!words.hasMoreTokens()) {
            return;
        }
        String user = words.nextToken();
        if (!words.hasMoreTokens()) {
            throw new SequenceFileException(
                    "a line must be 'user item item ...': " + file + ", line " + number + ": " + line);
        }
        while (words.hasMoreTokens()) {
            builder.add(user, words.nextToken(), 0);
        }
    }
}
