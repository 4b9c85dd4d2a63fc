package io.freshet.service.http.route;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.Operation;
import io.freshet.service.http.exchange.Operation.Tag;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.recommend.Variant;
import io.freshet.service.recommend.Variants;
import io.freshet.service.variant.UserSplit;
import io.freshet.training.metrics.Accuracy;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Routes that tell how users are split, and how well each variant of this process did. */
public final class VariantRoutes {
    private final Variants variants;

    public VariantRoutes(Variants variants) {
        this.variants = variants;
    }

    @JsonTypeName("Variants")
    private record VariantsState(
            @JsonPropertyDescription("Name of the experiment.")
            String salt,

            @JsonPropertyDescription(
                    "Weight of each variant. Its share is its weight divided by the sum of all weights."
                            + " Empty if there is only one variant.")
            Map<String, Double> shares,

            @JsonPropertyDescription("The variants that this instance answers, its own first.")
            List<VariantState> variants) {}

    @JsonTypeName("Variant")
    private record VariantState(
            String name,
            String model,

            @JsonInclude(Include.ALWAYS) ModelRoutes.@Nullable Served served,

            Accuracy newest,
            Accuracy all) {
        static VariantState of(Variant variant) {
            return new VariantState(
                    variant.name(),
                    variant.modelName(),
                    ModelRoutes.Served.by(variant.live()),
                    variant.accuracy().windowed(),
                    variant.accuracy().running());
        }
    }

    public List<Route> routes() {
        Operation operation = new Operation(
                        "variants", Tag.MODEL, "Split of users, and accuracy of each variant of this instance")
                .description("An event is a click of a user who had an answer before. Its rank is that of the clicked"
                        + " item in the user's newest such answer, or a miss if the item is not there. Each instance"
                        + " counts events of its own users since it started.")
                .answers(200, "The variants.", VariantsState.class);
        return List.of(Route.get("/v1/variants", Scope.READ, operation, this::show));
    }

    private void show(Context context) {
        UserSplit split = variants.split();
        Map<String, Double> shares = new LinkedHashMap<>();
        split.shares().forEach(share -> shares.put(share.variant(), share.weight()));
        List<VariantState> states =
                variants.all().stream().map(VariantState::of).toList();
        Json.answer(context, 200, new VariantsState(split.salt(), shares, states));
    }
}
