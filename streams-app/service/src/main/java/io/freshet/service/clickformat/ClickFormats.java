package io.freshet.service.clickformat;

import io.freshet.service.clickformat.MappedJson.Envelope;
import io.freshet.service.schema.SchemaRegistry;

/** The formats of clicks that a configuration can name. */
public enum ClickFormats {
    /** Freshet's own JSON, or JSON with other names. */
    JSON,
    /** CloudEvents with data in JSON. */
    CLOUDEVENTS,
    /** Changes of rows in JSON, as Debezium writes them. */
    DEBEZIUM,
    /** The envelope of Kafka Connect's JsonConverter. */
    CONNECT,
    /** Avro, with the id of its schema before or beside it. */
    AVRO,
    /** Protobuf, with the id of its schema before or beside it. */
    PROTOBUF,
    /** JSON with the id of a JSON Schema before or beside it. */
    JSON_SCHEMA;

    /** Returns whether records name a schema. */
    public boolean isFramed() {
        return this == AVRO || this == PROTOBUF || this == JSON_SCHEMA;
    }

    /** Returns whether records can only be read with their schema. */
    public boolean needsSchemas() {
        return this == AVRO || this == PROTOBUF;
    }

    /**
     * Returns the format with fields at the given paths: {@link ClickFormat#OWN} itself, if the records are in Freshet's own
     * JSON.
     *
     * @param framing how records name their schema, if they do
     * @param schemas asked for schemas, if the format needs them
     * @throws IllegalArgumentException if the paths contradict each other, with a message that names one of them
     */
    public ClickFormat with(FieldMap map, Framing framing, SchemaRegistry schemas) {
        return switch (this) {
            case JSON -> map.isOwn() ? ClickFormat.OWN : new MappedJson(Envelope.NONE, map);
            case CLOUDEVENTS -> new CloudEvents(map);
            case DEBEZIUM -> new MappedJson(Envelope.DEBEZIUM, map);
            case CONNECT -> new MappedJson(Envelope.CONNECT, map);
            case AVRO -> new FramedClicks(framing, map, schemas, AvroDecoder::new);
            case PROTOBUF -> new FramedClicks(framing, map, schemas, ProtobufDecoder::new);
            case JSON_SCHEMA -> new FramedJson(framing, map);
        };
    }
}
