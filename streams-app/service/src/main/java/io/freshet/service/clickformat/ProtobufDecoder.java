package io.freshet.service.clickformat;

import com.squareup.wire.ByteArrayProtoReader32;
import com.squareup.wire.ProtoReader32;
import com.squareup.wire.schema.CoreLoader;
import com.squareup.wire.schema.EnumConstant;
import com.squareup.wire.schema.EnumType;
import com.squareup.wire.schema.ErrorCollector;
import com.squareup.wire.schema.Linker;
import com.squareup.wire.schema.Loader;
import com.squareup.wire.schema.Location;
import com.squareup.wire.schema.MessageType;
import com.squareup.wire.schema.ProtoFile;
import com.squareup.wire.schema.ProtoType;
import com.squareup.wire.schema.Schema;
import com.squareup.wire.schema.Type;
import com.squareup.wire.schema.internal.parser.ProtoParser;
import io.freshet.client.click.ClickBuilder;
import io.freshet.client.click.ClickBuilder.Field;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import io.freshet.service.schema.RegisteredSchema;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads clicks in Protobuf. Looks up the tags of the fields that have a path once for each message of the schema, and skips
 * all other fields. A field that occurs twice is refused, even though Protobuf would take the last one. Thread-safe.
 */
final class ProtobufDecoder implements SchemaDecoder {
    private static final String FILE = "record.proto";
    private static final String TIMESTAMP = "google.protobuf.Timestamp";
    private static final int SECONDS_TAG = 1;
    private static final int NANOS_TAG = 2;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int MOST_MESSAGES = 1_000;

    private final Framing framing;
    private final FieldMap map;
    private final PathTree tree;
    private final Schema schema;
    private final ProtoFile file;
    private final Map<Object, Message> messages = new ConcurrentHashMap<>();

    /** The fields of a message that have a path, by their tags; or why the message has no clicks. */
    private record Message(
            Map<Integer, Part> parts, @Nullable MalformedClickException unusable) {}

    /**
     * A field of a message.
     *
     * @param below the fields of a message inside it; null if it is no message
     * @param symbols the names of an enum's numbers; null if it is none
     * @param elements the elements of a repeated field that have a path, by position; filled when they are first read
     */
    private record Part(
            PathTree node,
            ProtoType type,
            boolean isRepeated,
            @Nullable Message below,
            @Nullable Map<Integer, String> symbols,
            Map<Integer, Part> elements) {}

    ProtobufDecoder(RegisteredSchema registered, Framing framing, FieldMap map) throws MalformedClickException {
        this.framing = framing;
        this.map = map;
        tree = map.tree();
        try {
            Map<String, String> imported = new HashMap<>();
            registered.references().forEach(reference -> imported.put(reference.name(), reference.text()));
            ErrorCollector errors = new ErrorCollector();
            ProtoFile own = parse(FILE, registered.text());
            schema = new Linker(new Imports(imported), errors, true, true).link(List.of(own));
            errors.throwIfNonEmpty();
            file = Objects.requireNonNull(schema.protoFile(FILE));
        } catch (RuntimeException e) {
            throw new MalformedClickException(
                    Reason.UNUSABLE_SCHEMA, "the schema must be one of Protobuf: " + e.getMessage(), e);
        }
    }

    private static ProtoFile parse(String name, String text) {
        return ProtoFile.Companion.get(ProtoParser.Companion.parse(Location.get(name), text));
    }

    /** Files that a schema imports: its references, and those that every Protobuf compiler has. */
    private record Imports(Map<String, String> texts) implements Loader {
        @Override
        public ProtoFile load(String path) {
            String text = texts.get(path);
            return text == null ? CoreLoader.INSTANCE.load(path) : parse(path, text);
        }

        @Override
        public Loader withErrors(ErrorCollector errors) {
            return this;
        }
    }

