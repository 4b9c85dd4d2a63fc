package io.freshet.service.http.exchange;

import io.freshet.service.json.JsonRecords;
import io.javalin.http.Context;

/** Answers with JSON. */
public final class Json {
    static final String MEDIA_TYPE = "application/json";

    private Json() {}

    /** Answers with a record. */
    public static void answer(Context context, int status, Record document) {
        answer(context, status, JsonRecords.write(document));
    }

    /** Answers with a document that has already been written. */
    public static void answer(Context context, int status, byte[] document) {
        context.status(status).contentType(MEDIA_TYPE).result(document);
    }
}
