package io.freshet.client.item;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CatalogueItemCodecTest {
    @Test
    void shouldReadAnItemAndPassOverTheShopsOwnFields() throws MalformedItemException {
        assertThat(parse("""
                        {"title": "x", "sizes": [{"eu": 42}], "categories": ["shoes", 7, "shoes"], "available": false}""")).isEqualTo(new CatalogueItem(List.of("shoes", "7"), false));
        assertThat(parse("{}")).isEqualTo(new CatalogueItem(List.of(), true));
        assertThat(parse("{\"categories\":null,\"available\":null}")).isEqualTo(new CatalogueItem(List.of(), true));
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
