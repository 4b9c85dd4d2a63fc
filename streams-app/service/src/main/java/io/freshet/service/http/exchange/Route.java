package io.freshet.service.http.exchange;

import io.freshet.service.config.AccessTokens.Scope;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import org.jspecify.annotations.Nullable;

/**
 * A method and a path that the server answers.
 *
 * @param path path with parameters in braces
 * @param scope required scope of the token; null if none is needed
 * @param isPage whether it belongs to the page rather than to the API that {@code /openapi.json} describes
 */
public record Route(
        HandlerType method, String path, @Nullable Scope scope, Handler handler, boolean isPage) {
    public static Route get(String path, @Nullable Scope scope, Handler handler) {
        return new Route(HandlerType.GET, path, scope, handler, false);
    }

    public static Route post(String path, Scope scope, Handler handler) {
        return new Route(HandlerType.POST, path, scope, handler, false);
    }

    public static Route delete(String path, Scope scope, Handler handler) {
        return new Route(HandlerType.DELETE, path, scope, handler, false);
    }

    public static Route page(String path, Handler handler) {
        return new Route(HandlerType.GET, path, Scope.READ, handler, true);
    }
}
