package io.freshet.service.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.freshet.client.request.ItemSelection;
import io.freshet.client.request.RecommendationRequest;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.request.BadRequestException.Reason;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestCodecTest {
    private final RequestCodec codec = codec("filter");
    private final RequestCodec withoutCatalogue = codec("off");

    private static RequestCodec codec(String catalogue) {
        return new RequestCodec(FreshetConfig.of(Map.of(
                "recommendations.max.k", "100",
                "recommendations.max.history", "3",
                "recommendations.max.ids", "4",
                "items.catalogue", catalogue)));
    }

    @Test
    void shouldAskForTheDefaultWhenOnlyTheUserIsNamed() throws BadRequestException {
        RecommendationRequest expected = RecommendationRequest.ofUser("alice", 10);

        assertThat(parse("{\"user_id\":\"alice\"}")).isEqualTo(expected);
        assertThat(parse("{\"user_id\":\"alice\",\"k\":null,\"history\":null,\"include_only\":null}"))
                .isEqualTo(expected);
        assertThat(codec.forUser("alice", Map.of())).isEqualTo(expected);
        assertThat(parse("{\"user_id\":17}")).isEqualTo(RecommendationRequest.ofUser("17", 10));
    }

    @Test
    void shouldReadEveryFieldOfAUsersRequestAlikeFromJsonAndParameters() throws BadRequestException {
        ItemSelection selection = new ItemSelection(Set.of("a", "b"), Set.of("c", "7"), Set.of("shoes"), 2, .25f);
        RecommendationRequest expected = new RecommendationRequest("alice", null, 5, selection, true);

        assertThat(parse("""
                        {"user_id": "alice", "k": 5, "exclude": ["a", "b", "a"], "include_only": ["c", 7],
                         "categories": ["shoes"], "max_per_category": 2, "min_score": 0.25, "why": true}""")).isEqualTo(expected);
        assertThat(codec.forUser(
                        "alice",
                        Map.of(
                                "k", List.of("5"),
                                "exclude", List.of("a", "b", "a"),
                                "include_only", List.of("c", "7"),
                                "category", List.of("shoes"),
                                "max_per_category", List.of("2"),
                                "min_score", List.of("0.25"),
                                "why", List.of("true"))))
                .isEqualTo(expected);
    }

    @Test
    void shouldReadAHistoryOfEventsAndOfBareItems() throws BadRequestException {
        RecommendationRequest request = parse("""
                {"history": [{"item_id": "a", "timestamp": 1700000000000, "event_type": "view"}, "b",
                             {"timestamp": "2023-11-14T22:13:21Z", "item_id": 5}]}""");

        assertThat(request.userId()).isNull();
        assertThat(request.history())
                .containsExactly(
                        new RecommendationRequest.Event("a", 1_700_000_000_000L, "view"),
                        RecommendationRequest.Event.of("b"),
                        new RecommendationRequest.Event("5", 1_700_000_001_000L, null));
    }

    @Test
    void shouldReadAListing() throws BadRequestException {
        assertThat(codec.listing(Map.of("k", List.of("3"), "exclude", List.of("a"))))
                .isEqualTo(new ItemListing(3, new ItemSelection(Set.of("a"), null, Set.of(), 0, 0f)));
        assertThat(codec.listing(Map.of())).isEqualTo(new ItemListing(10, ItemSelection.ALL));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    ~~                                           | NOT_JSON        | it is blank
                    nonsense                                     | NOT_JSON        | must be JSON
                    {"user_id":"u"} 1                            | NOT_JSON        | nothing must follow
                    {"user_id":"u"                               | NOT_JSON        | must be JSON
                    [1]                                          | NOT_AN_OBJECT   | must be a JSON object: it is START_ARRAY
                    {}                                           | MISSING_FIELD   | either a user_id or a history: it has neither
                    {"user_id":"u","history":["a"]}              | MISSING_FIELD   | it has both
                    {"user_id":"u","K":5}                        | UNKNOWN_FIELD   | min_score, why: K
                    {"user_id":"u","k":5,"k":5}                  | DUPLICATE_FIELD | a field must appear only once: k
                    {"user_id":""}                               | BAD_FIELD       | user_id must have from 1 to 256 bytes
                    {"user_id":{}}                               | BAD_FIELD       | user_id must be a string or an integer: user_id={
                    {"user_id":"u\\ud800"}                       | BAD_FIELD       | user_id must have no unpaired surrogate
                    {"user_id":"u","k":0}                        | BAD_FIELD       | k must be an integer from 1 to 100: k=0
                    {"user_id":"u","k":-3}                       | BAD_FIELD       | k=-3
                    {"user_id":"u","k":101}                      | BAD_FIELD       | k=101
                    {"user_id":"u","k":99999999999999999999}     | BAD_FIELD       | k=99999999999999999999
                    {"user_id":"u","k":1.5}                      | BAD_FIELD       | k must be an integer: k=1.5
                    {"user_id":"u","k":"5"}                      | BAD_FIELD       | k must be an integer: k=5
                    {"user_id":"u","exclude":"a"}                | BAD_FIELD       | exclude must be an array: exclude=a
                    {"user_id":"u","exclude":["a",null]}         | BAD_FIELD       | exclude[1] must be a string or an integer
                    {"user_id":"u","exclude":["a","b","c","d","e"]} | BAD_FIELD    | exclude must have at most 4 values
                    {"user_id":"u","exclude":["a",""]}           | BAD_FIELD       | exclude must have from 1 to 256 bytes
                    {"user_id":"u","include_only":[]}            | BAD_FIELD       | include_only must have at least one value
                    {"user_id":"u","categories":[]}              | BAD_FIELD       | categories must have at least one value
                    {"user_id":"u","max_per_category":0}         | BAD_FIELD       | max_per_category must be an integer from 1
                    {"user_id":"u","min_score":1.01}             | BAD_FIELD       | min_score must be a number from 0 to 1: min_score=1.01
                    {"user_id":"u","min_score":"0.1"}            | BAD_FIELD       | min_score must be a number: min_score=0.1
                    {"user_id":"u","why":1}                      | BAD_FIELD       | why must be true or false: why=1
                    {"history":[]}                               | BAD_FIELD       | history must have at least one event
                    {"history":["a","b","c","d"]}                | BAD_FIELD       | history must have at most 3 events
                    {"history":[["a"]]}                          | BAD_FIELD       | history[0] must be a string or an integer
                    {"history":[{"timestamp":1}]}                | MISSING_FIELD   | history[0].item_id must be there
                    {"history":[{"item_id":"a","at":1}]}         | UNKNOWN_FIELD   | timestamp, event_type: history[0].at
                    {"history":[{"item_id":"a","timestamp":-1}]} | BAD_FIELD       | history[0].timestamp must be epoch ms
                    {"history":[{"item_id":"a","timestamp":"monday"}]} | BAD_FIELD | history[0].timestamp=monday
                    {"history":[{"item_id":"a","event_type":3}]} | BAD_FIELD       | history[0].event_type must be a string
                    {"history":[{"item_id":"a","timestamp":9},"b",{"item_id":"c","timestamp":8}]} | BAD_FIELD | history[2].timestamp must not be before
                    """)
    void shouldSayWhatDoesNotHold(String json, Reason reason, String message) {
        BadRequestException refused = catchThrowableOfType(BadRequestException.class, () -> parse(json));

        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    K                | 5    | UNKNOWN_FIELD | min_score, why: K
                    categories       | a    | UNKNOWN_FIELD | category, max_per_category
                    k                | ten  | BAD_FIELD     | k must be an integer from 1 to 100: k=ten
                    k                | 1e1  | BAD_FIELD     | k=1e1
                    min_score        | NaN  | BAD_FIELD     | min_score must be a number from 0 to 1: min_score=NaN
                    max_per_category | -1   | BAD_FIELD     | max_per_category=-1
                    why              | yes  | BAD_FIELD     | why must be true or false: why=yes
                    """)
    void shouldSayWhatDoesNotHoldOfAParameter(String name, String value, Reason reason, String message) {
        BadRequestException refused =
                catchThrowableOfType(BadRequestException.class, () -> codec.forUser("u", Map.of(name, List.of(value))));

        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused).hasMessageContaining(message);
    }

    @Test
    void shouldRefuseAParameterThatStandsTwiceOrIsNotOfAListing() {
        assertThatThrownBy(() -> codec.forUser("u", Map.of("k", List.of("5", "5"))))
                .isInstanceOf(BadRequestException.class)
                .hasMessage("a field must appear only once: k");
        assertThatThrownBy(() -> codec.listing(Map.of("why", List.of("true"))))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("must be one of k, exclude");
    }

    @Test
    void shouldRefuseWhatNeedsACatalogueWhenThereIsNone() throws BadRequestException {
        BadRequestException refused = catchThrowableOfType(
                BadRequestException.class,
                () -> withoutCatalogue.parse("{\"user_id\":\"u\",\"categories\":[\"a\"]}".getBytes(UTF_8)));

        assertThat(refused.reason()).isEqualTo(Reason.NO_CATALOGUE);
        assertThat(refused.field()).isEqualTo("categories");
        assertThat(refused).hasMessage("categories needs the catalogue of items: items.catalogue=off");
        assertThatThrownBy(() -> withoutCatalogue.listing(Map.of("max_per_category", List.of("1"))))
                .isInstanceOf(BadRequestException.class);
        assertThat(withoutCatalogue.listing(Map.of()).selection()).isEqualTo(ItemSelection.ALL);
    }

    @Test
    void shouldNeitherReadNorShowWhatIsTooLong() {
        assertThatThrownBy(() -> codec.parse(new byte[RequestCodec.MAX_REQUEST_BYTES + 1]))
                .isInstanceOf(BadRequestException.class)
                .hasMessage("a request must have at most 1048576 bytes: length=1048577");
        String tooLong = String.join("", Collections.nCopies(300, "x"));
        assertThatThrownBy(() -> parse("{\"user_id\":\"" + tooLong + "\"}"))
                .isInstanceOf(BadRequestException.class)
                .hasMessage(
                        "user_id must have from 1 to 256 bytes of UTF-8: user_id=" + tooLong.substring(0, 80) + "…");
    }

    private RecommendationRequest parse(String json) throws BadRequestException {
        return codec.parse(json.getBytes(UTF_8));
    }
}
