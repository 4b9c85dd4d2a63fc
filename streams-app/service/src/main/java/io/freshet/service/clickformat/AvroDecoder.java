package io.freshet.service.clickformat;

import io.freshet.client.click.ClickBuilder;
import io.freshet.client.click.ClickBuilder.Field;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import io.freshet.service.schema.RegisteredSchema;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.avro.LogicalType;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads clicks in binary Avro. Follows the schema with which they were written, and creates no objects for what has no path.
 * Immutable.
 *
 * <p>Avro's own reader would create a record of all fields, allocate as many bytes as a text claims to have, and call itself
 * as deep as a record is nested.
 */
final class AvroDecoder implements SchemaDecoder {
    private static final int DEEPEST = 100;

    private final Schema schema;
    private final PathTree tree;

    AvroDecoder(RegisteredSchema registered, Framing framing, FieldMap map) throws MalformedClickException {
        try {
            Schema.Parser parser = new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
            registered.references().forEach(reference -> parser.parse(reference.text()));
            schema = parser.parse(registered.text());
        } catch (RuntimeException e) {
            throw new MalformedClickException(
                    Reason.UNUSABLE_SCHEMA, "the schema must be one of Avro: " + e.getMessage(), e);
        }
        tree = map.tree();
        SchemaDecoder.requirePaths(map, path -> leads(schema, path.names()));
    }

    private static boolean leads(Schema schema, List<String> names) {
        if (schema.getType() == Schema.Type.UNION) {
            return schema.getTypes().stream().anyMatch(type -> leads(type, names));
        }
        if (names.isEmpty()) {
            return schema.getType() != Schema.Type.NULL;
        }
        List<String> rest = names.subList(1, names.size());
        return switch (schema.getType()) {
            case RECORD -> {
                Schema.Field field = schema.getField(names.getFirst());
                yield field != null && leads(field.schema(), rest);
            }
            case ARRAY -> leads(schema.getElementType(), rest);
            case MAP -> leads(schema.getValueType(), rest);
            default -> false;
        };
    }

    @Override
    public void read(byte[] value, int start, Headers headers, ClickBuilder click) throws MalformedClickException {
        Framing.requireBinary(headers);
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(value, start, value.length - start, null);
        Reading reading = new Reading(decoder, value.length, click);
        try {
            reading.value(schema, tree, 0);
            if (!decoder.isEnd()) {
                throw notInFormat("nothing must follow the data", null);
            }
        } catch (IOException | RuntimeException e) {
            throw notInFormat("record must be Avro with the schema that it names", e);
        }
    }

    private static MalformedClickException notInFormat(String message, @Nullable Throwable cause) {
        return new MalformedClickException(Reason.NOT_IN_FORMAT, message, cause);
    }

    /** Reads one record. Used by one thread. */
    private static final class Reading {
        private final BinaryDecoder decoder;
        private final int recordBytes;
        private final ClickBuilder click;
        private int values;

        Reading(BinaryDecoder decoder, int recordBytes, ClickBuilder click) {
            this.decoder = decoder;
            this.recordBytes = recordBytes;
            this.click = click;
        }

        /** @param node the paths below this value, or null if it is only skipped */
        void value(Schema schema, @Nullable PathTree node, int depth) throws IOException, MalformedClickException {
            if (depth > DEEPEST) {
                throw notInFormat("values must be nested at most " + DEEPEST + " deep", null);
            }
            // Values may have no bytes, so their number is not bounded by the length of the record.
            if (++values > JsonReading.MAX_RECORD_BYTES) {
                throw notInFormat("a record must have at most " + JsonReading.MAX_RECORD_BYTES + " values", null);
            }
            switch (schema.getType()) {
                case UNION -> value(branch(schema), node, depth + 1);
                case RECORD -> {
                    refuseAsLeaf(node, "a record");
                    for (Schema.Field field : schema.getFields()) {
                        value(field.schema(), below(node, field.name()), depth + 1);
                    }
                }
                case ARRAY -> array(schema.getElementType(), node, depth + 1);
                case MAP -> map(schema.getValueType(), node, depth + 1);
                default -> {
                    List<Field> fields = node == null ? List.of() : node.fields();
                    if (fields.isEmpty()) {
                        skip(schema);
                    } else {
                        leaf(schema, fields);
                    }
                }
            }
        }

