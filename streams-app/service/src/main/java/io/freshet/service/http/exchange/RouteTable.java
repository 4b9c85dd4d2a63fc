package io.freshet.service.http.exchange;

import io.freshet.service.config.AccessTokens.Scope;
import io.javalin.config.RouterConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.matcher.PathParser;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All routes of a server. Immutable. */
public final class RouteTable {
    private final List<Route> routes;

    /** Decides whether a request may use a route. */
    @FunctionalInterface
    public interface AccessRule {
        /**
         * Throws if the request may not use the route.
         *
         * @param scope scope that the route requires; null if it requires none
         */
        void require(Context context, @Nullable Scope scope);
    }

    public RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    List<Route> routes() {
        return routes;
    }

    /** Adds the routes. Every GET route also answers HEAD, with the same status and headers. */
    public void addTo(RoutesConfig config, AccessRule access) {
        for (Route route : routes) {
            Handler handler = context -> {
                access.require(context, route.scope());
                route.answer(context);
            };
            config.addHttpHandler(route.method(), route.path(), handler);
            if (route.method().equals(HandlerType.GET)) {
                config.addHttpHandler(HandlerType.HEAD, route.path(), handler);
            }
        }
    }

    ProblemException methodNotAllowed(Context context) {
        String allowed = String.join(", ", methodsOf(context.path()));
        return new ProblemException(
                ProblemType.METHOD_NOT_ALLOWED,
                context.path() + " takes " + allowed + ": method="
                        + context.req().getMethod(),
                Map.of("Allow", allowed));
    }

    private Set<String> methodsOf(String path) {
        RouterConfig plain = new RouterConfig();
        Set<String> methods = new TreeSet<>();
        for (Route route : routes) {
            if (new PathParser(route.path(), plain).matches(path)) {
                methods.add(route.method().name());
                if (route.method().equals(HandlerType.GET)) {
                    methods.add(HandlerType.HEAD.name());
                }
            }
        }
        return methods;
    }
}
