package io.freshet.service.http.route;

import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Serves {@code /openapi.json}, the OpenAPI 3.1 description of the API. A test checks this resource against the routes. */
public final class Description {
    private static final String RESOURCE = "openapi.json";

    public List<Route> routes() {
        byte[] document = read();
        return List.of(Route.get("/openapi.json", Scope.READ, context -> Json.answer(context, 200, document)));
    }

    public static byte[] read() {
        try (InputStream input = Description.class.getResourceAsStream(RESOURCE)) {
            if (input == null) {
                throw new IllegalStateException("the class path must have " + RESOURCE);
            }
            return input.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
