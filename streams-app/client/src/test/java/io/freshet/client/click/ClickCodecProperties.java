package io.freshet.client.click;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.fuzz.Texts;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ClickCodecProperties {
    @Property
    void shouldParseToTheSameWhenWritten(@ForAll("clicks") Click click) throws MalformedClickException {
        assertThat(ClickCodec.parse(ClickCodec.toJson(click))).isEqualTo(click);
    }

    @Property
    void shouldParseOrNameAReasonWhenBytesAreAnything(@ForAll @Size(max = 200) byte[] bytes) {
        assertParsedOrMalformed(bytes);
    }

    @Property(tries = 3000)
    void shouldParseOrNameAReasonWhenAByteIsChanged(
            @ForAll("clicks") Click click, @ForAll @IntRange(max = 1 << 20) int position, @ForAll byte value) {
        byte[] json = ClickCodec.toJson(click);
        json[position % json.length] = value;
        assertParsedOrMalformed(json);
    }

    /** Parses a click or fails with a reason. Any other exception fails the property. */
    private static void assertParsedOrMalformed(byte[] json) {
        try {
            ClickCodec.parse(json);
        } catch (MalformedClickException e) {
            assertThat(e.reason().code()).isNotEmpty();
        }
    }

    @Provide
    Arbitrary<Click> clicks() {
        return Combinators.combine(
                        ids(),
                        ids(),
                        Arbitraries.longs().between(0, Click.MAX_TIMESTAMP_MS),
                        Texts.ofLength(1, 16).injectNull(0.3),
                        Texts.ofLength(1, 64).injectNull(0.3))
                .as(Click::new);
    }

    private static Arbitrary<String> ids() {
        return Texts.ofLength(1, 64).map(text -> text.replaceAll("\\p{Cc}", "x"));
    }
}