    @Override
    public void read(byte[] value, int start, Headers headers, ClickBuilder click) throws MalformedClickException {
        MessageName name = MessageName.of(framing, value, start, headers);
        Message message = messages.get(name.key());
        if (message == null) {
            message = message(name);
        }
        if (message.unusable != null) {
            throw message.unusable;
        }
        ProtoReader32 reader = new ByteArrayProtoReader32(value, name.start(), value.length);
        try {
            message(reader, message, click);
        } catch (IOException | RuntimeException e) {
            throw new MalformedClickException(
                    Reason.NOT_IN_FORMAT, "record must be Protobuf with the schema that it names", e);
        }
    }

    private Message message(MessageName name) throws MalformedClickException {
        MessageType type = name.in(file);
        Message message = message(type);
        if (messages.size() < MOST_MESSAGES) {
            messages.put(name.key(), message);
        }
        return message;
    }

    private Message message(MessageType type) {
        try {
            SchemaDecoder.requirePaths(map, path -> leads(type, path.names()));
            return new Message(parts(type, tree), null);
        } catch (MalformedClickException e) {
            return new Message(
                    Map.of(),
                    new MalformedClickException(e.reason(), "message " + type.getType() + ": " + e.getMessage(), e));
        }
    }

    private boolean leads(@Nullable Type type, List<String> names) {
        if (names.isEmpty()) {
            return true;
        }
        com.squareup.wire.schema.Field field =
                type instanceof MessageType message ? field(message, names.getFirst()) : null;
        if (field == null) {
            return false;
        }
        int used = field.isRepeated() && names.size() > 1 ? 2 : 1;
        return leads(schema.getType(Objects.requireNonNull(field.getType())), names.subList(used, names.size()));
    }

    private static com.squareup.wire.schema.@Nullable Field field(MessageType message, String name) {
        for (com.squareup.wire.schema.Field field : message.getFieldsAndOneOfFields()) {
            if (field.getName().equals(name)) {
                return field;
            }
        }
        return null;
    }

    private Map<Integer, Part> parts(MessageType message, PathTree node) {
        Map<Integer, Part> parts = new HashMap<>();
        for (com.squareup.wire.schema.Field field : message.getFieldsAndOneOfFields()) {
            PathTree child = node.find(field.getName());
            ProtoType type = Objects.requireNonNull(field.getType());
            if (child != null && !type.isMap()) {
                parts.put(field.getTag(), part(child, type, field.isRepeated()));
            }
        }
        return Map.copyOf(parts);
    }

    private Part part(PathTree node, ProtoType type, boolean isRepeated) {
        Type declared = schema.getType(type);
        if (declared instanceof EnumType named) {
            Map<Integer, String> symbols = new HashMap<>();
            for (EnumConstant constant : named.getConstants()) {
                symbols.putIfAbsent(constant.getTag(), constant.getName());
            }
            return new Part(node, type, isRepeated, null, symbols, new ConcurrentHashMap<>());
        }
        if (declared instanceof MessageType message) {
            // Paths below a repeated field begin with a position, whose name no field has.
            Message below = isRepeated ? null : new Message(parts(message, node), null);
            return new Part(node, type, isRepeated, below, null, new ConcurrentHashMap<>());
        }
        return new Part(node, type, isRepeated, null, null, new ConcurrentHashMap<>());
    }

    private void message(ProtoReader32 reader, Message message, ClickBuilder click)
            throws IOException, MalformedClickException {
        int token = reader.beginMessage();
        Map<Integer, Integer> positions = new HashMap<>(0);
        for (int tag = reader.nextTag(); tag != -1; tag = reader.nextTag()) {
            Part part = message.parts.get(tag);
            if (part == null) {
                reader.skip();
            } else if (!part.isRepeated) {
                value(reader, part, click);
            } else {
                if (!part.node.fields().isEmpty()) {
                    throw click.unreadable(part.node.fields().getFirst(), "a repeated field");
                }
                Part element = element(part, positions.merge(tag, 1, Integer::sum) - 1);
                if (element == null) {
                    reader.skip();
                } else {
                    value(reader, element, click);
                }
            }
        }
        reader.endMessageAndGetUnknownFields(token);
    }

