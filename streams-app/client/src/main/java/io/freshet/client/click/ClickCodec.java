package io.freshet.client.click;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.freshet.client.click.MalformedClickException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Reads and writes a click as JSON: {@code {"user_id", "item_id", "timestamp", "event_type"?, "event_id"?}}.
 *
 * <p>Ids are strings or integers; the id of an integer is its text as written. The timestamp is an integer of epoch
 * milliseconds or an ISO-8601 date-time with an offset. An optional field that is null or empty counts as absent. Unknown
 * fields are ignored. Parsing builds no tree, and retains no allocation except the click's own. Thread-safe.
 */
public final class ClickCodec {
    /** Maximum length of a record that is parsed: 64 KiB. */
    public static final int MAX_RECORD_BYTES = 64 * 1024;

    /** Field names are not interned: a hostile producer's names would stay in the JVM for ever. */
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(MAX_RECORD_BYTES)
                    .maxNameLength(MAX_RECORD_BYTES)
                    .build())
            .build();

    private ClickCodec() {}

    /**
     * Parses the value of a record.
     *
     * @throws MalformedClickException if the value is not a click, with the reason
     */
    public static Click parse(byte[] json) throws MalformedClickException {
        if (json.length > MAX_RECORD_BYTES) {
            throw new MalformedClickException(
                    Reason.RECORD_TOO_LARGE,
                    "record must have at most " + MAX_RECORD_BYTES + " bytes: length=" + json.length);
        }
        try (JsonParser parser = JSON.createParser(json)) {
            return new ClickReader(parser).read();
        } catch (IOException e) {
            throw new MalformedClickException(Reason.NOT_JSON, "record must be JSON: length=" + json.length, e);
        }
    }

    /** Returns the click's JSON in UTF-8, with the timestamp in epoch milliseconds and absent fields left out. */
    public static byte[] toJson(Click click) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("user_id", click.userId());
            json.writeStringField("item_id", click.itemId());
            json.writeNumberField("timestamp", click.timestampMs());
            if (click.eventType() != null) {
                json.writeStringField("event_type", click.eventType());
            }
            if (click.eventId() != null) {
                json.writeStringField("event_id", click.eventId());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
