package io.freshet.service.http.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.fuzz.BinaryMutator;
import io.freshet.fuzz.Fuzz;
import io.freshet.fuzz.JsonMutator;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.QueryParameters;
import io.freshet.service.sequencer.ClickRules;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Tests every decoder of HTTP input under {@link Fuzz}; the decoders of requests are in the scoring package.
 *
 * <p>Bounds on what a decoder may allocate: the constant part covers the parsers of the maximum number of clicks in an
 * array here, because each click of an array gets its own parser with buffers of about 10 kB. The part for each byte covers
 * copying, reading and keeping a click.
 */
final class HttpFuzzTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final int MOST_CLICKS = 20;
    private static final ClickRules RULES = new ClickRules(FreshetConfig.of(
            Map.of("sequencer.idle.retention.ms", "2592000000", "sequencer.future.bound.ms", "3600000")));

    @Test
    void shouldReadOrRefuseBodiesWithClicksWhenTheyAreDamaged() {
        Fuzz.of("body with clicks", body -> ClickBatch.parse(body, MOST_CLICKS, NOW_MS, RULES))
                .from(
                        click("u", "i"),
                        array(click("u", "i"), click("ü", "j"), "7".getBytes(UTF_8), click("v", "\uD83D\uDE00")),
                        "[]".getBytes(UTF_8))
                .damagedBy(JsonMutator.OF_JSON)
                .mayThrow(ProblemException.class)
                .encodedBy(batch ->
                        array(batch.clicks().stream().map(ClickCodec::toJson).toArray(byte[][]::new)))
                .sameIf((a, b) -> a.clicks().equals(b.clicks()) && b.refusals().count() == 0)
                .allocatingAtMost(1 << 20, 128)
                .run();
    }

    private static byte[] click(String user, String item) {
        return ClickCodec.toJson(new Click(user, item, NOW_MS - 5, "view", "e"));
    }

    private static byte[] array(byte[]... values) {
        ByteArrayOutputStream array = new ByteArrayOutputStream();
        array.write('[');
        for (int i = 0; i < values.length; i++) {
            if (i > 0) {
                array.write(',');
            }
            array.writeBytes(values[i]);
        }
        array.write(']');
        return array.toByteArray();
    }

    @Test
    void shouldReadOrRefuseParametersWhenTheyAreDamaged() {
        Fuzz.of("parameter", text -> QueryParameters.decoded(new String(text, ISO_8859_1)))
                .from("a+b%20c%C3%BC%F0%9F%98%80".getBytes(UTF_8), "k".getBytes(UTF_8), new byte[0])
                .damagedBy(BinaryMutator.OF_BYTES)
                .mayThrow(ProblemException.class)
                .encodedBy(text -> URLEncoder.encode(text, UTF_8).getBytes(UTF_8))
                .allocatingAtMost(1 << 14, 64)
                .run();
    }
}
