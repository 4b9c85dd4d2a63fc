package io.freshet.http;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;

/**
 * One thing that can be asked for.
 *
 * @param path parameters stand in braces
 * @param isPage whether it belongs to the page, and not to the API that is described
 */
record Route(HandlerType method, String path, Handler handler, boolean isPage) {
    static Route get(String path, Handler handler) {
        return new Route(HandlerType.GET, path, handler, false);
    }

    static Route post(String path, Handler handler) {
        return new Route(HandlerType.POST, path, handler, false);
    }

    static Route delete(String path, Handler handler) {
        return new Route(HandlerType.DELETE, path, handler, false);
    }

    static Route page(String path, Handler handler) {
        return new Route(HandlerType.GET, path, handler, true);
    }
}
