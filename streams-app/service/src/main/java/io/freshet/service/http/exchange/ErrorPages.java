package io.freshet.service.http.exchange;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers requests that Jetty refuses before any route, such as malformed HTTP, with problem details. */
public final class ErrorPages extends ErrorHandler {
    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        String path = request.getHttpURI() == null
                ? ""
                : String.valueOf(request.getHttpURI().getPath());
        byte[] document = Problems.document(code, message == null ? "" : message, path);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problems.MEDIA_TYPE);
        response.write(true, ByteBuffer.wrap(document), callback);
    }

    /** Applies to every method. Jetty's default pages are for browsers only. */
    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }
}
