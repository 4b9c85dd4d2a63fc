package io.freshet.model.encoder;

import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/** A history encoder that runs a training encoder and keeps only each sequence's last state. Owns the encoder. */
public final class LastStates implements HistoryEncoder {
    private final Encoder encoder;
    private final int d;

    public LastStates(Encoder encoder, int d) {
        this.encoder = encoder;
        this.d = d;
    }

    @Override
    public int capacity() {
        return encoder.capacity();
    }

    @Override
    public Matrix encode(SequenceBatch batch, int first, int end, RowTable items, MemorySegment weights) {
        Matrix states = encoder.forward(batch, first, end, items, weights);
        gather(batch, first, end, states, d);
        return states;
    }

    /**
     * Moves each sequence's last row to the front. The rows are moved in order, so no row is overwritten before it
     * has been moved.
     */
    public static void gather(SequenceBatch batch, int first, int end, Matrix states, int d) {
        for (int s = first; s < end; s++) {
            int last = batch.start(s + 1) - 1 - batch.start(first);
            MemorySegment.copy(
                    states.memory(), states.at(last), states.memory(), states.at(s - first), (long) d * Float.BYTES);
        }
    }

    @Override
    public void close() {
        encoder.close();
    }
}
