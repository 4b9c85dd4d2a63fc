package io.freshet.service.clickformat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.squareup.wire.schema.MessageType;
import com.squareup.wire.schema.ProtoFile;
import com.squareup.wire.schema.Type;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Which message of a schema a record of Protobuf contains, and where the message begins.
 *
 * <p>Confluent puts the positions of the message before it: a signed varint of their number, then each as a signed varint,
 * from the outermost message to the one that is meant. The single byte 0 is the first message. Apicurio puts a varint with the
 * length of a message {@code Ref {string name = 1}}, and that message, before the data. If it writes headers, it also puts
 * the simple name of the message into the header {@code apicurio.protobuf.type}; some of its versions then leave out the
 * {@code Ref}. A message cannot be mistaken for it: it would have to begin with a control character and its own name.
 *
 * @param positions positions of the message and those around it; null if it has a name
 * @param name simple or full name; null if it has positions
 * @param start position of the message in the record
 */
record MessageName(
        @Nullable List<Integer> positions, @Nullable String name, int start) {
    static final String TYPE = "apicurio.protobuf.type";
    private static final int NAME_TAG = 1 << 3 | 2;
    private static final int MOST_POSITIONS = 32;

    /** @throws MalformedClickException if the record does not say which message it has */
    static MessageName of(Framing framing, byte[] value, int start, Headers headers) throws MalformedClickException {
        Cursor cursor = new Cursor(value, start);
        try {
            if (framing.isApicurio()) {
                byte[] header = Framing.header(headers, TYPE);
                if (header == null) {
                    return new MessageName(null, cursor.reference(), cursor.position);
                }
                String name = SchemaDecoder.text(header, header.length);
                return new MessageName(null, name, cursor.isAtReferenceTo(name) ? cursor.position : start);
            }
            return new MessageName(cursor.positions(), null, cursor.position);
        } catch (IOException e) {
            throw new MalformedClickException(
                    Reason.NOT_IN_FORMAT,
                    framing.isApicurio()
                            ? "record must name its message in the header " + TYPE + " or before the message"
                            : "record must have the positions of its message before the message",
                    e);
        }
    }

    /**
     * Returns the message in a file.
     *
     * @throws MalformedClickException if the file does not have it, or has several with this name
     */
    MessageType in(ProtoFile file) throws MalformedClickException {
        List<MessageType> found = new ArrayList<>();
        if (positions == null) {
            for (Type type : file.typesAndNestedTypes()) {
                if (type instanceof MessageType message
                        && (message.getName().equals(name)
                                || message.getType().toString().equals(name))) {
                    found.add(message);
                }
            }
            // Apicurio means a message that is not inside another one, if there is one.
            if (found.size() > 1) {
                found.removeIf(message -> !file.getTypes().contains(message));
            }
        } else {
            List<Type> types = file.getTypes();
            for (int i = 0; i < positions.size(); i++) {
                List<MessageType> messages = types.stream()
                        .filter(MessageType.class::isInstance)
                        .map(MessageType.class::cast)
                        .toList();
                int position = positions.get(i);
                if (position < 0 || position >= messages.size()) {
                    break;
                }
                types = messages.get(position).getNestedTypes();
                if (i == positions.size() - 1) {
                    found.add(messages.get(position));
                }
            }
        }
        if (found.size() != 1) {
            throw new MalformedClickException(
                    Reason.NOT_IN_FORMAT,
                    "the schema must have one message " + Objects.requireNonNullElse(name, "at " + positions)
                            + ": it has " + found.size());
        }
        return found.getFirst();
    }

    /** The key of the message among those of its schema. */
    Object key() {
        return positions == null ? Objects.requireNonNull(name) : positions;
    }

    /** A position in a record. */
    private static final class Cursor {
        private final byte[] bytes;
        private int position;

        Cursor(byte[] bytes, int position) {
            this.bytes = bytes;
            this.position = position;
        }

        List<Integer> positions() throws IOException {
            int count = signed();
            if (count == 0) {
                return List.of(0);
            }
            if (count < 0 || count > MOST_POSITIONS) {
                throw new IOException("there must be 1 to " + MOST_POSITIONS + " positions: " + count);
            }
            List<Integer> positions = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                positions.add(signed());
            }
            return List.copyOf(positions);
        }

        String reference() throws IOException {
            int length = varint();
            if (length < 2 || length > bytes.length - position) {
                throw new IOException("there must be a reference to a message");
            }
            int end = position + length;
            if (varint() != NAME_TAG) {
                throw new IOException("the reference must have a name");
            }
            int nameLength = varint();
            if (nameLength < 1 || nameLength != end - position) {
                throw new IOException("the reference must be a name");
            }
            byte[] name = new byte[nameLength];
            System.arraycopy(bytes, position, name, 0, nameLength);
            position = end;
            return new String(name, UTF_8);
        }

        /** Returns whether a reference with a name is here. If so, moves behind it. */
        boolean isAtReferenceTo(String name) {
            int start = position;
            try {
                if (reference().equals(name)) {
                    return true;
                }
            } catch (IOException _) {
                // There is no reference.
            }
            position = start;
            return false;
        }

        private int signed() throws IOException {
            int zigzag = varint();
            return (zigzag >>> 1) ^ -(zigzag & 1);
        }

        private int varint() throws IOException {
            int result = 0;
            for (int shift = 0; shift < Integer.SIZE; shift += 7) {
                if (position >= bytes.length) {
                    throw new IOException("the record ends within a number");
                }
                byte next = bytes[position++];
                result |= (next & 0x7f) << shift;
                if (next >= 0) {
                    return result;
                }
            }
            throw new IOException("a number must have at most 5 bytes");
        }
    }
}
