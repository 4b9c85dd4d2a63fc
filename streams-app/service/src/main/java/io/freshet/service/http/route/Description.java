package io.freshet.service.http.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.contract.AsyncApi;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.Operation;
import io.freshet.service.http.exchange.Operation.Tag;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.json.Components;
import io.freshet.service.json.JsonRecords;
import io.freshet.service.json.Schema;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Serves {@code /openapi.json}, the OpenAPI 3.1 description of the routes that this instance has, and {@code
 * /asyncapi.json}, the AsyncAPI 3.0 description of the public topics. Immutable.
 */
public final class Description {
    private static final String HEADER = """
            {
              "openapi": "3.1.0",
              "info": {
                "title": "Freshet",
                "version": "1",
                "summary": "Recommendations from a model that learns from each click.",
                "description": "Every error is a problem detail (RFC 9457). A request with a parameter or field that is not \
            described here is refused. The description has the routes and the limits of the instance that answers.",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
              },
              "servers": [{"url": "/"}],
              "tags": [],
              "paths": {},
              "components": {
                "securitySchemes": {
                  "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Required if `http.token` or `http.token.file` is set. A token has scopes: `read`, `click`, \
            `admin`, `metrics`; each operation names the scope that it needs. A browser may send the token as the password of \
            Basic authentication."
                  }
                }
              }
            }
            """;

    private final List<Route> routes;
    private final byte[] document;
    private final byte[] topics;

    /**
     * @param config has the names of the topics
     * @param others routes to describe, beside those of the descriptions
     */
    public Description(FreshetConfig config, List<Route> others) {
        topics = JsonRecords.write(AsyncApi.of(config));
        routes = List.of(
                Route.get(
                        "/openapi.json",
                        Scope.READ,
                        new Operation("describe", Tag.OPERATIONS, "This description")
                                .ignoringParameters()
                                .answers(200, "OpenAPI 3.1.", Schema.type("object")),
                        this::answer),
                Route.get(
                        "/asyncapi.json",
                        Scope.READ,
                        new Operation("describeTopics", Tag.OPERATIONS, "The description of the public topics")
                                .ignoringParameters()
                                .answers(200, "AsyncAPI 3.0.", Schema.type("object")),
                        context -> Json.answer(context, 200, topics)));
        document = JsonRecords.write(
                describe(Stream.concat(others.stream(), routes.stream()).toList()));
    }

    public List<Route> routes() {
        return routes;
    }

    private void answer(Context context) {
        Json.answer(context, 200, document);
    }

    private static ObjectNode describe(List<Route> routes) {
        ObjectNode root = header();
        Components components = new Components();
        ObjectNode paths = root.withObjectProperty("paths");
        for (Tag tag : Tag.values()) {
            root.withArray("tags").addObject().put("name", tag.code());
            routes.forEach(route -> route.describe(tag, paths, components));
        }
        ObjectNode shared = root.withObjectProperty("components");
        shared.set("responses", Operation.sharedAnswers(components));
        shared.putObject("schemas").setAll(components.schemas());
        return root;
    }

    private static ObjectNode header() {
        try {
            return (ObjectNode) JsonRecords.read(HEADER.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
