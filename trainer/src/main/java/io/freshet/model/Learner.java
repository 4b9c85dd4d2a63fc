package io.freshet.model;

import io.freshet.encoder.SasRec;
import io.freshet.encoder.SasRecConfig;
import io.freshet.encoder.SequenceBatch;
import io.freshet.loss.Candidates;
import io.freshet.loss.ScaledCrossEntropy;
import io.freshet.optimizer.Adam;
import io.freshet.optimizer.TouchedRows;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Learns batches: one optimiser step each. The state that a step depends on beside the model is here: Adam's moments
 * and the number of steps.
 *
 * <p>A batch is cut into chunks of at most {@value #CHUNK_TOKENS} tokens at sequence ends. Chunk c belongs to shard
 * c mod shards; a shard takes its chunks in order, each through forward pass, loss and backward pass without a barrier,
 * and sums their gradients; shards are summed in order. So the bits of a step do not depend on how many threads there
 * are. Gradients of item vectors are gathered row by row ({@link TouchedRows}) and go straight into Adam.
 *
 * <p>Borrows the model; owns the moments and all scratch. Not thread-safe; works on its own threads inside a call.
 */
public final class Learner implements AutoCloseable {
    /** Tokens of a chunk, or one sequence's where that has more. */
    static final int CHUNK_TOKENS = 256;

    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;
    private static final int ROW_TASKS = 16;

    private final RecommenderModel model;
    private final TrainingConfig config;
    private final Workers workers;
    private final Products products;
    private final ModelChanges changes;
    private final int d;

    private final RowTable itemFirstMoments; // (vocabulary, d)
    private final RowTable itemSecondMoments; // (vocabulary, d)
    private final FloatBlock denseFirstMoments; // (denseSize)
    private final FloatBlock denseSecondMoments; // (denseSize)
    private long optimizerStep;

    private final FloatBlock rowGradients; // (ROW_TASKS, d)
    private final FloatBlock transposed; // (denseSize): square weights transposed
    private final List<Shard> shards = new ArrayList<>();
    private final TouchedRows touched = new TouchedRows();
    private final List<Integer> chunkEnds = new ArrayList<>(); // sequence after each chunk's last
    private FloatBlock perToken = FloatBlock.zeros(1);
    private Matrix hidden; // (tokens, d): H
    private Matrix inputGradients; // (tokens, d)
    private MemorySegment targetGradients; // (tokens): weight · dℓ/ds⁺
    private FloatBlock sample = FloatBlock.zeros(1); // (K, d)
    private Matrix sampleVectors;

    public Learner(RecommenderModel model, TrainingConfig config) {
        this.model = model;
        this.config = config;
        this.d = model.dim();
        this.workers = new Workers(config.workers());
        this.products = Products.forThisCpu();
        this.changes = new ModelChanges(model);
        this.itemFirstMoments = new RowTable(d);
        this.itemSecondMoments = new RowTable(d);
        this.denseFirstMoments = FloatBlock.zeros(model.denseSize());
        this.denseSecondMoments = FloatBlock.zeros(model.denseSize());
        this.rowGradients = FloatBlock.zeros((long) ROW_TASKS * d);
        this.transposed = FloatBlock.zeros(model.denseSize());
        for (int i = 0; i < config.shards(); i++) {
            shards.add(new Shard());
        }
        this.hidden = Matrix.over(perToken.memory(), 0, d);
        this.inputGradients = hidden;
        this.targetGradients = perToken.memory();
        this.sampleVectors = Matrix.over(sample.memory(), 0, d);
    }

    /** What works on every {@code shards}-th chunk, and the sums of its gradients. */
    private final class Shard {
        final SasRec encoder;
        final ScaledCrossEntropy loss = new ScaledCrossEntropy(d, products);
        final FloatBlock denseGradients = FloatBlock.zeros(model.denseSize());
        final FloatBlock hiddenGradients;
        FloatBlock candidateGradients = FloatBlock.zeros(1); // (candidates, d)
        double lossSum;

        Shard() {
            SasRecConfig shape = model.config().encoder();
            int capacity = Math.max(CHUNK_TOKENS, shape.maxLength());
            encoder = new SasRec(shape, products, capacity);
            hiddenGradients = FloatBlock.zeros((long) capacity * d);
        }

        void close() {
            encoder.close();
            loss.close();
            denseGradients.close();
            hiddenGradients.close();
            candidateGradients.close();
        }
    }

    public RecommenderModel model() {
        return model;
    }

    public TrainingConfig config() {
        return config;
    }

    /** What the model's readers do not know yet. */
    public ModelChanges changes() {
        return changes;
    }

    /** Optimiser steps made. */
    public long optimizerStep() {
        return optimizerStep;
    }

    /** The item's row; a new item gets one, with moments of zero. */
    public int addIfAbsent(String itemId) {
        int known = model.vocabulary().size();
        int row = model.addIfAbsent(itemId);
        if (row == known) {
            changes.add(row);
        }
        return row;
    }

    /** Which products compute the bits of this learner. */
    public String productsName() {
        return products.name();
    }

    RowTable itemFirstMoments() {
        itemFirstMoments.growTo(model.vocabulary().size());
        return itemFirstMoments;
    }

    RowTable itemSecondMoments() {
        itemSecondMoments.growTo(model.vocabulary().size());
        return itemSecondMoments;
    }

    FloatBlock denseFirstMoments() {
        return denseFirstMoments;
    }

    FloatBlock denseSecondMoments() {
        return denseSecondMoments;
    }

    void restoreOptimizerStep(long step) {
        optimizerStep = step;
    }

    /**
     * One optimiser step on the mean loss of the batch's targets.
     *
     * @return that mean before the step; 0 for a batch without targets, which changes nothing
     */
    public double learn(SequenceBatch batch) {
        if (batch.targetCount() == 0) {
            return 0;
        }
        optimizerStep++;
        Candidates candidates = chooseCandidates(batch);
        reserve(batch.tokens(), candidates.size());
        SasRec.transposeWeights(model.layout(), model.dense(), transposed.memory());
        cutIntoChunks(batch);
        workers.run(shards.size(), shard -> runShard(batch, candidates, shard));
        Adam adam = new Adam(config.optimizer(), optimizerStep);
        updateDense(adam);
        updateRows(adam, candidates.size());
        return shards.stream().mapToDouble(shard -> shard.lossSum).sum() / batch.targetCount();
    }

    private Candidates chooseCandidates(SequenceBatch batch) {
        int rows = model.vocabulary().size();
        itemFirstMoments.growTo(rows);
        itemSecondMoments.growTo(rows);
        int count = config.negatives();
        if (rows <= count) {
            touched.touchAll(batch, rows);
            return new Candidates.All(model.items());
        }
        touched.touchSample(batch, count, rows, model.config().seed(), optimizerStep);
        gatherSample(count);
        float alpha = config.alpha() == TrainingConfig.AUTO_ALPHA ? (rows - 1f) / count : config.alpha();
        return new Candidates.Shared(sampleVectors, count, alpha, touched.slotOfRow());
    }

    private void gatherSample(int count) {
        if (sample.length() < (long) count * d) {
            sample.close();
            sample = FloatBlock.zeros((long) count * d);
            sampleVectors = Matrix.over(sample.memory(), 0, d);
        }
        RowTable items = model.items();
        for (int slot = 0; slot < count; slot++) {
            int row = touched.row(slot);
            MemorySegment.copy(
                    items.memory(row), items.at(row), sample.memory(), sampleVectors.at(slot), items.rowBytes());
        }
    }

    private void reserve(int tokens, int candidates) {
        long needed = tokens * (2L * d + 1);
        if (perToken.length() < needed) {
            perToken.close();
            perToken = FloatBlock.zeros(needed + needed / 4);
        }
        hidden = Matrix.over(perToken.memory(), 0, d);
        inputGradients = Matrix.over(perToken.memory(), (long) tokens * d, d);
        targetGradients = perToken.memory().asSlice(2L * tokens * d * Float.BYTES);
        for (Shard shard : shards) {
            long floats = (long) candidates * d;
            if (shard.candidateGradients.length() < floats) {
                shard.candidateGradients.close();
                shard.candidateGradients = FloatBlock.zeros(floats + floats / 4);
            }
        }
    }

    private void cutIntoChunks(SequenceBatch batch) {
        chunkEnds.clear();
        int first = 0;
        for (int s = 1; s <= batch.sequences(); s++) {
            boolean last = s == batch.sequences();
            if (last || batch.start(s + 1) - batch.start(first) > CHUNK_TOKENS) {
                chunkEnds.add(s);
                first = s;
            }
        }
    }

    private void runShard(SequenceBatch batch, Candidates candidates, int index) {
        Shard shard = shards.get(index);
        shard.lossSum = 0;
        shard.denseGradients.memory().fill((byte) 0);
        if (index >= chunkEnds.size()) {
            shard.candidateGradients.memory().fill((byte) 0);
        }
        shard.encoder.trainWith(config.dropout(), model.config().seed(), optimizerStep);
        for (int chunk = index; chunk < chunkEnds.size(); chunk += shards.size()) {
            int first = chunk == 0 ? 0 : chunkEnds.get(chunk - 1);
            runChunk(batch, candidates, shard, first, chunkEnds.get(chunk), chunk == index);
        }
    }

    private void runChunk(
            SequenceBatch batch, Candidates candidates, Shard shard, int first, int last, boolean overwrite) {
        int firstToken = batch.start(first);
        int tokens = batch.start(last) - firstToken;
        Matrix h = shard.encoder.forward(batch, first, last, model.items(), model.dense());
        MemorySegment.copy(
                h.memory(), h.at(0), hidden.memory(), hidden.at(firstToken), (long) tokens * d * Float.BYTES);
        Matrix dHidden = Matrix.over(shard.hiddenGradients.memory(), 0, d);
        var chunk = new ScaledCrossEntropy.Chunk(batch, firstToken, tokens, h, model.items(), 1f / batch.targetCount());
        var gradients = new ScaledCrossEntropy.Gradients(
                dHidden, targetGradients, Matrix.over(shard.candidateGradients.memory(), 0, d));
        shard.lossSum += shard.loss.backward(chunk, candidates, gradients, overwrite);
        shard.encoder.backward(
                batch, dHidden, model.dense(), transposed.memory(), shard.denseGradients.memory(), inputGradients);
    }

    private void updateDense(Adam adam) {
        MemorySegment sum = shards.getFirst().denseGradients.memory();
        for (Shard shard : shards.subList(1, shards.size())) {
            addTo(sum, 0, shard.denseGradients.memory(), 0, model.denseSize());
        }
        adam.update(
                model.dense(), denseFirstMoments.memory(), denseSecondMoments.memory(), 0, sum, 0, model.denseSize());
    }

    private void updateRows(Adam adam, int candidates) {
        int slots = touched.slots();
        workers.run(ROW_TASKS, task -> {
            int from = (int) ((long) slots * task / ROW_TASKS);
            int to = (int) ((long) slots * (task + 1) / ROW_TASKS);
            MemorySegment sum = rowGradients.memory().asSlice((long) task * d * Float.BYTES, (long) d * Float.BYTES);
            for (int slot = from; slot < to; slot++) {
                gatherGradient(slot, candidates, sum);
                updateRow(adam, touched.row(slot), sum);
            }
        });
        for (int slot = 0; slot < slots; slot++) {
            changes.add(touched.row(slot));
        }
    }

    private void gatherGradient(int slot, int candidates, MemorySegment sum) {
        sum.fill((byte) 0);
        if (slot < candidates) {
            for (Shard shard : shards) {
                addTo(sum, 0, shard.candidateGradients.memory(), (long) slot * d * Float.BYTES, d);
            }
        }
        for (int use = touched.firstUse(slot); use < touched.firstUse(slot + 1); use++) {
            int token = touched.token(use);
            if (touched.isTarget(use)) {
                float share = targetGradients.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, token);
                addScaledTo(sum, hidden.memory(), hidden.at(token), share, d);
            } else {
                addTo(sum, 0, inputGradients.memory(), inputGradients.at(token), d);
            }
        }
    }

    private void updateRow(Adam adam, int row, MemorySegment gradient) {
        RowTable items = model.items();
        adam.update(
                items.memory(row),
                itemFirstMoments.memory(row),
                itemSecondMoments.memory(row),
                items.at(row),
                gradient,
                0,
                d);
    }

    private static void addTo(MemorySegment sum, long sumAt, MemorySegment from, long fromAt, int count) {
        for (long i = 0; i < (long) count * Float.BYTES; i += VECTOR) {
            Lanes.store(Lanes.load(sum, sumAt + i).add(Lanes.load(from, fromAt + i)), sum, sumAt + i);
        }
    }

    private static void addScaledTo(MemorySegment sum, MemorySegment from, long fromAt, float factor, int count) {
        FloatVector scale = FloatVector.broadcast(Lanes.FLOATS, factor);
        for (long i = 0; i < (long) count * Float.BYTES; i += VECTOR) {
            Lanes.store(Lanes.load(from, fromAt + i).fma(scale, Lanes.load(sum, i)), sum, i);
        }
    }

    @Override
    public void close() {
        workers.close();
        shards.forEach(Shard::close);
        itemFirstMoments.close();
        itemSecondMoments.close();
        denseFirstMoments.close();
        denseSecondMoments.close();
        rowGradients.close();
        transposed.close();
        perToken.close();
        sample.close();
    }
}
