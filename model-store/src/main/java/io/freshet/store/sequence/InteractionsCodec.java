package io.freshet.store.sequence;

import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Binary form of a sequence's interactions inside a record, version 1, oldest first.
 *
 * <pre>
 * varint       number of interactions, then for each
 *   varint     8 · bytes of the item id + 2 · event type code + 1 if there is an event id
 *   bytes      item id, UTF-8
 *   zigzag     timestamp minus that of the previous interaction (the first: minus 0), ms
 *   if the event type code is 2
 *     varint   bytes of the event type
 *     bytes    event type, UTF-8
 *   if there is an event id
 *     8 bytes  its hash, little endian
 * </pre>
 *
 * The event type code is 0 for no type, 1 for the same type as the latest one in the sequence so far, 2 for a type that
 * is written out.
 */
final class InteractionsCodec {
    /** Typical size of an interaction, with ids of 20 bytes. */
    private static final int TYPICAL_BYTES = 32;

    private static final int MIN_BYTES = 3;
    private static final int HASH_FLAG = 1;
    private static final int NO_TYPE = 0;
    private static final int SAME_TYPE = 1;
    private static final int NEW_TYPE = 2;

    private InteractionsCodec() {}

    static int typicalBytes(UserSequence sequence) {
        return 2 + TYPICAL_BYTES * sequence.size();
    }

    static void write(ByteWriter writer, UserSequence sequence) {
        List<Interaction> interactions = sequence.interactions();
        writer.writeVarint(interactions.size());
        long timestampMs = 0;
        String lastType = null;
        for (int i = 0; i < interactions.size(); i++) {
            Interaction interaction = interactions.get(i);
            write(writer, interaction, timestampMs, lastType);
            timestampMs = interaction.timestampMs();
            lastType = interaction.eventType() == null ? lastType : interaction.eventType();
        }
    }

    private static void write(
            ByteWriter writer, Interaction interaction, long timestampMsBefore, @Nullable String lastType) {
        String eventType = interaction.eventType();
        long hash = interaction.eventIdHash();
        int typeCode = eventType == null ? NO_TYPE : eventType.equals(lastType) ? SAME_TYPE : NEW_TYPE;
        int hashFlag = hash == Interaction.NO_EVENT_ID ? 0 : HASH_FLAG;
        int idBytes = ByteWriter.utf8Length(interaction.itemId());
        writer.writeVarint(8L * idBytes + 2L * typeCode + hashFlag);
        writer.writeUtf8(interaction.itemId(), idBytes);
        writer.writeZigzag(interaction.timestampMs() - timestampMsBefore);
        if (eventType != null && typeCode == NEW_TYPE) {
            writer.writeString(eventType);
        }
        if (hashFlag != 0) {
            writer.writeLong(hash);
        }
    }

    static UserSequence read(ByteReader reader) {
        Interaction[] interactions = new Interaction[reader.readCount(MIN_BYTES)];
        long timestampMs = 0;
        String lastType = null;
        for (int i = 0; i < interactions.length; i++) {
            Interaction interaction = readOne(reader, timestampMs, lastType);
            if (i > 0 && interaction.timestampMs() < timestampMs) {
                throw reader.corrupt("timestamps must ascend", "timestampMs", interaction.timestampMs());
            }
            timestampMs = interaction.timestampMs();
            lastType = interaction.eventType() == null ? lastType : interaction.eventType();
            interactions[i] = interaction;
        }
        return new UserSequence(List.of(interactions));
    }

    private static Interaction readOne(ByteReader reader, long timestampMsBefore, @Nullable String lastType) {
        int head = reader.readVarint31();
        int idBytes = head >>> 3;
        if (idBytes == 0) {
            throw reader.corrupt("item id must not be empty", "head", head);
        }
        String itemId = reader.readUtf8(idBytes);
        long timestampMs = timestampMsBefore + reader.readZigzag();
        String eventType = readType(reader, (head >>> 1) & 3, lastType);
        long hash = (head & HASH_FLAG) == 0 ? Interaction.NO_EVENT_ID : readHash(reader);
        return new Interaction(itemId, timestampMs, eventType, hash);
    }

    private static @Nullable String readType(ByteReader reader, int typeCode, @Nullable String lastType) {
        return switch (typeCode) {
            case NO_TYPE -> null;
            case NEW_TYPE -> reader.readString();
            case SAME_TYPE -> {
                if (lastType == null) {
                    throw reader.corrupt("an event type must occur before it is repeated", "code", typeCode);
                }
                yield lastType;
            }
            default -> throw reader.corrupt("event type code must be 0, 1 or 2", "code", typeCode);
        };
    }

    private static long readHash(ByteReader reader) {
        long hash = reader.readLong();
        if (hash == Interaction.NO_EVENT_ID) {
            throw reader.corrupt("hash of an event id must not be 0", "hash", hash);
        }
        return hash;
    }
}
