package io.freshet.service.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.fuzz.BinaryMutator;
import io.freshet.fuzz.Fuzz;
import io.freshet.fuzz.JsonMutator;
import io.freshet.service.catalogue.CatalogueItem;
import io.freshet.service.catalogue.CatalogueItemCodec;
import io.freshet.service.catalogue.MalformedItemException;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.popularity.PopularItems;
import io.freshet.service.popularity.PopularItemsCodec;
import io.freshet.service.popularity.PopularItemsCodecTest;
import io.freshet.store.format.FormatException;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Tests every decoder of this package under {@link Fuzz}.
 *
 * <p>Bounds on what a decoder may allocate: the constant part covers parsers, their buffers and messages. The part for each
 * byte is as follows. A popular item takes at least nine bytes and becomes two objects and an entry in two lists, about 100
 * bytes. JSON is parsed without a tree; an element of a list takes at least two bytes and becomes a string and a map entry,
 * about 150 bytes.
 */
final class ScoringFuzzTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final RequestCodec REQUESTS = new RequestCodec(FreshetConfig.of(Map.of(
            "recommendations.max.k",
            "100",
            "recommendations.max.history",
            "50",
            "recommendations.max.ids",
            "100",
            "items.catalogue",
            "filter")));

    @Test
    void shouldReadOrRefusePopularItemsWhenTheyAreDamaged() {
        PopularItems popular = new PopularItems(
                1_000, 1_700_000_000_000L, 2, List.of(new PopularItems.Item("a", 1), new PopularItems.Item("ü", .5)));
        Fuzz.of("popular items", PopularItemsCodec::decode)
                .from(
                        PopularItemsCodec.encode(popular),
                        PopularItemsCodec.encode(new PopularItems(Long.MIN_VALUE, 0, 0, List.of())),
                        HexFormat.of().parseHex(PopularItemsCodecTest.GOLDEN_V2))
                .damagedBy(BinaryMutator.OF_RECORDS)
                .mayThrow(FormatException.class)
                .encodedBy(PopularItemsCodec::encode)
                .allocatingAtMost(1 << 16, 64)
                .run();
    }

    @Test
    void shouldReadOrRefuseCatalogueItemsWhenTheyAreDamaged() {
        Fuzz.of("catalogue item", CatalogueItemCodec::parse)
                .from(
                        "{\"categories\":[\"a\",7,\"ü\"],\"available\":true,\"price\":{\"eur\":[1,2.5]}}"
                                .getBytes(UTF_8),
                        "{\"available\":false}".getBytes(UTF_8),
                        "{}".getBytes(UTF_8))
                .damagedBy(JsonMutator.OF_JSON)
                .mayThrow(MalformedItemException.class)
                .encodedBy(ScoringFuzzTest::encoded)
                .allocatingAtMost(1 << 18, 256)
                .run();
    }

    private static byte[] encoded(CatalogueItem item) throws IOException {
        return JSON.writeValueAsBytes(Map.of("categories", item.categories(), "available", item.available()));
    }

    @Test
    void shouldReadOrRefuseRequestsWhenTheyAreDamaged() {
        Fuzz.of("request", REQUESTS::parse)
                .from("""
                        {"user_id": "u", "k": 10, "exclude": ["i", 7], "include_only": ["j"], "categories": ["c"],
                         "max_per_category": 2, "min_score": 0.01, "why": true}
                        """.getBytes(UTF_8), """
                        {"history": [{"item_id": "i", "timestamp": 1700000000000, "event_type": "view"}, "j", 5,
                         {"item_id": "ü", "timestamp": "2026-11-28T12:00:00Z"}], "why": null}
                        """.getBytes(UTF_8), "{\"user_id\": 7}".getBytes(UTF_8))
                .damagedBy(JsonMutator.OF_JSON)
                .mayThrow(BadRequestException.class)
                .encodedBy(ScoringFuzzTest::encoded)
                .allocatingAtMost(1 << 18, 256)
                .run();
    }

    private static byte[] encoded(RecommendationRequest request) throws IOException {
        ObjectNode fields = JSON.createObjectNode();
        if (request.userId() != null) {
            fields.put("user_id", request.userId());
        }
        if (request.history() != null) {
            for (var event : request.history()) {
                ObjectNode one = fields.withArray("history").addObject().put("item_id", event.itemId());
                one.put("event_type", event.eventType());
                if (event.timestampMs() != RecommendationRequest.JUST_NOW) {
                    one.put("timestamp", event.timestampMs());
                }
            }
        }
        fields.put("k", request.k()).put("why", request.why());
        ItemSelection selection = request.selection();
        fields.put("min_score", selection.minScore());
        fields.set("exclude", JSON.valueToTree(selection.exclude()));
        if (selection.includeOnly() != null) {
            fields.set("include_only", JSON.valueToTree(selection.includeOnly()));
        }
        if (!selection.categories().isEmpty()) {
            fields.set("categories", JSON.valueToTree(selection.categories()));
        }
        if (selection.maxPerCategory() > 0) {
            fields.put("max_per_category", selection.maxPerCategory());
        }
        return JSON.writeValueAsBytes(fields);
    }
}