        private static @Nullable PathTree below(@Nullable PathTree node, String name) {
            return node == null ? null : node.find(name);
        }

        private void refuseAsLeaf(@Nullable PathTree node, String kind) throws MalformedClickException {
            if (node != null && !node.fields().isEmpty()) {
                throw click.unreadable(node.fields().getFirst(), kind);
            }
        }

        private Schema branch(Schema union) throws IOException, MalformedClickException {
            int index = decoder.readIndex();
            if (index < 0 || index >= union.getTypes().size()) {
                throw notInFormat("a union must have the type that its value names: index=" + index, null);
            }
            return union.getTypes().get(index);
        }

        private void array(Schema element, @Nullable PathTree node, int depth)
                throws IOException, MalformedClickException {
            refuseAsLeaf(node, "an array");
            int position = 0;
            for (long count = decoder.readArrayStart(); count > 0; count = decoder.arrayNext()) {
                for (long i = 0; i < count; i++) {
                    value(element, node == null ? null : node.find(Integer.toString(position++)), depth);
                }
            }
        }

        private void map(Schema element, @Nullable PathTree node, int depth)
                throws IOException, MalformedClickException {
            refuseAsLeaf(node, "a map");
            for (long count = decoder.readMapStart(); count > 0; count = decoder.mapNext()) {
                for (long i = 0; i < count; i++) {
                    String key = text();
                    value(element, below(node, key), depth);
                }
            }
        }

        private void skip(Schema schema) throws IOException, MalformedClickException {
            switch (schema.getType()) {
                case NULL -> decoder.readNull();
                case BOOLEAN -> decoder.readBoolean();
                case INT -> decoder.readInt();
                case LONG -> decoder.readLong();
                case FLOAT -> decoder.readFloat();
                case DOUBLE -> decoder.readDouble();
                case ENUM -> decoder.readEnum();
                case STRING, BYTES -> decoder.skipFixed(length());
                case FIXED -> decoder.skipFixed(schema.getFixedSize());
                default -> throw new IllegalArgumentException("a plain type is expected: type=" + schema.getType());
            }
        }

        private void leaf(Schema schema, List<Field> fields) throws IOException, MalformedClickException {
            switch (schema.getType()) {
                case NULL -> decoder.readNull(); // counts as absent
                case STRING -> set(fields, text());
                case ENUM -> set(fields, symbol(schema));
                case INT, LONG -> {
                    long number = schema.getType() == Schema.Type.INT ? decoder.readInt() : decoder.readLong();
                    for (Field field : fields) {
                        integer(schema, field, number);
                    }
                }
                default ->
                    throw click.unreadable(
                            fields.getFirst(),
                            "of the type " + schema.getType().getName().toLowerCase(Locale.ROOT));
            }
        }

        private void integer(Schema schema, Field field, long number) throws MalformedClickException {
            LogicalType logical = schema.getLogicalType();
            if (field != Field.TIME || logical == null) {
                click.integer(field, Long.toString(number));
                return;
            }
            switch (logical.getName()) {
                case "timestamp-millis" -> click.time(number, TimeUnit.MILLISECONDS);
                case "timestamp-micros" -> click.time(number, TimeUnit.MICROSECONDS);
                case "timestamp-nanos" -> click.time(number, TimeUnit.NANOSECONDS);
                default -> throw click.unreadable(field, "a " + logical.getName() + ", which is no point in time");
            }
        }

        private void set(List<Field> fields, String text) throws MalformedClickException {
            for (Field field : fields) {
                click.text(field, text);
            }
        }

        private String symbol(Schema schema) throws IOException, MalformedClickException {
            int index = decoder.readEnum();
            if (index < 0 || index >= schema.getEnumSymbols().size()) {
                throw notInFormat("an enum must have the symbol that its value names: index=" + index, null);
            }
            return schema.getEnumSymbols().get(index);
        }

        private String text() throws IOException, MalformedClickException {
            byte[] bytes = new byte[length()];
            decoder.readFixed(bytes);
            return SchemaDecoder.text(bytes, bytes.length);
        }

        /** Returns the length of a text or of bytes, which is at most that of the record. */
        private int length() throws IOException, MalformedClickException {
            long length = decoder.readLong();
            if (length < 0 || length > recordBytes) {
                throw notInFormat("a text must end within the record: length=" + length, null);
            }
            return (int) length;
        }
    }
}
