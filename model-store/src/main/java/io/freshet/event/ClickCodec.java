package io.freshet.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.freshet.event.MalformedClickException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A click as JSON: {@code {"user_id", "item_id", "timestamp", "event_type"?, "event_id"?}}.
 *
 * <p>Ids are strings, or integers, which are taken as the text they are written as. The timestamp is an integer of
 * epoch milliseconds or an ISO-8601 date-time with an offset. An optional field that is null or empty counts as
 * absent; a field of another name is kept out. Nothing is parsed into a tree, and the only allocations that last are
 * the click's own. Thread-safe.
 */
public final class ClickCodec {
    /** The longest record that is looked into: 64 KiB. */
    public static final int MAX_RECORD_BYTES = 64 * 1024;

    /** Names are not interned: the names of a hostile producer would stay in the JVM for ever. */
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(MAX_RECORD_BYTES)
                    .maxNameLength(MAX_RECORD_BYTES)
                    .build())
            .build();

    private ClickCodec() {}

    /**
     * The click that a record's value is.
     *
     * @throws MalformedClickException where it is none, with the reason
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

    /** The click's JSON in UTF-8, with the timestamp in epoch milliseconds and absent fields left out. */
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
