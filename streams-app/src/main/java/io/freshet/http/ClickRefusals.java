package io.freshet.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The clicks of a request that did not get into Kafka: how many there are, and what was wrong with the first of them. */
final class ClickRefusals {
    /** So many are named in an answer, which must not be longer than its request by much. */
    static final int MOST_NAMED = 100;

    private static final String KAFKA_UNAVAILABLE = "kafka-unavailable";
    private static final int LONGEST_DETAIL = 300;

    private final List<Refusal> named = new ArrayList<>();
    private int count;
    private int ofKafka;

    /**
     * One of them.
     *
     * @param index its position in the request, from 0
     * @param reason in kebab case: as a dead letter would have it, or {@code kafka-unavailable}
     * @param detail for a person
     */
    private record Refusal(int index, String reason, String detail) {}

    /** Adds one that is not valid. */
    void add(int index, String reason, String detail) {
        if (named.size() < MOST_NAMED) {
            named.add(new Refusal(index, reason, Problems.clipped(detail, LONGEST_DETAIL)));
        }
        count++;
    }

    /** Adds one that Kafka has not acknowledged. */
    void addOfKafka(int index, String why) {
        add(index, KAFKA_UNAVAILABLE, why);
        ofKafka++;
    }

    int count() {
        return count;
    }

    /** Whether Kafka did not acknowledge some of them. */
    boolean hasOfKafka() {
        return ofKafka > 0;
    }

    /** What was wrong with the first. */
    String firstDetail() {
        return named.getFirst().detail;
    }

    /** Writes {@code "refused": n, "errors": [{"index", "reason", "detail"}, …]}; the errors are of the first ones. */
    void write(JsonGenerator json) throws IOException {
        named.sort(Comparator.comparingInt(Refusal::index));
        json.writeNumberField("refused", count);
        json.writeArrayFieldStart("errors");
        for (Refusal refusal : named) {
            json.writeStartObject();
            json.writeNumberField("index", refusal.index);
            json.writeStringField("reason", refusal.reason);
            json.writeStringField("detail", refusal.detail);
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
