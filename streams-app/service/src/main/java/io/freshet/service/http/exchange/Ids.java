package io.freshet.service.http.exchange;

import io.freshet.client.click.Click;
import io.freshet.client.text.Utf8;
import io.javalin.http.Context;

/** Reads ids of users and items from paths. */
public final class Ids {
    private Ids() {}

    /** Returns the path's {@code id}, after checking that the sequencer would accept it. */
    public static String in(Context context) {
        String id = context.pathParam("id");
        int bytes = Utf8.length(id);
        if (bytes < 1 || bytes > Click.MAX_ID_BYTES) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "an id must have 1 to " + Click.MAX_ID_BYTES + " bytes of UTF-8: bytes=" + bytes);
        }
        if (Click.controlCharacterIn(id) >= 0) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "an id must have no control character: position=" + Click.controlCharacterIn(id));
        }
        return id;
    }
}
