package io.freshet.cli;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** What {@code --json} writes. */
final class JsonFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private JsonFile() {}

    /** Writes the document under a temporary name first, so that a reader never finds half of it. */
    static void write(Path file, Object document) throws IOException {
        Path whole = file.toAbsolutePath();
        Path temporary = whole.resolveSibling(whole.getFileName() + ".tmp");
        Files.writeString(temporary, JSON.writeValueAsString(document) + "\n");
        Files.move(temporary, whole, StandardCopyOption.REPLACE_EXISTING);
    }
}
