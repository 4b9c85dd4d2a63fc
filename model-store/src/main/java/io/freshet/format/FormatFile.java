package io.freshet.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** Files that hold one record of a format. */
public final class FormatFile {
    private FormatFile() {}

    /**
     * What a file holds.
     *
     * @param decoder of the format
     * @throws FormatException the decoder's, with the file's name
     */
    public static <T> T read(Path file, Function<byte[], T> decoder) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        try {
            return decoder.apply(bytes);
        } catch (FormatException e) {
            throw e.in(file);
        }
    }
}
