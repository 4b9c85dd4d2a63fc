package io.freshet.app.clickfile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that are JSON objects, one in each line. */
final class JsonRows implements Rows {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final FileText text;
    private final BufferedReader lines;
    private final List<String> names;
    private final @Nullable String[] fields;
    private long line;
    private boolean malformed;

    /** @param names the names of the members that are read: column {@code i} is member {@code names[i]} */
    JsonRows(FileText text, Reader characters, List<String> names) {
        this.text = text;
        this.lines = new BufferedReader(characters, 1 << 16);
        this.names = List.copyOf(names);
        this.fields = new @Nullable String[names.size()];
    }

    @Override
    public boolean next() throws IOException {
        try {
            String json;
            do {
                json = lines.readLine();
                line++;
            } while (json != null && json.isBlank());
            if (json == null) {
                return false;
            }
            read(json);
            return true;
        } catch (IOException e) {
            throw text.explained(e);
        }
    }

    private void read(String json) throws IOException {
        Arrays.fill(fields, null);
        malformed = true;
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                int column = names.indexOf(parser.currentName());
                JsonToken value = parser.nextToken();
                if (column >= 0 && value.isScalarValue() && value != JsonToken.VALUE_NULL) {
                    fields[column] = parser.getText().strip();
                }
                parser.skipChildren();
            }
            malformed = parser.nextToken() != null;
        } catch (JsonProcessingException _) {
            // The row stays marked as malformed, and is counted as such.
        }
    }

    /** Returns the names of an object's members, in its order; none if the text is not a JSON object. */
    static List<String> namesIn(String json) throws IOException {
        List<String> names = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return List.of();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
            return names;
        } catch (JsonProcessingException _) {
            return List.of();
        }
    }

    @Override
    public int width() {
        return fields.length;
    }

    @Override
    public @Nullable String field(int column) {
        return fields[column];
    }

    @Override
    public long line() {
        return line;
    }

    @Override
    public @Nullable Reason malformed() {
        return malformed ? Reason.MALFORMED_JSON : null;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
