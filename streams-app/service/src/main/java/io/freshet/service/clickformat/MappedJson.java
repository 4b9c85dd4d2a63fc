package io.freshet.service.clickformat;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickBuilder;
import io.freshet.client.click.ClickBuilder.Field;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * JSON whose fields have names of the producer's choice: as it is, in the envelope of Kafka Connect's JsonConverter
 * ({@code {"schema": …, "payload": …}}), or as the row after a change in the envelope of Debezium ({@code {"before": …,
 * "after": …, "op": …}}), which in turn may be in that of Kafka Connect. Immutable.
 */
final class MappedJson implements ClickFormat {
    private static final String PAYLOAD = "payload";
    private static final String AFTER = "after";
    private static final String OPERATION = "op";

    /** What is around a click. */
    enum Envelope {
        NONE,
        CONNECT,
        DEBEZIUM
    }

    private final Envelope envelope;
    private final TimeUnit timeUnit;
    private final Map<Field, String> names = new EnumMap<>(Field.class);
    private final PathTree tree = new PathTree();

    /** @throws IllegalArgumentException if a path leads into the value of another */
    MappedJson(Envelope envelope, FieldMap map) {
        this.envelope = envelope;
        timeUnit = map.timeUnit();
        Map<Field, FieldPath> paths = new EnumMap<>(Field.class);
        for (Field field : Field.values()) {
            paths.put(field, map.path(field));
            names.put(field, map.path(field).text());
        }
        switch (envelope) {
            case NONE -> paths.forEach(tree::addField);
            case CONNECT -> paths.forEach(tree.addEnvelope(PAYLOAD)::addField);
            case DEBEZIUM -> {
                addChange(tree, paths);
                addChange(tree.addEnvelope(PAYLOAD), paths);
            }
        }
    }

    private static void addChange(PathTree node, Map<Field, FieldPath> row) {
        node.addAttribute(OPERATION);
        row.forEach(node.addEnvelope(AFTER)::addField);
    }

    @Override
    public @Nullable Click read(byte @Nullable [] value, Headers headers) throws MalformedClickException {
        if (value == null) {
            return null;
        }
        ClickBuilder click = new ClickBuilder(names, timeUnit);
        JsonReading json = new JsonReading(click);
        json.read(value, tree);
        boolean hasClick = switch (envelope) {
            case NONE -> true;
            case CONNECT -> requireObject(json, PAYLOAD);
            case DEBEZIUM -> isRow(json);
        };
        return hasClick ? click.build() : null;
    }

    /** Returns whether a change left a row behind: it was created, updated or read in a snapshot of the table. */
    private static boolean isRow(JsonReading json) throws MalformedClickException {
        String operation = json.attribute(OPERATION);
        return switch (operation) {
            case "c", "u", "r" -> requireObject(json, AFTER);
            case "d", "t", "m" -> false; // a deletion, a truncation, or a message of the database
            case null ->
                throw new MalformedClickException(
                        Reason.NOT_IN_FORMAT, "a change of Debezium must have an op: there is none");
            default ->
                throw new MalformedClickException(
                        Reason.NOT_IN_FORMAT, "op must be one of c, u, r, d, t and m: op=" + operation);
        };
    }

    private static boolean requireObject(JsonReading json, String name) throws MalformedClickException {
        if (!json.hasEnvelope(name)) {
            throw new MalformedClickException(Reason.NOT_IN_FORMAT, name + " must be present and an object");
        }
        return true;
    }

    /** A tombstone of Debezium says that a row was deleted. Its key is the row's, not a user. */
    @Override
    public boolean erasesUser(Headers headers) {
        return envelope != Envelope.DEBEZIUM;
    }
}
