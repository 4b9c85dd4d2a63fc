package io.freshet.service.clickformat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import io.freshet.service.schema.SchemaId;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * How a record names its schema. Integers are big-endian.
 *
 * <pre>
 * CONFLUENT, APICURIO                  APICURIO_GLOBAL                   APICURIO_HEADERS
 * offset  length  content              offset  length  content           offset  length  content
 * 0       1       0                    0       1       0                 0       …       the data
 * 1       4       id, positive         1       8       id, positive
 * 5       …       the data             9       …       the data
 * </pre>
 *
 * <p>The data of Protobuf also names a message of the schema, see {@link MessageName}.
 */
public enum Framing {
    /** Confluent's framing, with the id of Confluent's API. */
    CONFLUENT(SchemaId.Kind.CONFLUENT, Integer.BYTES),
    /** The default of Apicurio's serializers from version 3 on: a content id. */
    APICURIO(SchemaId.Kind.CONTENT, Integer.BYTES),
    /** The default of Apicurio's serializers before version 3: a global id. */
    APICURIO_GLOBAL(SchemaId.Kind.GLOBAL, Long.BYTES),
    /** Apicurio's serializers with headers: the value is only the data. */
    APICURIO_HEADERS(SchemaId.Kind.CONTENT, 0);

    private static final String CONTENT_ID = "apicurio.value.contentId";
    private static final String GLOBAL_ID = "apicurio.value.globalId";
    private static final String ENCODING = "apicurio.value.encoding";

    /** Names of the headers without which a record cannot be read, if its framing has headers. */
    public static final List<String> HEADERS = List.of(CONTENT_ID, GLOBAL_ID, ENCODING, MessageName.TYPE);

    private final SchemaId.Kind kind;
    private final int idBytes;

    Framing(SchemaId.Kind kind, int idBytes) {
        this.kind = kind;
        this.idBytes = idBytes;
    }

    /** Returns whether ids are Apicurio's own. */
    public boolean isApicurio() {
        return this != CONFLUENT;
    }

    /** Returns the position at which the data begins. */
    int dataStart() {
        return idBytes == 0 ? 0 : 1 + idBytes;
    }

    /**
     * Returns the id of a record's schema.
     *
     * @throws MalformedClickException if the record does not have this framing
     */
    SchemaId schemaOf(byte[] value, Headers headers) throws MalformedClickException {
        if (this == APICURIO_HEADERS) {
            return ofHeaders(headers);
        }
        if (value.length < dataStart() || value[0] != 0) {
            throw notInFormat("record must begin with the byte 0 and " + idBytes + " bytes of its schema's id: length="
                    + value.length + (value.length == 0 ? "" : ", byte 0 is " + (value[0] & 0xff)));
        }
        ByteBuffer bytes = ByteBuffer.wrap(value);
        return positive(kind, idBytes == Integer.BYTES ? bytes.getInt(1) : bytes.getLong(1));
    }

    private static SchemaId ofHeaders(Headers headers) throws MalformedClickException {
        byte[] content = header(headers, CONTENT_ID);
        if (content != null) {
            return positive(SchemaId.Kind.CONTENT, id(CONTENT_ID, content));
        }
        byte[] global = header(headers, GLOBAL_ID);
        if (global != null) {
            return positive(SchemaId.Kind.GLOBAL, id(GLOBAL_ID, global));
        }
        throw notInFormat("record must have the header " + CONTENT_ID + " or " + GLOBAL_ID);
    }

    private static long id(String name, byte[] value) throws MalformedClickException {
        if (value.length != Long.BYTES) {
            throw notInFormat("header " + name + " must have 8 bytes: length=" + value.length);
        }
        return ByteBuffer.wrap(value).getLong();
    }

    private static SchemaId positive(SchemaId.Kind kind, long id) throws MalformedClickException {
        if (id <= 0) {
            throw notInFormat("the schema's id must be positive: " + kind + "=" + id
                    + ". A 0 here may be the first half of an id of 8 bytes, as with apicurio-global");
        }
        return new SchemaId(kind, id);
    }

    /** @throws MalformedClickException if Apicurio's serializer says that the data of Avro is in JSON */
    static void requireBinary(Headers headers) throws MalformedClickException {
        byte[] encoding = header(headers, ENCODING);
        if (encoding != null && !new String(encoding, UTF_8).equalsIgnoreCase("BINARY")) {
            throw notInFormat("Avro must be binary: header " + ENCODING + "=" + new String(encoding, UTF_8));
        }
    }

    static byte @Nullable [] header(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null ? null : header.value();
    }

    private static MalformedClickException notInFormat(String message) {
        return new MalformedClickException(Reason.NOT_IN_FORMAT, message);
    }
}
