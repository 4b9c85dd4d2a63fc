package io.freshet.store.sequence;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.ByteReader;
import io.freshet.store.format.ByteWriter;
import io.freshet.store.format.FormatException;

/**
 * Binary form of a user's sequence in the state store, version 1.
 *
 * <pre>
 * 3 bytes   46 51 01: magic, kind 'Q', version
 * n bytes   the interactions, see {@link InteractionsCodec}
 * 4 bytes   CRC-32C of all preceding bytes, little endian
 * </pre>
 */
public final class UserSequenceCodec {
    private static final BinaryFormat FORMAT = new BinaryFormat("user sequence", 'Q', 1, 1);

    private UserSequenceCodec() {}

    /** Encodes a sequence in version 1. */
    public static byte[] encode(UserSequence sequence) {
        ByteWriter writer = FORMAT.writer(InteractionsCodec.typicalBytes(sequence));
        InteractionsCodec.write(writer, sequence);
        return FORMAT.seal(writer);
    }

    /**
     * Decodes a sequence.
     *
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    public static UserSequence decode(byte[] bytes) {
        ByteReader reader = FORMAT.reader(bytes);
        UserSequence sequence = InteractionsCodec.read(reader);
        reader.requireEnd();
        return sequence;
    }
}
