package io.freshet.service.http.exchange;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Clicks of a request that were not written to Kafka: their number, and the reasons for the first of them. */
public final class ClickRefusals {
    /** Maximum number of refusals listed in an answer, which must not be much longer than its request. */
    public static final int MOST_NAMED = 100;

    private static final String KAFKA_UNAVAILABLE = "kafka-unavailable";
    private static final int LONGEST_DETAIL = 300;

    private final List<Refusal> invalid = new ArrayList<>();
    private final List<Refusal> unacknowledged = new ArrayList<>();
    private int count;

    /**
     * One refused click.
     *
     * @param index position in the request, from 0
     * @param reason reason in kebab case: that of a dead letter, or {@code kafka-unavailable}
     * @param detail explanation for a person
     */
    @JsonTypeName("ClickRefusal")
    public record Refusal(
            @JsonPropertyDescription("Position of the click in the request, from 0.")
            int index,

            @JsonPropertyDescription("Reason as in a dead letter, or `" + KAFKA_UNAVAILABLE + "`.")
            String reason,

            String detail) {}

    /** Adds a click that is not valid. */
    public void add(int index, String reason, String detail) {
        add(invalid, index, reason, detail);
    }

    /** Adds a click that Kafka has not acknowledged. */
    public void addOfKafka(int index, String why) {
        add(unacknowledged, index, KAFKA_UNAVAILABLE, why);
    }

    private void add(List<Refusal> refusals, int index, String reason, String detail) {
        if (refusals.size() < MOST_NAMED) {
            refusals.add(new Refusal(index, reason, Problems.clipped(detail, LONGEST_DETAIL)));
        }
        count++;
    }

    public int count() {
        return count;
    }

    /** Returns whether Kafka did not acknowledge some of the clicks. */
    public boolean hasOfKafka() {
        return !unacknowledged.isEmpty();
    }

    /** Returns the detail of the first click that Kafka has not acknowledged, or else of the first invalid one. */
    public String firstDetail() {
        return (hasOfKafka() ? unacknowledged : invalid).getFirst().detail;
    }

    /**
     * Returns refused clicks by their index. Of more than {@value #MOST_NAMED}, those that Kafka has not acknowledged come
     * first, because only they can be sent again.
     */
    public List<Refusal> errors() {
        return Stream.concat(unacknowledged.stream(), invalid.stream())
                .limit(MOST_NAMED)
                .sorted(Comparator.comparingInt(Refusal::index))
                .toList();
    }
}
