package io.freshet.service.http.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes one JSON document in UTF-8. */
public final class Json {
    static final String MEDIA_TYPE = "application/json";

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final int USUAL_BYTES = 1_024;

    private Json() {}

    /** Writes the content between the outermost braces. */
    public interface Fields {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** Returns an object with these fields. */
    public static byte[] object(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            fields.writeTo(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Answers with an object. */
    public static void answer(Context context, int status, Fields fields) {
        answer(context, status, object(fields));
    }

    /** Answers with a document that has already been written. */
    public static void answer(Context context, int status, byte[] document) {
        context.status(status).contentType(MEDIA_TYPE).result(document);
    }
}
