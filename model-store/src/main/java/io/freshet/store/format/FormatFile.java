package io.freshet.store.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** Reads files that hold one record of a format. */
public final class FormatFile {
    private FormatFile() {}

    /**
     * Reads and decodes a file.
     *
     * @param decoder decoder of the format
     * @throws FormatException if the decoder fails; the message names the file
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
