package io.freshet.lab.continual;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/**
 * Reads a folder with {@code period_0.txt}, {@code period_1.txt} and so on, whose lines are {@code session item} in order
 * of time.
 */
public final class PeriodFiles {
    private PeriodFiles() {}

    /** Returns the folder's period files, from 0 up to the first that is missing. */
    public static List<Path> in(Path folder) {
        List<Path> files = new ArrayList<>();
        Path next = folder.resolve("period_0.txt");
        while (Files.isReadable(next)) {
            files.add(next);
            next = folder.resolve("period_" + files.size() + ".txt");
        }
        return files;
    }

    /**
     * Reads a period. Empty lines are skipped.
     *
     * @throws PeriodFileException if any other line is not {@code session item}
     */
    public static List<PeriodClick> read(Path file) throws IOException {
        List<PeriodClick> clicks = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                StringTokenizer words = new StringTokenizer(line);
                if (words.countTokens() == 2) {
                    clicks.add(new PeriodClick(words.nextToken(), words.nextToken()));
                } else if (words.hasMoreTokens()) {
                    throw new PeriodFileException(
                            "a line must be 'session item': " + file + ", line " + number + ": " + line);
                }
                number++;
            }
        }
        return clicks;
    }
}
