package io.freshet.service.http.route;

import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.request.RecommendationRequest;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.Ids;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.Operation;
import io.freshet.service.http.exchange.Operation.Tag;
import io.freshet.service.http.exchange.QueryParameters;
import io.freshet.service.http.exchange.RequestBody;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.recommend.Answer;
import io.freshet.service.recommend.RecommendationWriter;
import io.freshet.service.recommend.Recommender;
import io.freshet.service.recommend.Variants;
import io.freshet.service.request.BadRequestException;
import io.freshet.service.request.RequestCodec;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Routes for recommendations. They use the same recommenders and the same format as the topics. Requests without a user use
 * the process's own variant.
 */
public final class RecommendationRoutes {
    private static final byte[] NO_BODY = new byte[0];

    private final Variants variants;
    private final RequestCodec codec;
    private final UserRouting routing;
    private final RequestBody bodies;
    private final InstantSource clock;

    public RecommendationRoutes(
            Variants variants, RequestCodec codec, UserRouting routing, RequestBody bodies, InstantSource clock) {
        this.variants = variants;
        this.codec = codec;
        this.routing = routing;
        this.bodies = bodies;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(
                Route.get(
                        "/v1/users/{id}/recommendations",
                        Scope.READ,
                        operation("recommendToUser", Tag.RECOMMENDATIONS, "Recommend items for a user", "best first")
                                .description("The instance that holds the user's sequence answers, whichever instance"
                                        + " receives the request. An unknown user gets popular items, and `fallback`"
                                        + " says so.")
                                .id("A user, percent-encoded.")
                                .parameters(codec.userParameters()),
                        this::forUser),
                Route.post(
                        "/v1/recommendations",
                        Scope.READ,
                        operation(
                                        "recommend",
                                        Tag.RECOMMENDATIONS,
                                        "Recommend items for a user, or after a history",
                                        "best first")
                                .description("The same request as on the requests topic. With a `history`, the user may"
                                        + " be unknown, and nothing is stored.")
                                .body(codec.body()),
                        this::forRequest),
                Route.get(
                        "/v1/items/{id}/similar",
                        Scope.READ,
                        operation("similarItems", Tag.ITEMS, "Items similar to an item", "the most similar first")
                                .description("Ranked by the cosine of the items' vectors in the served model. If the"
                                        + " model does not know the item, the answer has popular items, and"
                                        + " `fallback` says so.")
                                .id("An item, percent-encoded.")
                                .parameters(codec.itemParameters()),
                        this::similar),
                Route.get(
                        "/v1/trending",
                        Scope.READ,
                        operation("trendingItems", Tag.ITEMS, "Items that are popular now", "the most popular first")
                                .parameters(codec.itemParameters()),
                        this::trending));
    }

    private static Operation operation(String id, Tag tag, String summary, String order) {
        return new Operation(id, tag, summary).answers(200, "Items, " + order + ".", Recommendation.class);
    }

    private void forUser(Context context) throws IOException, BadRequestException {
        String userId = Ids.in(context);
        answerAbout(userId, codec.forUser(userId, QueryParameters.in(context)), NO_BODY, context);
    }

    private void forRequest(Context context) throws IOException, BadRequestException {
        byte[] body = bodies.read(context);
        RecommendationRequest request = codec.parse(body);
        String userId = request.userId();
        if (userId == null) {
            answer(context, null, own().answer(request, null));
        } else {
            answerAbout(userId, request, body, context);
        }
    }

    private void answerAbout(String userId, RecommendationRequest request, byte[] body, Context context)
            throws IOException {
        routing.answer(
                context,
                body,
                userId,
                (asked, sequence) -> answer(
                        asked, userId, variants.answering(userId).recommender().answer(request, sequence)));
    }

    private Recommender own() {
        return variants.own().recommender();
    }

    private void similar(Context context) throws BadRequestException {
        String itemId = Ids.in(context);
        answer(context, null, own().similar(itemId, codec.listing(QueryParameters.in(context))));
    }

    private void trending(Context context) throws BadRequestException {
        answer(context, null, own().trending(codec.listing(QueryParameters.in(context))));
    }

    private void answer(Context context, @Nullable String userId, Answer recommendation) {
        Json.answer(context, 200, RecommendationWriter.toJson(userId, recommendation, null, clock.millis()));
    }
}
