package io.freshet.model.encoder.network;

import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.LastStates;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/** Serves with {@link Gru4Rec}. It applies the affine map only to the state after the last token of each history. */
final class Gru4RecHistoryEncoder implements HistoryEncoder {
    private final Gru4Rec encoder;
    private final int d;
    private final FloatBlock memory;
    private final Matrix states; // (sequences, d)

    Gru4RecHistoryEncoder(Gru4RecConfig config, Products products, int tokens) {
        this.encoder = new Gru4Rec(config, products, tokens);
        this.d = config.dim();
        this.memory = FloatBlock.zeros((long) tokens * d);
        this.states = Matrix.over(memory.memory(), 0, d);
    }

    @Override
    public int capacity() {
        return encoder.capacity();
    }

    @Override
    public Matrix encode(SequenceBatch batch, int first, int end, RowTable items, MemorySegment weights) {
        Matrix all = encoder.recur(batch, first, end, items, weights);
        LastStates.gather(batch, first, end, all, d);
        encoder.output().forward(all, end - first, weights, states);
        return states;
    }

    @Override
    public void close() {
        encoder.close();
        memory.close();
    }
}
