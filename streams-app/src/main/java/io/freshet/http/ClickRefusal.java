package io.freshet.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/**
 * A click of a request that did not get into Kafka.
 *
 * @param index its place in the request, from 0
 * @param reason in kebab case: what a dead letter would say, or {@code kafka-unavailable}
 * @param detail for a person
 */
record ClickRefusal(int index, String reason, String detail) {
    static final String KAFKA_UNAVAILABLE = "kafka-unavailable";

    boolean isKafkas() {
        return reason.equals(KAFKA_UNAVAILABLE);
    }

    /** Writes {@code "errors": [{"index", "reason", "detail"}, …]}. */
    static void writeAll(JsonGenerator json, List<ClickRefusal> refusals) throws IOException {
        json.writeArrayFieldStart("errors");
        for (ClickRefusal refusal : refusals) {
            json.writeStartObject();
            json.writeNumberField("index", refusal.index);
            json.writeStringField("reason", refusal.reason);
            json.writeStringField("detail", refusal.detail);
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
