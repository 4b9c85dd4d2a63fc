package io.freshet.service.clickformat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickBuilder;
import io.freshet.client.click.ClickBuilder.Field;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import io.freshet.client.text.Utf8;
import io.freshet.store.format.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents 1.0 in both modes of its Kafka binding, with data in JSON. In structured mode the value is the whole event. In
 * binary mode the value is the data, and each attribute is a header whose name begins with {@code ce_}. A path of a single
 * name that begins with {@code ce_} names an attribute, in either mode; all other paths are within the data. By default the
 * click's time and type are those of the event, and the id is made of the event's source and id, which together are
 * unique. Immutable.
 *
 * <p>Sources: CloudEvents 1.0.2, its JSON event format, and its Kafka protocol binding.
 */
final class CloudEvents implements ClickFormat {
    private static final String PREFIX = "ce_";
    private static final String CONTENT_TYPE = "content-type";
    private static final String STRUCTURED = "application/cloudevents";
    private static final String VERSION = "specversion";
    private static final String ID = "id";
    private static final String SOURCE = "source";
    private static final String DATA = "data";
    private static final String BASE64 = "data_base64";
    private static final Pattern ATTRIBUTE = Pattern.compile("ce_[a-z0-9]{1,64}");
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,19}");
    private static final Pattern STRUCTURED_JSON = Pattern.compile("(?is)application/cloudevents\\+json\\s*(;.*)?");
    private static final Pattern JSON = Pattern.compile("(?is)[^/;]+/([^;]+\\+)?json\\s*(;.*)?");

    private final TimeUnit timeUnit;
    private final Map<Field, String> names = new EnumMap<>(Field.class);

    /** The fields that are attributes of the event, with the attributes' names. */
    private final Map<Field, String> attributes = new EnumMap<>(Field.class);

    private final boolean idIsOfSource;
    private final boolean readsData;
    private final PathTree event = new PathTree();
    private final PathTree data = new PathTree();

    /** @throws IllegalArgumentException if a path leads into the value of another, or names no possible attribute */
    CloudEvents(FieldMap map) {
        timeUnit = map.timeUnit();
        idIsOfSource = !map.paths().containsKey(Field.EVENT_ID);
        Map<Field, FieldPath> inData = new EnumMap<>(Field.class);
        for (Field field : Field.values()) {
            FieldPath path = path(field, map);
            names.put(field, path.text());
            if (isAttribute(path)) {
                attributes.put(field, path.text().substring(PREFIX.length()));
            } else {
                inData.put(field, path);
            }
        }
        if (idIsOfSource) {
            attributes.remove(Field.EVENT_ID);
        }
        readsData = !inData.isEmpty();
        List.of(VERSION, ID, SOURCE, BASE64).forEach(event::addAttribute);
        attributes.forEach((field, name) -> event.addField(field, FieldPath.parse(name)));
        if (readsData) {
            PathTree below = event.addEnvelope(DATA);
            inData.forEach(below::addField);
            inData.forEach(data::addField);
        }
    }

    private static FieldPath path(Field field, FieldMap map) {
        if (map.paths().containsKey(field)) {
            return map.path(field);
        }
        return switch (field) {
            case USER, ITEM -> map.path(field);
            case TIME -> FieldPath.parse("ce_time");
            case TYPE -> FieldPath.parse("ce_type");
            case EVENT_ID -> FieldPath.parse("ce_id");
        };
    }

    private static boolean isAttribute(FieldPath path) {
        boolean is = path.text().startsWith(PREFIX) && path.names().size() == 1;
        if (is && (!ATTRIBUTE.matcher(path.text()).matches() || path.text().equals(PREFIX + DATA))) {
            throw new IllegalArgumentException(
                    "an attribute of CloudEvents must be ce_ and a name of a-z and 0-9, other" + " than ce_data: \""
                            + path + "\". Write a field of the data that begins with ce_ as /" + path);
        }
        return is;
    }

    @Override
    public Click read(byte @Nullable [] value, Headers headers) throws MalformedClickException {
        ClickBuilder click = new ClickBuilder(names, timeUnit);
        if (isBinary(headers)) {
            readBinary(value, headers, click);
        } else {
            readStructured(value, headers, click);
        }
        return click.build();
    }

    private static boolean isBinary(Headers headers) {
        return !isDeclaredStructured(headers) && headers.lastHeader(PREFIX + VERSION) != null;
    }

    private static boolean isDeclaredStructured(Headers headers) {
        Header type = headers.lastHeader(CONTENT_TYPE);
        return type != null
                && type.value() != null
                && new String(type.value(), UTF_8).regionMatches(true, 0, STRUCTURED, 0, STRUCTURED.length());
    }

    private void readBinary(byte @Nullable [] value, Headers headers, ClickBuilder click)
            throws MalformedClickException {
        requireVersion(text(headers, PREFIX + VERSION));
        for (Map.Entry<Field, String> attribute : attributes.entrySet()) {
            String text = text(headers, PREFIX + attribute.getValue());
            if (text != null) {
                attribute(attribute.getKey(), text, click);
            }
        }
        if (readsData) {
            requireType(headers, JSON, "data");
            if (value == null) {
                throw notInFormat("an event must have data: its record has no value");
            }
            new JsonReading(click).read(value, data);
        }
        identify(click, text(headers, PREFIX + SOURCE), text(headers, PREFIX + ID));
    }

    /** Sets a field to a header's text. Headers have no types: a time in digits is an integer, as in structured mode. */
    private static void attribute(Field field, String text, ClickBuilder click) throws MalformedClickException {
        if (field == Field.TIME && INTEGER.matcher(text).matches()) {
            click.integer(field, text);
        } else {
            click.text(field, text);
        }
    }

    private void readStructured(byte @Nullable [] value, Headers headers, ClickBuilder click)
            throws MalformedClickException {
        if (isDeclaredStructured(headers)) {
            requireType(headers, STRUCTURED_JSON, "an event in structured mode");
        }
        if (value == null) {
            throw notInFormat("an event in structured mode must be a value: its record has none");
        }
        JsonReading json = new JsonReading(click);
        json.read(value, event);
        requireVersion(json.attribute(VERSION));
        if (readsData && !json.hasEnvelope(DATA)) {
            throw notInFormat(
                    json.attribute(BASE64) == null
                            ? "data must be present and an object"
                            : "data must be JSON: the event has data_base64");
        }
        identify(click, json.attribute(SOURCE), json.attribute(ID));
    }

    private static void requireVersion(@Nullable String version) throws MalformedClickException {
        if (!"1.0".equals(version)) {
            throw notInFormat("specversion of CloudEvents must be 1.0: "
                    + (version == null ? "there is none" : "specversion=" + version));
        }
    }

    private static void requireType(Headers headers, Pattern expected, String what) throws MalformedClickException {
        String type = text(headers, CONTENT_TYPE);
        if (type != null && !expected.matcher(type.strip()).matches()) {
            throw notInFormat(what + " must be JSON: content-type=" + type);
        }
    }

    private void identify(ClickBuilder click, @Nullable String source, @Nullable String id)
            throws MalformedClickException {
        if (!idIsOfSource) {
            return;
        }
        if (source == null || source.isEmpty() || id == null || id.isEmpty()) {
            throw notInFormat("an event must have an id and a source: id=" + id + " source=" + source);
        }
        // A source is a URI reference, which contains no space.
        String both = source + " " + id;
        byte[] bytes = both.getBytes(UTF_8);
        boolean fits = Utf8.length(both) <= Click.MAX_EVENT_ID_BYTES;
        click.text(Field.EVENT_ID, fits ? both : Sha256.hex(bytes, bytes.length));
    }

    /** Returns a header's text, or null if it is absent. */
    private static @Nullable String text(Headers headers, String name) throws MalformedClickException {
        Header header = headers.lastHeader(name);
        if (header == null || header.value() == null) {
            return null;
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(header.value())).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedClickException(Reason.NOT_IN_FORMAT, "header must be UTF-8: name=" + name, e);
        }
    }

    private static MalformedClickException notInFormat(String message) {
        return new MalformedClickException(Reason.NOT_IN_FORMAT, message);
    }

    /** An event without data is no tombstone. */
    @Override
    public boolean erasesUser(Headers headers) {
        return !isDeclaredStructured(headers) && headers.lastHeader(PREFIX + VERSION) == null;
    }
}
