package io.freshet.service.http.route;

import com.fasterxml.jackson.core.JsonGenerator;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.QueryParameters;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.http.page.FigureJson;
import io.freshet.service.recommend.Variant;
import io.freshet.service.recommend.Variants;
import io.freshet.service.variant.UserSplit;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;

/** Routes that tell how users are split, and how well each variant of this process did. */
public final class VariantRoutes {
    private final Variants variants;

    public VariantRoutes(Variants variants) {
        this.variants = variants;
    }

    public List<Route> routes() {
        return List.of(Route.get("/v1/variants", Scope.READ, this::show));
    }

    private void show(Context context) {
        QueryParameters.requireNone(context);
        Json.answer(context, 200, json -> {
            writeSplit(json, variants.split());
            json.writeArrayFieldStart("variants");
            for (Variant variant : variants.all()) {
                write(json, variant);
            }
            json.writeEndArray();
        });
    }

    private static void writeSplit(JsonGenerator json, UserSplit split) throws IOException {
        json.writeStringField("salt", split.salt());
        json.writeObjectFieldStart("shares");
        for (UserSplit.Share share : split.shares()) {
            json.writeNumberField(share.variant(), share.weight());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Variant variant) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", variant.name());
        json.writeStringField("model", variant.modelName());
        ModelRoutes.writeServed(json, variant.live());
        FigureJson.writeAccuracy(json, "newest", variant.accuracy().windowed());
        FigureJson.writeAccuracy(json, "all", variant.accuracy().running());
        json.writeEndObject();
    }
}
