package io.freshet.app.cli.console;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** Reads and writes the files of {@code --json}. */
public final class JsonFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private JsonFile() {}

    /** Reads a document; keys that the type does not have are ignored. */
    public static <T> T read(Path file, Class<T> type) throws IOException {
        return JSON.readValue(Files.readString(file), type);
    }

    /**
     * Reads a document that is part of the program. The caller closes the stream.
     *
     * @throws IOException if it is not such a document
     */
    public static <T> T read(InputStream in, Class<T> type) throws IOException {
        return JSON.readValue(in, type);
    }

    /**
     * Writes the document under a temporary name and then renames it, so that a reader never finds half of it.
     *
     * @param file null to write nothing
     */
    public static void write(@Nullable Path file, Object document) throws IOException {
        if (file == null) {
            return;
        }
        Path whole = file.toAbsolutePath();
        Path temporary = whole.resolveSibling(whole.getFileName() + ".tmp");
        Files.writeString(temporary, JSON.writeValueAsString(document) + "\n");
        Files.move(temporary, whole, StandardCopyOption.REPLACE_EXISTING);
    }
}
