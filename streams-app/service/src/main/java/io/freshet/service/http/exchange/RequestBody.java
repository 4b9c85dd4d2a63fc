package io.freshet.service.http.exchange;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads request bodies: JSON in UTF-8 of a bounded length. */
public final class RequestBody {
    /** Maximum number of bytes of an oversized body to drain, so that a client that is still sending sees the answer. */
    private static final long MAX_DRAINED_BYTES = 64L << 20;

    private static final String CHARSET = "charset=";

    private final int maxBytes;

    public RequestBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Returns the body. Checks the length and the content type, but not whether the body is JSON. */
    public byte[] read(Context context) throws IOException {
        byte[] bytes = readBounded(context);
        requireJson(context.contentType());
        return bytes;
    }

    private byte[] readBounded(Context context) throws IOException {
        InputStream body = context.req().getInputStream();
        byte[] bytes = body.readNBytes(maxBytes);
        long more = drain(body);
        if (more > 0) {
            throw new ProblemException(
                    ProblemType.TOO_LARGE, "a body must have at most " + maxBytes + " bytes (http.max.body.bytes)");
        }
        return bytes;
    }

    private static long drain(InputStream body) throws IOException {
        byte[] scratch = new byte[8_192];
        long total = 0;
        int read;
        while (total < MAX_DRAINED_BYTES && (read = body.read(scratch)) >= 0) {
            total += read;
        }
        return total;
    }

    private static void requireJson(@Nullable String contentType) {
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        int end = type.indexOf(';');
        String media = (end < 0 ? type : type.substring(0, end)).strip();
        String parameters =
                end < 0 ? "" : type.substring(end + 1).replace("\"", "").strip();
        boolean isUtf8 = !parameters.startsWith(CHARSET)
                || parameters.equals(CHARSET + "utf-8")
                || parameters.equals(CHARSET + "utf8");
        if (!media.equals(Json.MEDIA_TYPE) || !isUtf8) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type must be application/json, in UTF-8: Content-Type=" + contentType);
        }
    }
}
