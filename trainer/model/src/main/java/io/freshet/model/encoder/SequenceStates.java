package io.freshet.model.encoder;

import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/** Serves with an encoder that has one state for each sequence, by its forward pass without dropout. Owns the encoder. */
public record SequenceStates(Encoder encoder) implements HistoryEncoder {
    @Override
    public int capacity() {
        return encoder.capacity();
    }

    @Override
    public Matrix encode(SequenceBatch batch, int first, int end, RowTable items, MemorySegment weights) {
        return encoder.forward(batch, first, end, items, weights);
    }

    @Override
    public void close() {
        encoder.close();
    }
}
