package io.freshet.dl4j;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleSupplier;

/**
 * Result of a check of a network before its use in a model: whether its gradients match its states, whether it gives
 * the same bits again, and how long it takes.
 *
 * @param layers layers and vertices of the network
 * @param parameters number of its parameters
 * @param itemError the largest error in a sample of the items' gradients, compared with central differences, as a
 *     share of the gradients' root mean square
 * @param parameterError the same error for the parameters' gradients
 * @param sameTwice whether a second pass gives the same bits, including gradients
 * @param sameInBatch whether a sequence gives the same bits alone and with others
 * @param msForState milliseconds to encode one history
 * @param msForStep milliseconds for the forward and backward pass over {@link #STEP_SEQUENCES} sequences
 */
public record NetworkCheck(
        List<LayerSummary> layers,
        long parameters,
        double itemError,
        double parameterError,
        boolean sameTwice,
        boolean sameInBatch,
        double msForState,
        double msForStep) {
    /** Number of sequences in the step that is timed. */
    public static final int STEP_SEQUENCES = 512;

    private static final double TOLERANCE = .03;
    private static final int ITEMS = 64;
    private static final int SAMPLE = 48;
    private static final float[] WIDTHS = {.02f, .004f, .001f};
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /**
     * Checks the network in a file.
     *
     * @throws IllegalArgumentException if the network cannot be an encoder of this width and length
     */
    public static NetworkCheck of(Path file, int dim, int maxLength) throws IOException {
        return of(new Dl4jShape("dl4j", dim, maxLength, NetworkFile.read(file), true), true);
    }

    /** Checks a network. The times are NaN unless {@code timed}. */
    static NetworkCheck of(Dl4jShape shape, boolean timed) {
        List<LayerSummary> layers = shape.definition().require(shape.dim(), shape.maxLength());
        int length = shape.maxLength();
        try (Trial trial = new Trial(shape, 1, 2, length, Math.max(1, length / 2), length);
                Trial step = new Trial(shape, lengths(length, timed ? STEP_SEQUENCES : 20))) {
            float[] states = trial.forward();
            trial.backward();
            float[] gradients = trial.gradients();
            double parameterError = error(trial.weightGradients(), trial::loss, trial.weights.memory());
            double itemError = error(trial.itemGradients(), trial::loss, trial.items.memory(0));
            float[] again = trial.forward();
            trial.backward();
            boolean sameTwice = Arrays.equals(states, again) && Arrays.equals(gradients, trial.gradients());
            return new NetworkCheck(
                    layers,
                    shape.definition().parameters(),
                    itemError,
                    parameterError,
                    sameTwice,
                    trial.isSameInCompany() && step.isSameInCompany(),
                    timed ? trial.msForState() : Double.NaN,
                    timed ? step.msForStep() : Double.NaN);
        }
    }

    private static int[] lengths(int maxLength, int count) {
        int[] lengths = new int[count];
        Arrays.setAll(lengths, i -> 1 + i % maxLength);
        return lengths;
    }

    /** Returns the problem that the check has found, if any. */
    public Optional<String> problem() {
        if (!(itemError <= TOLERANCE)) {
            return Optional.of("the gradients of the items must match the states: error=" + itemError);
        }
        if (!(parameterError <= TOLERANCE)) {
            return Optional.of("the gradients of the parameters must match the states: error=" + parameterError);
        }
        return sameTwice ? Optional.empty() : Optional.of("a second pass must give the same bits");
    }

    /**
     * Returns the largest error of a gradient compared with central differences of several widths. For each number,
     * the closest difference counts, because ReLU and maximum are not differentiable everywhere.
     */
    private static double error(double[] gradient, DoubleSupplier loss, MemorySegment values) {
        double scale =
                Math.sqrt(Arrays.stream(gradient).map(g -> g * g).average().orElse(0));
        Random random = new Random(7);
        double worst = 0;
        for (int i = 0; i < SAMPLE; i++) {
            int at = random.nextInt(gradient.length);
            double error = Double.POSITIVE_INFINITY;
            for (float width : WIDTHS) {
                error = Math.min(error, Math.abs(difference(at, width, loss, values) - gradient[at]));
            }
            worst = Math.max(worst, error);
        }
        return worst == 0 ? 0 : worst / scale;
    }

    private static double difference(int at, float width, DoubleSupplier loss, MemorySegment values) {
        float value = values.getAtIndex(FLOAT, at);
        values.setAtIndex(FLOAT, at, value + width);
        double above = loss.getAsDouble();
        values.setAtIndex(FLOAT, at, value - width);
        double below = loss.getAsDouble();
        values.setAtIndex(FLOAT, at, value);
        return (above - below) / ((double) (value + width) - (double) (value - width));
    }

    /** A network with sequences of given lengths. Its loss is the inner product of the states with fixed numbers. */
    private static final class Trial implements AutoCloseable {
        final Dl4jShape shape;
        final int d;
        final SequenceBatch batch;
        final RowTable items;
        final FloatBlock weights;
        final FloatBlock gradients;
        final FloatBlock dItems; // (tokens, d)
        final FloatBlock dHidden; // (sequences, d)
        final Encoder encoder;
        final Random random = new Random(3);

        Trial(Dl4jShape shape, int... lengths) {
            this.shape = shape;
            d = shape.dim();
            batch = new SequenceBatch(shape.maxLength());
            items = new RowTable(d);
            items.growTo(ITEMS);
            for (int i = 0; i < ITEMS * d; i++) {
                items.chunk(0).set(i / d, i % d, (float) random.nextGaussian() / 4);
            }
            for (int length : lengths) {
                int[] rows = random.ints(length, 0, ITEMS).toArray();
                batch.addHistory(rows, 0, length);
            }
            weights = FloatBlock.zeros(shape.definition().parameters());
            shape.initialize(5, weights.memory());
            // Biases are initially zero, where ReLU has no derivative.
            for (long i = 0; i < weights.length(); i++) {
                float value = weights.memory().getAtIndex(FLOAT, i);
                weights.memory().setAtIndex(FLOAT, i, value + (float) random.nextGaussian() / 20);
            }
            gradients = FloatBlock.zeros(shape.definition().parameters());
            dItems = FloatBlock.zeros((long) batch.tokens() * d);
            dHidden = FloatBlock.zeros((long) batch.sequences() * d);
            encoder = shape.training(Products.forThisCpu(), batch.sequences() * shape.maxLength());
        }

        static double factor(int s, int c) {
            return Math.sin(1.0 + 3 * s + 5 * c);
        }

        float[] forward() {
            encoder.beginStep(0f, 0, 0);
            return rows(encoder.forward(batch, 0, batch.sequences(), items, weights.memory()), batch.sequences());
        }

        private float[] rows(Matrix matrix, int count) {
            float[] values = new float[count * d];
            for (int i = 0; i < values.length; i++) {
                values[i] = matrix.get(i / d, i % d);
            }
            return values;
        }

        double loss() {
            float[] states = forward();
            double loss = 0;
            for (int i = 0; i < states.length; i++) {
                loss += states[i] * factor(i / d, i % d);
            }
            return loss;
        }

        void backward() {
            for (int i = 0; i < batch.sequences() * d; i++) {
                dHidden.memory().setAtIndex(FLOAT, i, (float) factor(i / d, i % d));
            }
            gradients.memory().fill((byte) 0);
            encoder.backward(
                    batch,
                    Matrix.over(dHidden.memory(), 0, d),
                    weights.memory(),
                    weights.memory(),
                    gradients.memory(),
                    Matrix.over(dItems.memory(), 0, d));
        }

        /** Returns the gradients of the parameters and then those of the tokens' item vectors. */
        float[] gradients() {
            int count = (int) gradients.length();
            float[] values = new float[count + (int) dItems.length()];
            for (int i = 0; i < values.length; i++) {
                values[i] = i < count
                        ? gradients.memory().getAtIndex(FLOAT, i)
                        : dItems.memory().getAtIndex(FLOAT, i - count);
            }
            return values;
        }

        double[] weightGradients() {
            double[] values = new double[(int) gradients.length()];
            Arrays.setAll(values, i -> gradients.memory().getAtIndex(FLOAT, i));
            return values;
        }

        /** Returns the gradients of the items' rows (ITEMS, d), which are sums over the items' tokens. */
        double[] itemGradients() {
            double[] values = new double[ITEMS * d];
            for (int token = 0; token < batch.tokens(); token++) {
                for (int c = 0; c < d; c++) {
                    values[batch.input(token) * d + c] += dItems.memory().getAtIndex(FLOAT, (long) token * d + c);
                }
            }
            return values;
        }

        boolean isSameInCompany() {
            float[] together = forward();
            try (HistoryEncoder alone = shape.serving(Products.forThisCpu(), shape.maxLength())) {
                for (int s = 0; s < Math.min(20, batch.sequences()); s++) {
                    float[] state = rows(alone.encode(batch, s, s + 1, items, weights.memory()), 1);
                    if (!Arrays.equals(state, Arrays.copyOfRange(together, s * d, (s + 1) * d))) {
                        return false;
                    }
                }
            }
            return true;
        }

        double msForState() {
            try (HistoryEncoder serving = shape.serving(Products.forThisCpu(), shape.maxLength())) {
                int last = batch.sequences() - 1;
                return ms(50, () -> serving.encode(batch, last, last + 1, items, weights.memory()));
            }
        }

        double msForStep() {
            return ms(3, () -> {
                forward();
                backward();
            });
        }

        /** Returns the median time of {@code runs} runs in milliseconds, after as many warm-up runs. */
        private static double ms(int runs, Runnable work) {
            long[] times = new long[runs];
            for (int i = 0; i < 2 * runs; i++) {
                long start = System.nanoTime();
                work.run();
                times[i % runs] = System.nanoTime() - start;
            }
            Arrays.sort(times);
            return times[runs / 2] / 1e6;
        }

        @Override
        public void close() {
            encoder.close();
            items.close();
            List.of(weights, gradients, dItems, dHidden).forEach(FloatBlock::close);
        }
    }
}