    /** Returns an element of a repeated field, or null if no path leads to it. */
    private @Nullable Part element(Part repeated, int position) {
        PathTree node = repeated.node.find(Integer.toString(position));
        return node == null ? null : repeated.elements.computeIfAbsent(position, _ -> part(node, repeated.type, false));
    }

    private void value(ProtoReader32 reader, Part part, ClickBuilder click)
            throws IOException, MalformedClickException {
        List<Field> fields = part.node.fields();
        if (part.below != null) {
            if (fields.isEmpty()) {
                message(reader, part.below, click);
            } else if (part.type.toString().equals(TIMESTAMP) && fields.equals(List.of(Field.TIME))) {
                timestamp(reader, click);
            } else {
                throw click.unreadable(fields.getFirst(), "the message " + part.type);
            }
            return;
        }
        if (fields.isEmpty()) {
            reader.skip();
            return;
        }
        if (part.symbols != null) {
            int number = reader.readVarint32();
            String symbol = part.symbols.get(number);
            set(fields, symbol == null ? Integer.toString(number) : symbol, click);
            return;
        }
        switch (part.type.toString()) {
            case "string" -> {
                byte[] bytes = reader.readBytes().toByteArray();
                set(fields, SchemaDecoder.text(bytes, bytes.length), click);
            }
            case "int32" -> integer(fields, Integer.toString(reader.readVarint32()), click);
            case "uint32" -> integer(fields, Integer.toUnsignedString(reader.readVarint32()), click);
            case "sint32" -> {
                int zigzag = reader.readVarint32();
                integer(fields, Integer.toString((zigzag >>> 1) ^ -(zigzag & 1)), click);
            }
            case "fixed32" -> integer(fields, Integer.toUnsignedString(reader.readFixed32()), click);
            case "sfixed32" -> integer(fields, Integer.toString(reader.readFixed32()), click);
            case "int64" -> integer(fields, Long.toString(reader.readVarint64()), click);
            case "uint64" -> integer(fields, Long.toUnsignedString(reader.readVarint64()), click);
            case "sint64" -> {
                long zigzag = reader.readVarint64();
                integer(fields, Long.toString((zigzag >>> 1) ^ -(zigzag & 1)), click);
            }
            case "fixed64" -> integer(fields, Long.toUnsignedString(reader.readFixed64()), click);
            case "sfixed64" -> integer(fields, Long.toString(reader.readFixed64()), click);
            default -> throw click.unreadable(fields.getFirst(), "of the type " + part.type);
        }
    }

    private static void set(List<Field> fields, String text, ClickBuilder click) throws MalformedClickException {
        for (Field field : fields) {
            click.text(field, text);
        }
    }

    private static void integer(List<Field> fields, String digits, ClickBuilder click) throws MalformedClickException {
        for (Field field : fields) {
            click.integer(field, digits);
        }
    }

    private static void timestamp(ProtoReader32 reader, ClickBuilder click)
            throws IOException, MalformedClickException {
        long seconds = 0;
        long nanos = 0;
        int token = reader.beginMessage();
        for (int tag = reader.nextTag(); tag != -1; tag = reader.nextTag()) {
            switch (tag) {
                case SECONDS_TAG -> seconds = reader.readVarint64();
                case NANOS_TAG -> nanos = reader.readVarint32();
                default -> reader.skip();
            }
        }
        reader.endMessageAndGetUnknownFields(token);
        boolean isValid = nanos >= 0 && nanos < NANOS_PER_SECOND && Math.abs(seconds) < Long.MAX_VALUE / 1_000 - 1;
        click.time(isValid ? seconds * 1_000 + nanos / 1_000_000 : -1, TimeUnit.MILLISECONDS);
    }
}
