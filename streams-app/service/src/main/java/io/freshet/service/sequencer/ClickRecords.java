package io.freshet.service.sequencer;

import io.freshet.client.click.Click;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.clickformat.ClickFormat;
import io.freshet.service.config.FreshetConfig;
import io.freshet.store.sequence.EventIdHash;
import io.freshet.store.sequence.Interaction;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of the topics of clicks: in the format of each topic, with tombstones that erase users, and by the
 * {@link ClickRules}. The sequencer and evaluations of kept clicks read records through this class, so that they accept the
 * same clicks. Immutable and thread-safe.
 */
public final class ClickRecords {
    private final Map<String, ClickFormat> formats; // by topic
    private final boolean allAreOwn;
    private final ClickRules rules;

    /** The topics of clicks without the first. */
    private final Set<String> furtherTopics;

    public ClickRecords(FreshetConfig config) {
        formats = Map.copyOf(config.clickFormats());
        allAreOwn = formats.values().stream().allMatch(ClickFormat.OWN::equals);
        rules = new ClickRules(config);
        List<String> topics = config.clickTopics();
        furtherTopics = Set.copyOf(topics.subList(1, topics.size()));
    }

    /** What a record is. */
    public sealed interface Reading {
        /** A click that the rules accept, whatever the record's key. */
        record Accepted(Click click) implements Reading {}

        /** A record that announces no click, such as the deletion of a row. */
        record NoClick() implements Reading {}

        /** A tombstone: the user that is its key must be erased. */
        record Erasure() implements Reading {}

        /**
         * A record that is not a click, or that the rules refuse.
         *
         * @param reason in kebab case, as in the headers of dead letters
         * @param detail explanation for a person
         */
        record Refused(String reason, String detail) implements Reading {}
    }

    private static final Reading NO_CLICK = new Reading.NoClick();
    private static final Reading ERASURE = new Reading.Erasure();

    /**
     * Reads a record.
     *
     * @param topic topic that the record was read from; any other than the topics of clicks is in Freshet's own JSON
     * @param recordMs time of the record, no later than the wall clock
     * @throws io.freshet.service.schema.RegistryAwayException as {@link ClickFormat#read} does
     */
    public Reading read(String topic, byte @Nullable [] key, byte @Nullable [] value, Headers headers, long recordMs) {
        ClickFormat format = formatOf(topic, headers);
        if (value == null && format.erasesUser(headers)) {
            return erasure(key);
        }
        try {
            Click click = format.read(value, headers);
            if (click == null) {
                return NO_CLICK;
            }
            ClickRules.Refusal refusal = rules.ofRecord(click, recordMs);
            return refusal == null
                    ? new Reading.Accepted(click)
                    : new Reading.Refused(refusal.reason(), refusal.detail());
        } catch (MalformedClickException e) {
            return new Reading.Refused(e.reason().code(), String.valueOf(e.getMessage()));
        }
    }

    private static Reading erasure(byte @Nullable [] key) {
        if (key == null) {
            return new Reading.Refused(
                    DeadLetterHeaders.NO_VALUE, "record must have a value, or the key of a user to erase");
        }
        return key.length <= Click.MAX_ID_BYTES
                ? ERASURE
                : new Reading.Refused(
                        DeadLetterHeaders.KEY_TOO_LONG,
                        "key of a tombstone must have at most " + Click.MAX_ID_BYTES + " bytes: bytes=" + key.length);
    }

    /** Returns the format of a record. Re-keyed clicks and marked records are in Freshet's own JSON. */
    ClickFormat formatOf(String topic, Headers headers) {
        return allAreOwn || ClickFormat.isMarkedAsOwn(headers)
                ? ClickFormat.OWN
                : formats.getOrDefault(topic, ClickFormat.OWN);
    }

    /** Returns whether the records of a topic are in Freshet's own JSON without saying so. */
    boolean isOwn(String topic) {
        ClickFormat format = formats.get(topic);
        return format == null ? allAreOwn : format.equals(ClickFormat.OWN);
    }

    /**
     * Returns what the sequence keeps of a click. The id of an event is unique only among the clicks of its topic: the ids of
     * different topics may be the row numbers of different tables. Therefore the hash of an id is that of the topic and
     * the id. For the first topic it is that of the id alone, so that a topic can be added to a system that has state.
     *
     * @param topic topic of the click's first record
     */
    public Interaction interactionOf(Click click, String topic) {
        String eventId = click.eventId();
        Interaction plain = Interaction.of(click);
        // A topic's name has no line feed.
        return eventId == null || !furtherTopics.contains(topic)
                ? plain
                : new Interaction(
                        plain.itemId(), plain.timestampMs(), plain.eventType(), EventIdHash.of(topic + "\n" + eventId));
    }
}
