package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.AffineMap;
import io.freshet.model.encoder.layer.GruCell;
import io.freshet.model.encoder.layer.PackedSteps;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * GRU4Rec (Hidasi et al., "Session-based Recommendations with Recurrent Neural Networks", ICLR 2016; Tan et al., DLRS
 * 2016) as implemented by the authors of arXiv 2408.14238: one GRU without biases, and an affine map of its states.
 * Their sequences are padded on the left with a constant vector, over which the GRU runs before it sees the first
 * item. Here the initial state is a parameter instead.
 *
 * <pre>
 * x = dropout(E[items]);  h = GRU(x, h0);  H = h · Wo + bo
 * </pre>
 *
 * <p>All positions of a sequence are learned in one pass. A step of the recurrence is one product for all sequences
 * of the chunk that have a token at that step ({@link PackedSteps}). Everything else is computed for all tokens at
 * once. Each element of a product is a sum in a fixed order, so a state has the same bits whichever sequences are
 * computed with it.
 */
final class Gru4Rec implements Encoder {
    private final Gru4RecConfig.Parameters parameters;
    private final Products products;
    private final AffineMap output;
    private final GruCell cell;
    private final PackedSteps steps;
    private final int d;
    private final int capacity;
    private final List<FloatBlock> owned = new ArrayList<>();
    private final Matrix x; // (T, d): embedded items
    private final Matrix gates; // (T, 3 d): r, z and n; in the backward pass their gradients
    private final Matrix candidate; // (T, d): U_n h; in the backward pass its gradient
    private final Matrix before; // (T, d): the state before each token
    private final Matrix states; // (T, d)
    private final Matrix hidden; // (T, d): H
    private final Matrix current; // (sequences, d): states at a step; in the backward pass their gradients
    private final Matrix recurrent; // (sequences, 3 d): U h at a step; in the backward pass its gradient

    private Dropout inputDropout = Dropout.NONE;
    private int firstToken;
    private int tokens;

    Gru4Rec(Gru4RecConfig config, Products products, int chunkTokens) {
        this.parameters = config.parameters();
        this.products = products;
        this.d = config.dim();
        this.capacity = chunkTokens;
        this.output = new AffineMap(products, parameters.output());
        this.cell = new GruCell(d);
        this.steps = new PackedSteps(capacity);
        int wide = Gru4RecConfig.GATES * d;
        x = matrix(d);
        gates = matrix(wide);
        candidate = matrix(d);
        before = matrix(d);
        states = matrix(d);
        hidden = matrix(d);
        current = matrix(d);
        recurrent = matrix(wide);
    }

    private Matrix matrix(int columns) {
        FloatBlock block = FloatBlock.zeros((long) capacity * columns);
        owned.add(block);
        return Matrix.over(block.memory(), 0, capacity, columns);
    }

