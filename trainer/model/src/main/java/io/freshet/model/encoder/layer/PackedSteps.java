package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.SequenceBatch;

/**
 * Packed sequences ordered for a recurrent network: longest first, so that the sequences with a token at a given step come
 * first. One product then computes the step for all of them.
 */
public final class PackedSteps {
    private final int[] starts; // (sequences): first token of each within the chunk, longest first
    private final int[] lengths; // (sequences): tokens of each, in the same order
    private int sequences;

    /** @param capacity largest number of sequences */
    public PackedSteps(int capacity) {
        starts = new int[capacity];
        lengths = new int[capacity];
    }

    /** Orders sequences {@code [first, end)} of the batch. Sequences of equal length keep their order. */
    public void arrange(SequenceBatch batch, int first, int end) {
        sequences = end - first;
        int longest = 0;
        for (int s = first; s < end; s++) {
            longest = Math.max(longest, batch.start(s + 1) - batch.start(s));
        }
        int[] places = new int[longest + 2]; // of the first sequence of each length
        for (int s = first; s < end; s++) {
            places[longest - (batch.start(s + 1) - batch.start(s)) + 1]++;
        }
        for (int i = 1; i < places.length; i++) {
            places[i] += places[i - 1];
        }
        for (int s = first; s < end; s++) {
            int length = batch.start(s + 1) - batch.start(s);
            int place = places[longest - length]++;
            starts[place] = batch.start(s) - batch.start(first);
            lengths[place] = length;
        }
    }

    /** Returns the number of steps of the longest sequence. */
    public int count() {
        return sequences == 0 ? 0 : lengths[0];
    }

    /** Returns how many sequences have a token at this step. They are the first ones. */
    public int sequencesAt(int step) {
        int low = 0;
        int high = sequences;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lengths[middle] > step) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns the number within the chunk of a sequence's token at a step. */
    public int token(int place, int step) {
        return starts[place] + step;
    }
}
