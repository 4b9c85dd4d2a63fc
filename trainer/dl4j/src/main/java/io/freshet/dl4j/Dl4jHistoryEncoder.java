package io.freshet.dl4j;

import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/** Serves with a network. Owns the encoder. */
final class Dl4jHistoryEncoder implements HistoryEncoder {
    private final Dl4jEncoder encoder;

    Dl4jHistoryEncoder(Dl4jEncoder encoder) {
        this.encoder = encoder;
    }

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