    @Override
    public void beginStep(float dropout, long seed, long step) {
        inputDropout = Dropout.of(dropout, seed, step, Purpose.DROPOUT_INPUT, 0);
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public Matrix forward(SequenceBatch batch, int first, int last, RowTable items, MemorySegment weights) {
        recur(batch, first, last, items, weights);
        output.forward(states, tokens, weights, hidden);
        return hidden;
    }

    /** Returns the GRU's state after each token of the sequences (T, d), valid until the next call. */
    Matrix recur(SequenceBatch batch, int first, int last, RowTable items, MemorySegment weights) {
        firstToken = batch.start(first);
        tokens = batch.start(last) - firstToken;
        if (tokens > capacity) {
            throw new IllegalArgumentException(
                    "there must not be more than " + capacity + " tokens at once: tokens=" + tokens);
        }
        embed(batch, items);
        multiply(x, tokens, parameters.input(), weights, gates);
        steps.arrange(batch, first, last);
        for (int step = 0; step < steps.count(); step++) {
            forwardStep(step, weights);
        }
        return states;
    }

    /** Returns the affine map of the GRU's states. */
    AffineMap output() {
        return output;
    }

    private void embed(SequenceBatch batch, RowTable items) {
        for (int t = 0; t < tokens; t++) {
            int row = batch.input(firstToken + t);
            inputDropout.apply(items.memory(row), items.at(row), (firstToken + t) * d, x.memory(), x.at(t), d);
        }
    }

    private void multiply(Matrix a, int rows, Parameter p, MemorySegment weights, Matrix c) {
        products.multiply(a.rows(0, rows), p.in(weights), c.rows(0, rows), false);
    }

    private void forwardStep(int step, MemorySegment weights) {
        int sequences = steps.sequencesAt(step);
        if (step == 0) {
            begin(sequences, weights);
        } else {
            multiply(current, sequences, parameters.recurrent(), weights, recurrent);
        }
        for (int s = 0; s < sequences; s++) {
            int token = steps.token(s, step);
            copy(current, s, before, token);
            copy(recurrent.columns(2 * d, d), s, candidate, token);
            cell.forward(gates, token, recurrent, s, current, s);
            copy(current, s, states, token);
        }
    }

    /** Gives each sequence the initial state. */
    private void begin(int sequences, MemorySegment weights) {
        Parameter initial = parameters.initial();
        copy(initial.in(weights), 0, current, 0);
        multiply(current, 1, parameters.recurrent(), weights, recurrent);
        for (int s = 1; s < sequences; s++) {
            copy(current, 0, current, s);
            MemorySegment.copy(
                    recurrent.memory(), recurrent.at(0), recurrent.memory(), recurrent.at(s), recurrent.strideBytes());
        }
    }

    private void copy(Matrix from, int fromRow, Matrix to, int toRow) {
        MemorySegment.copy(from.memory(), from.at(fromRow), to.memory(), to.at(toRow), (long) d * Float.BYTES);
    }

    @Override
    public void backward(
            SequenceBatch batch,
            Matrix dHidden,
            MemorySegment weights,
            MemorySegment transposed,
            MemorySegment gradients,
            Matrix dItems) {
        output.backward(states, dHidden, tokens, gradients);
        Matrix dStates = hidden; // not needed any more
        output.backwardInput(dHidden, tokens, transposed, dStates, false);
        int sequences = 0;
        for (int step = steps.count() - 1; step >= 0; step--) {
            int now = steps.sequencesAt(step);
            for (int s = sequences; s < now; s++) {
                current.memory().asSlice(current.at(s), (long) d * Float.BYTES).fill((byte) 0);
            }
            sequences = now;
            backwardStep(step, sequences, dStates, transposed);
        }
        backwardBegin(sequences, transposed, gradients);
        Matrix dGates = gates.rows(0, tokens);
        products.multiplyTransposed(
                x.rows(0, tokens), dGates, parameters.input().in(gradients), true);
        Matrix dRecurrent = parameters.recurrent().in(gradients);
        Matrix earlier = before.rows(0, tokens);
        products.multiplyTransposed(earlier, dGates.columns(0, 2 * d), dRecurrent.columns(0, 2 * d), true);
        products.multiplyTransposed(earlier, candidate.rows(0, tokens), dRecurrent.columns(2 * d, d), true);
        Matrix dx = x;
        products.multiply(dGates, parameters.input().transposedIn(transposed), dx.rows(0, tokens), false);
        for (int t = 0; t < tokens; t++) {
            int token = firstToken + t;
            inputDropout.apply(dx.memory(), dx.at(t), token * d, dItems.memory(), dItems.at(token), d);
        }
    }

    /**
     * Runs one step backward. On entry {@code current} holds the part of the gradients of the states after the step
     * that comes from later steps; on return, the gradients of the states before it.
     */
    private void backwardStep(int step, int sequences, Matrix dStates, MemorySegment transposed) {
        for (int s = 0; s < sequences; s++) {
            int token = steps.token(s, step);
            Rows.add(dStates.memory(), dStates.at(token), current.memory(), current.at(s), d);
            cell.backward(gates, candidate, before, token, current, s);
            MemorySegment.copy(
                    gates.memory(), gates.at(token), recurrent.memory(), recurrent.at(s), 2L * d * Float.BYTES);
            copy(candidate, token, recurrent.columns(2 * d, d), s);
        }
        if (step > 0) {
            backwardState(sequences, transposed);
        }
    }

    /**
     * Adds the gradient that reaches the states through {@code U h}, from the first rows of {@code recurrent}.
     */
    private void backwardState(int rows, MemorySegment transposed) {
        Matrix weight = parameters.recurrent().transposedIn(transposed);
        products.multiply(recurrent.rows(0, rows), weight, current.rows(0, rows), true);
    }

    /** Adds the gradient of the initial state, which all sequences share. */
    private void backwardBegin(int sequences, MemorySegment transposed, MemorySegment gradients) {
        int wide = Gru4RecConfig.GATES * d;
        for (int s = 1; s < sequences; s++) {
            Rows.add(current.memory(), current.at(s), current.memory(), current.at(0), d);
            Rows.add(recurrent.memory(), recurrent.at(s), recurrent.memory(), recurrent.at(0), wide);
        }
        backwardState(1, transposed);
        Matrix gradient = parameters.initial().in(gradients);
        Rows.add(current.memory(), current.at(0), gradient.memory(), gradient.at(0), d);
    }

    @Override
    public void close() {
        owned.forEach(FloatBlock::close);
    }
}
