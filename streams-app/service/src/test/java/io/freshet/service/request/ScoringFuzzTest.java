package io.freshet.service.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.item.CatalogueItemCodec;
import io.freshet.client.item.MalformedItemException;
import io.freshet.client.request.RequestWriter;
import io.freshet.fuzz.BinaryMutator;
import io.freshet.fuzz.Fuzz;
import io.freshet.fuzz.JsonMutator;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.popularity.PopularItems;
import io.freshet.service.popularity.PopularItemsCodec;
import io.freshet.service.popularity.PopularItemsCodecTest;
import io.freshet.store.format.FormatException;
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
                .encodedBy(CatalogueItemCodec::toJson)
                .allocatingAtMost(1 << 18, 256)
                .run();
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
                .encodedBy(RequestWriter::toJson)
                .allocatingAtMost(1 << 18, 256)
                .run();
    }
}
