package io.freshet.encoder;

/**
 * Packed sequences in the order of a recurrent network: longest first, so that those which have a token at some step are the first
 * ones. Then one product serves the step of all of them.
 */
final class PackedSteps {
    private final int[] starts; // (sequences): the chunk's number of each one's first token, longest first
    private final int[] lengths; // (sequences): tokens, in this order
    private int sequences;

    /** @param capacity sequences at most */
    PackedSteps(int capacity) {
        starts = new int[capacity];
        lengths = new int[capacity];
    }

    /** Sequences {@code [first, end)} of the batch; of two equally long ones the first comes first. */
    void arrange(SequenceBatch batch, int first, int end) {
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

    /** Steps of the longest sequence. */
    int count() {
        return sequences == 0 ? 0 : lengths[0];
    }

    /** How many sequences have a token at this step: the first ones. */
    int sequencesAt(int step) {
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

    /** The chunk's number of a sequence's token at a step. */
    int token(int place, int step) {
        return starts[place] + step;
    }
}
