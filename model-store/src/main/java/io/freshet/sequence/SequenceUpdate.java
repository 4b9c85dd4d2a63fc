package io.freshet.sequence;

import java.util.List;

/**
 * What one accepted click made of its user's sequence: the value of a record on the sequences topic. One whose sequence is
 * empty says that the user is erased. Immutable.
 *
 * @param sequence after the click
 * @param newPositions positions in the sequence that this update added, ascending
 * @param cause the click's record, or the tombstone's
 */
public record SequenceUpdate(UserSequence sequence, List<Integer> newPositions, ClickOrigin cause) {
    public SequenceUpdate {
        newPositions = List.copyOf(newPositions);
        int before = -1;
        for (int position : newPositions) {
            if (position <= before || position >= sequence.size()) {
                throw new IllegalArgumentException("newPositions must ascend within the sequence: newPositions="
                        + newPositions + ", size=" + sequence.size());
            }
            before = position;
        }
    }

    /** The user is to be forgotten by whoever keeps something of them. */
    public static SequenceUpdate erasure(ClickOrigin cause) {
        return new SequenceUpdate(UserSequence.EMPTY, List.of(), cause);
    }

    /** Whether all that came before this of the user is erased. */
    public boolean isErasure() {
        return sequence.size() == 0;
    }
}
