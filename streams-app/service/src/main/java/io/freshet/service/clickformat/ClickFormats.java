package io.freshet.service.clickformat;

import io.freshet.service.clickformat.MappedJson.Envelope;

/** The formats of clicks that a configuration can name. */
public enum ClickFormats {
    /** Freshet's own JSON, or JSON with other names. */
    JSON,
    /** CloudEvents with data in JSON. */
    CLOUDEVENTS,
    /** Changes of rows in JSON, as Debezium writes them. */
    DEBEZIUM,
    /** The envelope of Kafka Connect's JsonConverter. */
    CONNECT;

    /**
     * Returns the format with fields at the given paths: {@link ClickFormat#OWN} itself, if the records are in Freshet's own
     * JSON.
     *
     * @throws IllegalArgumentException if the paths contradict each other, with a message that names one of them
     */
    public ClickFormat with(FieldMap map) {
        return switch (this) {
            case JSON -> map.isOwn() ? ClickFormat.OWN : new MappedJson(Envelope.NONE, map);
            case CLOUDEVENTS -> new CloudEvents(map);
            case DEBEZIUM -> new MappedJson(Envelope.DEBEZIUM, map);
            case CONNECT -> new MappedJson(Envelope.CONNECT, map);
        };
    }
}
