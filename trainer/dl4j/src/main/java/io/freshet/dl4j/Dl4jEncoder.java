package io.freshet.dl4j;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * An encoder whose network is computed by DL4J. With B sequences of at most L items of width d:
 *
 * <pre>
 * X[s, :, L - n + t] = dropout(E[item t of n])     (B, d, L), zeros before
 * H = dropout(network(X, mask))                    (B, d)
 * </pre>
 *
 * <p>If the network has its own dropout inputs, see {@link NetworkDefinition}, dropout is applied only there. The
 * mask is a function of the sequence's number in the batch, the place and the channel.
 *
 * <p>Each call copies the weights into the network's memory. For Caser this is 0.2 MB, which takes little time
 * compared with a pass of several milliseconds.
 */
final class Dl4jEncoder implements Encoder {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final int d;
    private final int length; // L
    private final int capacity; // places
    private final boolean training;
    private final long parameters;
    private final List<FloatBlock> owned = new ArrayList<>();
    private final FloatBlock networkWeights; // (n)
    private final FloatBlock networkGradients; // (n)
    private final FloatBlock input; // (B, d, L)
    private final FloatBlock mask; // (B, L)
    private final FloatBlock states; // (B, d)
    private final FloatBlock row; // (d)
    private final List<DropoutInput> dropoutInputs = new ArrayList<>();
    private final Network network;
    private final Matrix hidden; // (B, d): states

    private Dropout inputDropout = Dropout.NONE;
    private Dropout stateDropout = Dropout.NONE;
    private int first;
    private int sequences;

    Dl4jEncoder(Dl4jShape shape, int capacity, boolean training) {
        this.d = shape.dim();
        this.length = shape.maxLength();
        this.capacity = capacity;
        this.training = training;
        NetworkDefinition definition = shape.definition();
        this.parameters = definition.parameters();
        int most = Math.max(1, capacity / length);
        networkWeights = block(parameters);
        networkGradients = block(parameters);
        input = block((long) most * d * length);
        mask = block((long) most * length);
        states = block((long) most * d);
        row = block(d);
        for (int width : definition.dropoutWidths()) {
            dropoutInputs.add(new DropoutInput(width, most));
        }
        network = definition.open(networkWeights);
        hidden = Matrix.over(states.memory(), 0, d);
    }

    private FloatBlock block(long floats) {
        FloatBlock block = FloatBlock.zeros(floats);
        owned.add(block);
        return block;
    }

    /** Factors for one dropout input of the network. */
    private final class DropoutInput {
        final int width;
        final int padded; // width rounded up to whole vectors
        final FloatBlock factors; // (B, width)
        final FloatBlock ones; // (padded)
        final FloatBlock dropped; // (padded)
        Dropout dropout = Dropout.NONE;

        DropoutInput(int width, int most) {
            this.width = width;
            this.padded = (width + Lanes.WIDTH - 1) / Lanes.WIDTH * Lanes.WIDTH;
            factors = block((long) most * width);
            ones = block(padded);
            dropped = block(padded);
            for (int i = 0; i < padded; i++) {
                ones.memory().setAtIndex(FLOAT, i, 1f);
            }
        }

        INDArray of(int firstSequence, int count) {
            for (int s = 0; s < count; s++) {
                dropout.apply(ones.memory(), 0, (firstSequence + s) * padded, dropped.memory(), 0, padded);
                MemorySegment.copy(
                        dropped.memory(),
                        0,
                        factors.memory(),
                        (long) s * width * Float.BYTES,
                        (long) width * Float.BYTES);
            }
            return view(factors, count, width);
        }
    }

