package io.freshet.service.http.exchange;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.Operation.Tag;
import io.freshet.service.json.Components;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A method and a path that the server answers.
 *
 * @param path path with parameters in braces
 * @param scope required scope of the token; null if none is needed
 * @param operation description of the route, which also decides on parameters; null if the route belongs to the page
 *     rather than to the API
 */
public record Route(
        HandlerType method,
        String path,
        @Nullable Scope scope,
        @Nullable Operation operation,
        Handler handler) {
    public static Route get(String path, @Nullable Scope scope, Operation operation, Handler handler) {
        return new Route(HandlerType.GET, path, scope, operation, handler);
    }

    public static Route post(String path, Scope scope, Operation operation, Handler handler) {
        return new Route(HandlerType.POST, path, scope, operation, handler);
    }

    public static Route delete(String path, Scope scope, Operation operation, Handler handler) {
        return new Route(HandlerType.DELETE, path, scope, operation, handler);
    }

    public static Route page(String path, Handler handler) {
        return new Route(HandlerType.GET, path, Scope.READ, null, handler);
    }

    /** Adds the route to the paths of a description if its operation belongs to the group. */
    public void describe(Tag tag, ObjectNode paths, Components components) {
        if (operation != null && operation.tag() == tag) {
            paths.withObjectProperty(path)
                    .set(method.name().toLowerCase(Locale.ROOT), operation.toJson(path, scope, components));
        }
    }

    void answer(Context context) throws Exception {
        if (operation != null) {
            operation.checkParameters(context);
        }
        handler.handle(context);
    }
}
