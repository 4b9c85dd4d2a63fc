package io.freshet.service.clickformat;

import io.freshet.client.click.ClickBuilder;
import io.freshet.client.click.ClickBuilder.Field;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import io.freshet.service.schema.RegisteredSchema;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.header.Headers;

/** Reads clicks that were written with one schema. Thread-safe. */
interface SchemaDecoder {
    /** The fields without which there is no click. */
    List<Field> REQUIRED = List.of(Field.USER, Field.ITEM, Field.TIME);

    /** Makes a decoder. */
    interface Maker {
        /**
         * Makes a decoder.
         *
         * @throws MalformedClickException if the schema cannot be parsed, or has no place for a field that is required
         */
        SchemaDecoder of(RegisteredSchema schema, Framing framing, FieldMap map) throws MalformedClickException;
    }

    /**
     * Reads the fields of a click. Reads each byte of the data, and keeps only what has a path.
     *
     * @param value the record's value, which has at most {@link JsonReading#MAX_RECORD_BYTES} bytes
     * @param start position of the data in it
     * @param click receives the fields
     * @throws MalformedClickException if the data does not have the schema, or a field is of the wrong kind
     */
    void read(byte[] value, int start, Headers headers, ClickBuilder click) throws MalformedClickException;

    /**
     * Checks that a schema has a place for each required field.
     *
     * @param exists whether a path leads to a field of the schema
     * @throws MalformedClickException if a required field has none
     */
    static void requirePaths(FieldMap map, Predicate<FieldPath> exists) throws MalformedClickException {
        for (Field field : REQUIRED) {
            if (!exists.test(map.path(field))) {
                throw new MalformedClickException(
                        Reason.UNUSABLE_SCHEMA,
                        "the schema must have a field at " + map.path(field) + " (clicks.field."
                                + (field == Field.TIME ? "time" : field == Field.USER ? "user" : "item") + ")");
            }
        }
    }

    /** Returns a text in UTF-8. */
    static String text(byte[] utf8, int length) throws MalformedClickException {
        String text = new String(utf8, 0, length, StandardCharsets.UTF_8);
        // The decoder puts U+FFFD where the bytes are wrong. It may also be in a correct text.
        if (text.indexOf('\uFFFD') < 0) {
            return text;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedClickException(Reason.NOT_IN_FORMAT, "texts must be UTF-8", e);
        }
    }
}
