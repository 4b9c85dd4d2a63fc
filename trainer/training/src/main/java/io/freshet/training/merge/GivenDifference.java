package io.freshet.training.merge;

import io.freshet.store.format.FormatException;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What one of several learners gives to a merge: its difference, and how far it has learned from its input. Immutable. This
 * object owns its array; callers must not change it.
 *
 * @param round the merge that it belongs to
 * @param inputs next offset to learn from, by partition of the input
 * @param encoded the difference ({@link DifferenceCodec}); empty if the learner has made no step since the last merge
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content
public record GivenDifference(Round round, SortedMap<Integer, Long> inputs, byte[] encoded) {
    /**
     * A merge. The base identifies it within a lineage, because each merge has at least one step.
     *
     * @param lineage lineage of the model
     * @param learners number of learners
     * @param base step of the model that all learners have had since the last merge
     * @param baseDigest digest of that model
     */
    public record Round(long lineage, int learners, long base, int baseDigest) {
        public Round {
            if (lineage < 0 || learners < 2 || base < 0) {
                throw new IllegalArgumentException(
                        "a round must have lineage >= 0, learners >= 2 and base >= 0: lineage=" + lineage
                                + ", learners=" + learners + ", base=" + base);
            }
        }
    }

    /** Copies the positions and takes ownership of the array. */
    public GivenDifference(Round round, SortedMap<Integer, Long> inputs, byte[] encoded) {
        this.round = round;
        this.inputs = new TreeMap<>(inputs);
        this.encoded = encoded;
        for (Map.Entry<Integer, Long> position : inputs.entrySet()) {
            if (position.getKey() < 0 || position.getValue() < 0) {
                throw new IllegalArgumentException(
                        "positions must have a partition and an offset of at least 0: " + position);
            }
        }
    }

    /** Creates what a learner gives. */
    public static GivenDifference of(Round round, SortedMap<Integer, Long> inputs, @Nullable Difference difference) {
        return new GivenDifference(
                round, inputs, difference == null ? new byte[0] : DifferenceCodec.encode(difference));
    }

    /**
     * Returns the difference, or null if the learner has made no step.
     *
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    public @Nullable Difference difference() {
        return encoded.length == 0 ? null : DifferenceCodec.decode(encoded);
    }

    /** Returns the CRC-32C of the encoded difference; 0 if there is none. */
    public int digest() {
        CRC32C crc = new CRC32C();
        crc.update(encoded);
        return (int) crc.getValue();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof GivenDifference other
                && round.equals(other.round)
                && inputs.equals(other.inputs)
                && Arrays.equals(encoded, other.encoded);
    }

    @Override
    public int hashCode() {
        return 31 * round.hashCode() + Arrays.hashCode(encoded);
    }

    @Override
    public String toString() {
        return "GivenDifference[round=" + round + ", inputs=" + inputs + ", bytes=" + encoded.length + "]";
    }
}
