package io.freshet.service.clickformat;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickBuilder;
import io.freshet.client.click.ClickBuilder.Field;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import io.freshet.service.schema.RegisteredSchema;
import io.freshet.service.schema.SchemaId;
import io.freshet.service.schema.SchemaRegistry;
import io.freshet.service.schema.SchemaRegistry.Answer;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Clicks in a binary format that can only be read with the schema that their record names. Keeps a decoder for each schema.
 * Thread-safe.
 */
final class FramedClicks implements SchemaClickFormat {
    private final Framing framing;
    private final FieldMap map;
    private final SchemaRegistry schemas;
    private final SchemaDecoder.Maker maker;
    private final Map<Field, String> names;
    private final Map<SchemaId, SchemaDecoder> decoders = new ConcurrentHashMap<>();

    /** @throws IllegalArgumentException if a path leads into the value of another */
    FramedClicks(Framing framing, FieldMap map, SchemaRegistry schemas, SchemaDecoder.Maker maker) {
        this.framing = framing;
        this.map = map;
        this.schemas = schemas;
        this.maker = maker;
        names = map.names();
        Objects.requireNonNull(map.tree());
    }

    @Override
    public @Nullable Click read(byte @Nullable [] value, Headers headers) throws MalformedClickException {
        if (value == null) {
            return null;
        }
        JsonReading.requireLength(value);
        SchemaId id = framing.schemaOf(value, headers);
        SchemaDecoder decoder = decoders.get(id);
        if (decoder == null) {
            decoder = decoder(id);
        }
        ClickBuilder click = new ClickBuilder(names, map.timeUnit());
        decoder.read(value, framing.dataStart(), headers, click);
        return click.build();
    }

    private SchemaDecoder decoder(SchemaId id) throws MalformedClickException {
        return switch (schemas.require(id)) {
            case Answer.Unknown unknown ->
                throw new MalformedClickException(
                        Reason.UNKNOWN_SCHEMA,
                        "the schema registry must have the record's schema: " + id + ": " + unknown.detail());
            case Answer.Known known -> decoders.computeIfAbsent(id, _ -> make(id, known.schema()));
        };
    }

    /** Returns a decoder. If the schema cannot be used, the decoder refuses each record with the reason. */
    private SchemaDecoder make(SchemaId id, RegisteredSchema schema) {
        try {
            return maker.of(schema, framing, map);
        } catch (MalformedClickException e) {
            String message = id + ": " + e.getMessage();
            return (_, _, _, _) -> {
                throw new MalformedClickException(e.reason(), message, e);
            };
        }
    }

    /** Returns true for a record that does not name a schema, because {@link #read} refuses it without one. */
    @Override
    public boolean isReady(byte @Nullable [] value, Headers headers) {
        if (value == null || value.length > JsonReading.MAX_RECORD_BYTES) {
            return true;
        }
        try {
            SchemaId id = framing.schemaOf(value, headers);
            return decoders.containsKey(id) || schemas.ask(id) != null;
        } catch (MalformedClickException _) {
            return true;
        }
    }

    @Override
    public boolean erasesUser(Headers headers) {
        return true;
    }
}
