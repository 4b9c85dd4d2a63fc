package io.freshet.store.sequence;

import java.util.List;

/**
 * A user's sequence after an accepted click: the value of a record of the sequences topic. An update with an
 * empty sequence erases the user. Immutable.
 *
 * @param sequence sequence after the click
 * @param newPositions positions in the sequence that this update added, ascending
 * @param cause origin of the update: the click's record, or the tombstone
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

    /** Returns an update that tells all readers to erase their data of the user. */
    public static SequenceUpdate erasure(ClickOrigin cause) {
        return new SequenceUpdate(UserSequence.EMPTY, List.of(), cause);
    }

    /** Returns whether the update erases everything that precedes it for the user. */
    public boolean isErasure() {
        return sequence.size() == 0;
    }
}