    @Override
    public void beginStep(float dropout, long seed, long step) {
        if (dropoutInputs.isEmpty()) {
            inputDropout = Dropout.of(dropout, seed, step, Purpose.DROPOUT_INPUT, 0);
            stateDropout = Dropout.of(dropout, seed, step, Purpose.DROPOUT_OUTPUT, 0);
        }
        for (int i = 0; i < dropoutInputs.size(); i++) {
            dropoutInputs.get(i).dropout = Dropout.of(dropout, seed, step, Purpose.DROPOUT_HIDDEN, i);
        }
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public Matrix forward(SequenceBatch batch, int firstSequence, int last, RowTable items, MemorySegment weights) {
        first = firstSequence;
        sequences = last - firstSequence;
        if ((long) sequences * length > capacity) {
            throw new IllegalArgumentException(
                    "there must not be more than " + capacity + " places at once: places=" + (long) sequences * length);
        }
        MemorySegment.copy(weights, 0, networkWeights.memory(), 0, parameters * Float.BYTES);
        fillInput(batch, items);
        List<INDArray> dropout = new ArrayList<>();
        dropoutInputs.forEach(factors -> dropout.add(factors.of(first, sequences)));
        INDArray result =
                network.forward(view(input, sequences, d, length), view(mask, sequences, length), dropout, training);
        view(states, sequences, d).assign(result);
        if (!training) {
            network.clear();
            NativeMemory.collectWhatIsLeft();
        }
        dropStates(hidden);
        return hidden;
    }

    private void fillInput(SequenceBatch batch, RowTable items) {
        input.memory().asSlice(0, (long) sequences * d * length * Float.BYTES).fill((byte) 0);
        for (int s = 0; s < sequences; s++) {
            Matrix channels = Matrix.over(input.memory(), (long) s * d * length, length); // (d, L)
            int start = batch.start(first + s);
            int count = batch.start(first + s + 1) - start;
            for (int place = 0; place < length; place++) {
                int t = place - (length - count);
                mask.memory().setAtIndex(FLOAT, (long) s * length + place, t < 0 ? 0f : 1f);
                if (t >= 0) {
                    int item = batch.input(start + t);
                    inputDropout.apply(items.memory(item), items.at(item), element(s, place), row.memory(), 0, d);
                    for (int c = 0; c < d; c++) {
                        channels.set(c, place, row.memory().getAtIndex(FLOAT, c));
                    }
                }
            }
        }
    }

    @Override
    public void backward(
            SequenceBatch batch,
            Matrix dHidden,
            MemorySegment weights,
            MemorySegment transposed,
            MemorySegment gradients,
            Matrix dItems) {
        dropStates(dHidden);
        for (int s = 0; s < sequences; s++) {
            MemorySegment.copy(dHidden.memory(), dHidden.at(s), states.memory(), hidden.at(s), (long) d * Float.BYTES);
        }
        INDArray atInput = network.backward(view(states, sequences, d));
        view(input, sequences, d, length).assign(atInput);
        networkGradients.array().assign(network.gradients().reshape(parameters));
        NativeMemory.free(atInput);
        network.clear();
        NativeMemory.collectWhatIsLeft();
        addGradients(gradients);
        spreadGradients(batch, dItems);
    }

    private void addGradients(MemorySegment gradients) {
        for (long i = 0; i < parameters; i++) {
            float sum =
                    gradients.getAtIndex(FLOAT, i) + networkGradients.memory().getAtIndex(FLOAT, i);
            gradients.setAtIndex(FLOAT, i, sum);
        }
    }

    private void spreadGradients(SequenceBatch batch, Matrix dItems) {
        for (int s = 0; s < sequences; s++) {
            Matrix channels = Matrix.over(input.memory(), (long) s * d * length, length); // (d, L)
            int start = batch.start(first + s);
            int count = batch.start(first + s + 1) - start;
            for (int t = 0; t < count; t++) {
                int place = length - count + t;
                for (int c = 0; c < d; c++) {
                    row.memory().setAtIndex(FLOAT, c, channels.get(c, place));
                }
                inputDropout.apply(row.memory(), 0, element(s, place), dItems.memory(), dItems.at(start + t), d);
            }
        }
    }

    private void dropStates(Matrix rows) {
        if (!stateDropout.isNone()) {
            for (int s = 0; s < sequences; s++) {
                stateDropout.apply(rows.memory(), rows.at(s), (first + s) * d, rows.memory(), rows.at(s), d);
            }
        }
    }

    /** Returns the dropout element number of channel 0 at a place. */
    private int element(int s, int place) {
        return ((first + s) * length + place) * d;
    }

    /** Returns a view of the beginning of a block as an array of this shape. */
    private static INDArray view(FloatBlock block, long... shape) {
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        return block.array().get(NDArrayIndex.interval(0, count)).reshape('c', shape);
    }

    @Override
    public void close() {
        network.clear();
        owned.forEach(FloatBlock::close);
    }
}
