package io.freshet.service.clickformat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import io.freshet.fuzz.BinaryMutator;
import io.freshet.fuzz.Fuzz;
import io.freshet.fuzz.JsonMutator;
import io.freshet.service.config.FreshetConfig;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests every format under {@link Fuzz}: whatever the bytes, a format reads a click, finds that there is none, or throws
 * {@link MalformedClickException}, of which the sequencer makes a dead letter.
 */
final class ClickFormatFuzzTest {
    private static final String ROW =
            "{'user_id':7,'item_id':'ü','timestamp':'2026-03-01T10:13:20Z','event_type':'view','event_id':'e','x':[1,{}]}";
    private static final String EVENT = "{'specversion':'1.0','id':'1','source':'/web','type':'view',"
            + "'time':'2026-03-01T10:13:20Z','data':" + ROW + "}";

    @ParameterizedTest
    @ValueSource(strings = {"json", "cloudevents", "debezium", "connect"})
    void shouldReadOrRefuseRecordsWhenTheyAreDamaged(String name) {
        ClickFormat format = FreshetConfig.of(Map.of("clicks.format", name, "clicks.time.unit", "us"))
                .clickFormat();
        Fuzz.of(name, value -> Optional.ofNullable(format.read(value, new RecordHeaders())))
                .from(record(name).replace('\'', '"').getBytes(UTF_8))
                .damagedBy(JsonMutator.OF_JSON)
                .mayThrow(MalformedClickException.class)
                .allocatingAtMost(1 << 18, 64)
                .run();
    }

    /**
     * The reader with paths is as strict as that of Freshet's own JSON, with two exceptions: a record may be longer, and the id
     * of an event may be an integer.
     */
    @Test
    void shouldReadWhatTheOwnReaderReadsWhenThePathsAreTheUsualNames() {
        ClickFormat mapped = new MappedJson(MappedJson.Envelope.NONE, new FieldMap(Map.of(), TimeUnit.MILLISECONDS));
        Fuzz.of("own JSON", value -> sameAsOwn(mapped, value))
                .from(
                        ROW.replace('\'', '"').getBytes(UTF_8),
                        ClickCodec.toJson(new Click("ü\uD83D\uDE00", "i\"\\", 1_700_000_000_000L, "view", "e")))
                .damagedBy(JsonMutator.OF_JSON)
                .mayThrow(MalformedClickException.class)
                .allocatingAtMost(1 << 19, 128)
                .run();
    }

    private static Click sameAsOwn(ClickFormat mapped, byte[] value) throws MalformedClickException {
        Click own;
        try {
            own = ClickCodec.parse(value);
        } catch (MalformedClickException e) {
            Click read = Objects.requireNonNull(mapped.read(value, new RecordHeaders()));
            if (e.reason() != Reason.RECORD_TOO_LARGE && e.reason() != Reason.BAD_EVENT_ID) {
                throw new AssertionError("must be refused as " + e.reason() + ": " + read, e);
            }
            return read;
        }
        try {
            assertThat(mapped.read(value, new RecordHeaders())).isEqualTo(own);
        } catch (MalformedClickException e) {
            throw new AssertionError("must be read as " + own, e);
        }
        return own;
    }

    @Test
    void shouldReadOrRefuseHeadersWhenTheyAreDamaged() {
        ClickFormat format =
                FreshetConfig.of(Map.of("clicks.format", "cloudevents")).clickFormat();
        byte[] data = ROW.replace('\'', '"').getBytes(UTF_8);
        for (String name :
                new String[] {"content-type", "ce_specversion", "ce_id", "ce_source", "ce_time", "ce_type"}) {
            Fuzz.of(name, value -> {
                        Click click = format.read(data, binary().add(name, value));
                        return Optional.ofNullable(click)
                                .map(ClickCodec::toJson)
                                .isPresent();
                    })
                    .from(binary().add("content-type", "application/json".getBytes(UTF_8))
                            .lastHeader(name)
                            .value())
                    .damagedBy(BinaryMutator.OF_BYTES)
                    .mayThrow(MalformedClickException.class)
                    .allocatingAtMost(1 << 18, 64)
                    .run();
        }
    }

    private static RecordHeaders binary() {
        RecordHeaders headers = new RecordHeaders();
        headers.add("ce_specversion", "1.0".getBytes(UTF_8));
        headers.add("ce_id", "1".getBytes(UTF_8));
        headers.add("ce_source", "/web".getBytes(UTF_8));
        headers.add("ce_type", "view".getBytes(UTF_8));
        headers.add("ce_time", "2026-03-01T10:13:20Z".getBytes(UTF_8));
        return headers;
    }

    private static String record(String format) {
        return switch (format) {
            case "cloudevents" -> EVENT;
            case "debezium" ->
                "{'schema':{'fields':[]},'payload':{'before':null,'after':" + ROW + ",'op':'c','ts_ms':5}}";
            case "connect" -> "{'schema':{'fields':[]},'payload':" + ROW + "}";
            default -> ROW;
        };
    }
}
