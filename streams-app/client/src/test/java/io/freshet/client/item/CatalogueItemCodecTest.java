package io.freshet.client.item;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CatalogueItemCodecTest {
    @Test
    void shouldReadAnItemAndPassOverTheShopsOwnFields() throws MalformedItemException {
        assertThat(parse("""
                        {"brand": "x", "sizes": [{"eu": 42}], "categories": ["shoes", 7, "shoes"], "available": false}""")).isEqualTo(new CatalogueItem(List.of("shoes", "7"), false));
        assertThat(parse("{\"title\":\"Red boots\",\"embedding\":[0.5,-1,2e3]}"))
                .isEqualTo(new CatalogueItem(List.of(), true, "Red boots", List.of(.5f, -1f, 2_000f)));
        assertThat(parse("{}")).isEqualTo(new CatalogueItem(List.of(), true));
        assertThat(parse("{\"categories\":null,\"available\":null}")).isEqualTo(new CatalogueItem(List.of(), true));
        assertThat(parse("{\"title\":null,\"embedding\":null}")).isEqualTo(new CatalogueItem(List.of(), true));
        assertThat(parse("{\"embedding\":[]}")).isEqualTo(new CatalogueItem(List.of(), true));
    }

    @Test
    void shouldKeepAnItemWhoseTitleOrEmbeddingIsMalformedIfAsked() throws MalformedItemException {
        List<String> ignored = new ArrayList<>();

        CatalogueItem item = CatalogueItemCodec.parse(
                "{\"categories\":[\"shoes\"],\"title\":{\"en\":\"x\"},\"embedding\":[1,\"2\"]}".getBytes(UTF_8),
                ignored::add);

        assertThat(item).isEqualTo(new CatalogueItem(List.of("shoes"), true));
        assertThat(ignored)
                .containsExactly(
                        "title must be a string: it is START_OBJECT",
                        "embedding must have only numbers within the range of 32-bit floats: it has VALUE_STRING");
        assertThatThrownBy(() -> CatalogueItemCodec.parse("{\"available\":1}".getBytes(UTF_8), ignored::add))
                .isInstanceOf(MalformedItemException.class);
    }

    @Test
    void shouldRefuseAnEmbeddingThatIsTooLong() {
        assertThatThrownBy(() -> parse("{\"embedding\":[" + "0,".repeat(CatalogueItem.MAX_EMBEDDING) + "0]}"))
                .hasMessage("embedding must be an array of at most 4096 numbers: it is START_ARRAY of size 4097");
        List<Float> notFinite = List.of(Float.NaN);
        assertThatThrownBy(() -> new CatalogueItem(List.of(), true, null, notFinite))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    ~~                       | must be a JSON object
                    17                       | must be a JSON object: it is VALUE_NUMBER_INT
                    {"available":            | must be JSON
                    {"available":"yes"}      | available must be true or false
                    {"categories":"shoes"}   | categories must be an array
                    {"categories":[["a"]]}   | a category must be a string or an integer
                    {"categories":["\\ud800"]} | a category must have no unpaired surrogate
                    {"title":7}              | title must be a string: it is VALUE_NUMBER_INT
                    {"title":"\\ud800"}      | title must have no unpaired surrogate
                    {"embedding":"1,2"}      | embedding must be an array of at most 4096 numbers: it is VALUE_STRING
                    {"embedding":[1,null]}   | embedding must have only numbers within the range
                    {"embedding":[1e99]}     | embedding must have only numbers within the range
                    {} {}                    | nothing must follow
                    """)
    void shouldSayWhatDoesNotHold(String json, String message) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(MalformedItemException.class)
                .hasMessageContaining(message);
    }

    private static CatalogueItem parse(String json) throws MalformedItemException {
        return CatalogueItemCodec.parse(json.getBytes(UTF_8));
    }
}
