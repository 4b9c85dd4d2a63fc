package io.freshet.training.learner;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.recommender.RowFiles;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.FrozenRows;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import io.freshet.model.tensor.Workers;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.loss.BatchLoss;
import io.freshet.training.loss.LossChunk;
import io.freshet.training.merge.Difference;
import io.freshet.training.merge.Merge;
import io.freshet.training.optimizer.Adam;
import io.freshet.training.optimizer.TouchedRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model, one optimiser step per batch. Holds the training state that is not part of the model: Adam's
 * moments and the number of steps.
 *
 * <p>A batch is split at sequence ends into chunks of at most {@value #CHUNK_TOKENS} tokens or, where each sequence
 * has a single state, of at most the places of {@value #CHUNK_SEQUENCES} sequences of full length. Chunk c belongs to
 * shard c mod the number of shards in use. A shard processes its chunks in order, each through forward pass, loss and
 * backward pass without a barrier, and sums their gradients. The sums of the shards are added in order. The bits of a
 * step therefore do not depend on the number of threads. {@link TouchedRows} gathers the gradients of item vectors
 * row by row, and they go straight into Adam.
 *
 * <p>Borrows the model; owns the moments and all scratch memory. Not thread-safe; a call runs on the learner's own
 * threads.
 */
public final class Learner implements AutoCloseable {
    /** Maximum number of tokens in a chunk where each token has a state. A longer sequence is a chunk of its own. */
    static final int CHUNK_TOKENS = 256;

    /** Maximum number of full-length sequences in a chunk where each sequence has one state. */
    private static final int CHUNK_SEQUENCES = 32;

    private static final int ROW_TASKS = 16;
    private static final int[] NO_ROWS = {};

    /** Shift that separates the random numbers of learners that learn in parallel. */
    private static final int LEARNER_SHIFT = 48;

    /** Sum of squares from which a step counts as not finite: Adam squares gradients again, in float. */
    private static final double MOST_SQUARES = 1e30;

    private final RecommenderModel model;
    private final TrainingConfig config;
    private final Workers workers;
    private final Products products;
    private final BatchLoss loss;
    private final ModelChanges changes;
    private final int d;

    private final RowTable itemFirstMoments; // (vocabulary, d)
    private final RowTable itemSecondMoments; // (vocabulary, d)
    private final FloatBlock denseFirstMoments; // (denseSize)
    private final FloatBlock denseSecondMoments; // (denseSize)
    private long optimizerStep;
    private long firstDraw; // coordinate of the random numbers of step 0
    private long[] mergedTargetCounts = {}; // target counts at the last merge
    private long skippedSteps;
    private final BitSet changedFiles = new BitSet(); // files of rows that changed since the last freeze
    private @Nullable FrozenRows frozen; // rows that are being written

    private final FloatBlock rowGradients; // (ROW_TASKS, d)
    private final FloatBlock transposed; // (denseSize): weights transposed
    private final List<Shard> shards = new ArrayList<>();
    private int usedShards; // by the newest batch: the first ones of the list
    private final TouchedRows touched = new TouchedRows();
    private final List<Integer> chunkEnds = new ArrayList<>(); // index after each chunk's last sequence
    private final int chunkPlaces;
    private FloatBlock perState = FloatBlock.zeros(1); // backs the three fields below
    private Matrix hidden; // (states, d): H
    private Matrix inputGradients; // (tokens, d)
    private MemorySegment targetGradients; // (states): weights · dℓ/ds⁺

    /** Creates a learner with moments of zero, at optimiser step 0. The model remains the caller's. */
    public Learner(RecommenderModel model, TrainingConfig config) {
        this.model = model;
        this.config = config;
        this.d = model.dim();
        EncoderShape shape = model.config().encoder();
        this.chunkPlaces =
                shape.predictsEveryPosition() ? CHUNK_TOKENS : CHUNK_SEQUENCES * shape.places(shape.maxLength());
        this.workers = new Workers(config.workers());
        this.products = Products.forThisCpu();
        this.loss = new BatchLoss(d, products, config.loss(), model.config().seed(), config.shards());
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
        this.hidden = Matrix.over(perState.memory(), 0, d);
        this.inputGradients = hidden;
        this.targetGradients = perState.memory();
    }

    /** Processes every n-th chunk, where n is the number of shards in use, and sums the gradients of its chunks. */
    private final class Shard {
        final Encoder encoder;
        final FloatBlock denseGradients = FloatBlock.zeros(model.denseSize());
        final FloatBlock hiddenGradients;
        double lossSum;

        Shard() {
            EncoderShape shape = model.config().encoder();
            int capacity = Math.max(chunkPlaces, shape.places(shape.maxLength()));
            encoder = shape.training(products, capacity);
            hiddenGradients = FloatBlock.zeros((long) capacity * d);
        }

        void close() {
            encoder.close();
            denseGradients.close();
            hiddenGradients.close();
        }
    }

    public RecommenderModel model() {
        return model;
    }

    public TrainingConfig config() {
        return config;
    }

    /** Returns the changes to the model that have not been taken as a delta yet. */
    public ModelChanges changes() {
        return changes;
    }

    /**
     * Makes this the learner of a number among several that learn in parallel: it draws other random numbers than the
     * others, and keeps all its changes until {@link #takeDifference}. Call it before the first step, or right after a merge
     * or a restore from a snapshot.
     *
     * @param number from 0; learner 0 draws the same numbers as a single learner
     */
    public void joinAs(int number) {
        firstDraw = (long) number << LEARNER_SHIFT;
        mergedTargetCounts = loss.targetCounts().clone();
        changes.keepAll();
    }

    /** Returns the coordinate of the random numbers of the next optimiser step, or of the current one during a step. */
    public long drawStep() {
        return firstDraw + optimizerStep;
    }

    /**
     * Returns all changes since the last call, and forgets them.
     *
     * @param clicks number of records that were learned since
     * @throws IllegalStateException if the model has made no step since
     */
    public Difference takeDifference(long clicks) {
        int[] weights = changes.unitsOfChangedRows();
        List<ModelDelta> delta = changes.take(model, Integer.MAX_VALUE, ModelChanges.Selection.ALL);
        if (delta.isEmpty()) {
            throw new IllegalStateException("a difference must have a step: step=" + model.step());
        }
        return new Difference(delta.getFirst(), clicks, weights, targetsSinceMerge(delta.getFirst()));
    }

    private long[] targetsSinceMerge(ModelDelta delta) {
        long[] counts = loss.targetCounts();
        if (counts.length == 0 && mergedTargetCounts.length == 0) {
            return counts;
        }
        BitSet isNew = new BitSet();
        Arrays.stream(delta.newItemRows()).forEach(isNew::set);
        return Arrays.stream(delta.rows())
                .mapToLong(row -> countAt(counts, row) - (isNew.get(row) ? 0 : countAt(mergedTargetCounts, row)))
                .toArray();
    }

    private static long countAt(long[] counts, int row) {
        return row < counts.length ? counts[row] : 0;
    }

    /**
     * Replaces what this learner has learned since the last merge by what all learners have. The moments of rows remain
     * its own.
     *
     * @param base model at the last merge, to which the merge has been applied
     * @param own difference that this learner has given to the merge, or null if it has made no step since the last one. It
     *     must have made no step since it gave the difference
     */
    public void rebase(RecommenderModel base, @Nullable Difference own, Merge merge) {
        if (own == null) {
            Arrays.stream(merge.delta().rows()).forEach(this::willChange);
            model.apply(List.of(merge.delta()));
        } else {
            rebase(base, own.delta(), merge.delta());
        }
        if (merge.targetCounts().length > 0) {
            mergedTargetCounts =
                    Arrays.copyOf(mergedTargetCounts, model.vocabulary().size());
            for (int i = 0; i < merge.targetCounts().length; i++) {
                mergedTargetCounts[merge.delta().rows()[i]] += merge.targetCounts()[i];
            }
            loss.restoreTargetCounts(mergedTargetCounts.clone());
        }
        changes.restartFrom(model);
    }

    private void rebase(RecommenderModel base, ModelDelta own, ModelDelta merged) {
        int[] from = own.newItemRows();
        int[] to = own.newItems().stream().mapToInt(base.vocabulary()::rowOf).toArray();
        Stream.of(from, to, own.rows(), merged.rows())
                .flatMapToInt(Arrays::stream)
                .forEach(this::willChange);
        model.rebase(base, own, merged);
        move(itemFirstMoments(), from, to);
        move(itemSecondMoments(), from, to);
    }

    /** Moves rows of a table to other rows. Rows that only lose their contents become zero. */
    private static void move(RowTable table, int[] from, int[] to) {
        int d = table.dim();
        float[] held = new float[from.length * d];
        for (int i = 0; i < from.length; i++) {
            MemorySegment.copy(
                    table.memory(from[i]), ValueLayout.JAVA_FLOAT_UNALIGNED, table.at(from[i]), held, i * d, d);
            clear(table, from[i]);
        }
        for (int i = 0; i < to.length; i++) {
            MemorySegment.copy(held, i * d, table.memory(to[i]), ValueLayout.JAVA_FLOAT_UNALIGNED, table.at(to[i]), d);
        }
    }

    /** Returns the number of optimiser steps, including skipped ones. */
    public long optimizerStep() {
        return optimizerStep;
    }

    /**
     * Returns the row of an item. A new item gets a row and moments of zero at once, so that the first batch after
     * many new items does not have to make room for all of them.
     */
    public int addIfAbsent(String itemId) {
        return addIfAbsent(itemId, NO_ROWS, 0);
    }

    /**
     * Returns the row of an item, as {@link #addIfAbsent(String)} does. The vector of a new item begins near the items
     * before it, as {@link RecommenderModel#addIfAbsent(String, int[], int)} says.
     */
    public int addIfAbsent(String itemId, int[] before, int size) {
        boolean isNew = model.vocabulary().rowOf(itemId) == Vocabulary.NOT_FOUND;
        if (isNew) {
            releaseRows();
            willChange(model.vocabulary().nextRow());
        }
        int row = model.addIfAbsent(itemId, before, size);
        if (isNew) {
            itemFirstMoments();
            itemSecondMoments();
            loss.addItem(row);
            changes.addItem(row);
        }
        return row;
    }

    /**
     * Evicts items; must be the last action of a step. Their rows become free for other items, and their moments are
     * cleared.
     */
    public void evict(List<Integer> rows) {
        rows.forEach(this::willChange);
        model.evict(rows);
        changes.evict(model, rows);
        for (int row : rows) {
            clear(itemFirstMoments(), row);
            clear(itemSecondMoments(), row);
            loss.evict(row);
        }
    }

    /**
     * Freezes the rows of the items, of their first moments and of their second moments, in this order, while learning goes
     * on. Until the returned rows are released, rows cannot be frozen again, and this learner must not be closed.
     *
     * @throws IllegalStateException if rows are still frozen
     */
    FrozenRows freezeRows() {
        if (!mayFreezeRows()) {
            throw new IllegalStateException("rows can be frozen once at a time: step=" + model.step());
        }
        FrozenRows rows = rows();
        frozen = rows;
        return rows;
    }

    /** Returns whether no rows are frozen. */
    public boolean mayFreezeRows() {
        releaseRows();
        return frozen == null;
    }

    /** Returns the same rows. Read them before the learner makes another step. */
    FrozenRows rows() {
        return new FrozenRows(List.of(model.items(), itemFirstMoments(), itemSecondMoments()));
    }

    /** Returns the numbers of the files of rows ({@link RowFiles}) that changed since the last call. */
    public BitSet takeChangedFiles() {
        BitSet changed = (BitSet) changedFiles.clone();
        changedFiles.clear();
        return changed;
    }

    /** Declares that files of rows must be regarded as changed. */
    public void addChangedFiles(BitSet files) {
        changedFiles.or(files);
    }

    /** Must be called before all rows are set to other values. */
    void willChangeAll() {
        for (int row = 0; row < model.vocabulary().size(); row++) {
            willChange(row);
        }
    }

    /** Must be called before a row or its moments change. */
    private void willChange(int row) {
        changedFiles.set(row / RowFiles.ROWS);
        if (frozen != null) {
            frozen.keep(row);
        }
    }

    /** Frees the rows kept for a snapshot, once it has been written. */
    private void releaseRows() {
        if (frozen != null && frozen.isReleased()) {
            frozen.close();
            frozen = null;
        }
    }

    private static void clear(RowTable moments, int row) {
        moments.memory(row).asSlice(moments.at(row), moments.rowBytes()).fill((byte) 0);
    }

    /** Returns the name of the matrix kernels that compute this learner's bits. */
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

    /** Returns the index after each chunk's last sequence, for the newest batch. */
    List<Integer> chunkEnds() {
        return chunkEnds;
    }

    /**
     * Returns the loss. If negatives are drawn by popularity, the loss also counts how often each item was a target.
     */
    BatchLoss loss() {
        return loss;
    }

    void restoreOptimizerStep(long step) {
        optimizerStep = step;
    }

    /**
     * Makes one optimiser step on the weighted mean loss of the batch's targets, Σ wᵢ ℓᵢ / Σ wᵢ.
     *
     * <p>A step whose loss or gradients are not finite, or are near overflow, changes no weight and no moment, and is
     * counted in {@link #skippedSteps}. The step number still increases, so that the next step draws other negatives.
     *
     * @return the mean loss before the step; 0 for a batch without targets, which changes nothing; not finite if the
     *     step was skipped
     */
    public double learn(SequenceBatch batch) {
        return learn(batch, 1f);
    }

    /**
     * Makes a step as {@link #learn(SequenceBatch)} does, at a share of the configured learning rate, as set by a
     * schedule.
     *
     * @param rateShare factor of the learning rate, at least 0
     */
    public double learn(SequenceBatch batch, float rateShare) {
        if (batch.targetCount() == 0) {
            return 0;
        }
        releaseRows(); // first, so that their memory is free for this step
        optimizerStep++;
        itemFirstMoments.growTo(model.vocabulary().size());
        itemSecondMoments.growTo(model.vocabulary().size());
        reserve(batch);
        model.config().encoder().transposeWeights(model.dense(), transposed.memory());
        usedShards = loss.shardsFor(model.items().rows());
        cutIntoChunks(batch);
        loss.begin(batch, chunkEnds.size(), usedShards, model.items(), drawStep());
        workers.run(usedShards, shard -> runShard(batch, shard));
        double lossSum = 0;
        for (Shard shard : shards.subList(0, usedShards)) {
            lossSum += shard.lossSum;
        }
        double mean = lossSum / batch.weightSum();
        double denseSquares = sumDenseGradients();
        if (!Double.isFinite(mean) || !(denseSquares + squaresOfStates(batch) < MOST_SQUARES)) {
            skippedSteps++;
            return Double.isFinite(mean) ? Double.NaN : mean;
        }
        touchRows(batch);
        for (int slot = 0; slot < touched.slots(); slot++) {
            willChange(touched.row(slot));
        }
        float share = shareOfGradients(denseSquares);
        Adam adam = new Adam(config.optimizer().times(rateShare), optimizerStep);
        updateDense(adam, share);
        updateRows(adam, share);
        loss.end(batch);
        return mean;
    }

    /** Returns the number of optimiser steps that changed nothing because their loss or gradients were not finite. */
    public long skippedSteps() {
        return skippedSteps;
    }

    /**
     * Returns the sum of squares of the parts of the rows' gradients: hidden states, gradients of inputs and
     * gradients of the targets' scores. Gradients of candidates are products of softmax shares and hidden states, so
     * they are finite if the loss and the hidden states are.
     */
    private double squaresOfStates(SequenceBatch batch) {
        long floats = ((long) batch.states() + batch.tokens()) * d;
        double[] squares = new double[ROW_TASKS];
        workers.run(ROW_TASKS, task -> {
            long from = blockOf(floats, task);
            squares[task] = Rows.squareSum(perState.memory(), from * Float.BYTES, blockOf(floats, task + 1) - from);
        });
        double sum = 0;
        for (double part : squares) {
            sum += part;
        }
        for (int state = 0; state < batch.states(); state++) {
            float share = targetGradients.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, state);
            sum += (double) share * share;
        }
        return sum;
    }

    /** Returns the first float of a task's part of {@code floats} floats. Parts consist of whole blocks. */
    private static long blockOf(long floats, int task) {
        return floats / Lanes.WIDTH * task / ROW_TASKS * Lanes.WIDTH;
    }

    /**
     * Returns the factor that brings the global norm of all gradients down to the configured maximum; 1 if it is not
     * larger.
     */
    private float shareOfGradients(double denseSquares) {
        if (config.maxGradientNorm() == 0) {
            return 1f;
        }
        double[] squares = new double[ROW_TASKS];
        forEachRow((task, slot, gradient) -> squares[task] += Rows.squareSum(gradient, 0, d));
        double sum = denseSquares;
        for (double part : squares) {
            sum += part;
        }
        return (float) Math.min(1, config.maxGradientNorm() / Math.sqrt(sum));
    }

    private void touchRows(SequenceBatch batch) {
        if (loss.isOverAllItems()) {
            touched.touchAll(batch, model.items().rows());
        } else {
            touched.touch(batch, loss.draws(), loss.drawCount(), model.items().rows());
        }
    }

    private void reserve(SequenceBatch batch) {
        long perItem = ((long) batch.states() + batch.tokens()) * d;
        long needed = perItem + batch.states();
        if (perState.length() < needed) {
            perState.close();
            perState = FloatBlock.zeros(needed + needed / 4);
        }
        hidden = Matrix.over(perState.memory(), 0, d);
        inputGradients = Matrix.over(perState.memory(), (long) batch.states() * d, d);
        targetGradients = perState.memory().asSlice(perItem * Float.BYTES);
    }

    /**
     * Splits the batch into as few chunks as possible, of about the same size. Their number is even where the sequences
     * allow it, so that two threads share them evenly.
     */
    private void cutIntoChunks(SequenceBatch batch) {
        chunkEnds.clear();
        int places = batch.places(0, batch.sequences());
        int aimed = chunkPlaces - chunkPlaces / 32; // below the limit, as chunks end with a sequence
        int chunks = (places + 2 * aimed - 1) / (2 * aimed) * 2;
        int first = 0;
        for (int s = 1; s <= batch.sequences(); s++) {
            boolean last = s == batch.sequences();
            if (last
                    || (long) batch.places(0, s) * chunks >= (long) places * (chunkEnds.size() + 1)
                    || batch.places(first, s + 1) > chunkPlaces) {
                chunkEnds.add(s);
                first = s;
            }
        }
    }

    private void runShard(SequenceBatch batch, int index) {
        Shard shard = shards.get(index);
        shard.lossSum = 0;
        shard.denseGradients.memory().fill((byte) 0);
        shard.encoder.beginStep(config.dropout(), model.config().seed(), drawStep());
        for (int chunk = index; chunk < chunkEnds.size(); chunk += usedShards) {
            runChunk(batch, shard, index, chunk);
        }
    }

    private void runChunk(SequenceBatch batch, Shard shard, int index, int number) {
        int first = number == 0 ? 0 : chunkEnds.get(number - 1);
        int end = chunkEnds.get(number);
        int firstState = batch.firstState(first);
        int states = batch.firstState(end) - firstState;
        Matrix h = shard.encoder.forward(batch, first, end, model.items(), model.dense());
        MemorySegment.copy(
                h.memory(), h.at(0), hidden.memory(), hidden.at(firstState), (long) states * d * Float.BYTES);
        Matrix dHidden = Matrix.over(shard.hiddenGradients.memory(), 0, d);
        float weight = 1f / (float) batch.weightSum();
        var chunk = new LossChunk(
                batch, new LossChunk.Part(number, first, end), h, model.items(), weight, dHidden, targetGradients);
        shard.lossSum += loss.backward(index, chunk, number == index);
        shard.encoder.backward(
                batch, dHidden, model.dense(), transposed.memory(), shard.denseGradients.memory(), inputGradients);
    }

    /**
     * Sums the shards' gradients of the dense parameters into those of the first shard, and returns the sum of their
     * squares.
     */
    private double sumDenseGradients() {
        double[] squares = new double[ROW_TASKS];
        MemorySegment sum = shards.getFirst().denseGradients.memory();
        workers.run(ROW_TASKS, task -> {
            long from = blockOf(model.denseSize(), task);
            int count = (int) (blockOf(model.denseSize(), task + 1) - from);
            for (Shard shard : shards.subList(1, usedShards)) {
                Rows.add(shard.denseGradients.memory(), from * Float.BYTES, sum, from * Float.BYTES, count);
            }
            squares[task] = Rows.squareSum(sum, from * Float.BYTES, count);
        });
        double total = 0;
        for (double part : squares) {
            total += part;
        }
        return total;
    }

    private void updateDense(Adam adam, float share) {
        MemorySegment gradients = shards.getFirst().denseGradients.memory();
        workers.run(ROW_TASKS, task -> {
            long at = blockOf(model.denseSize(), task) * Float.BYTES;
            int count = (int) (blockOf(model.denseSize(), task + 1) - blockOf(model.denseSize(), task));
            if (share != 1f) {
                Rows.scale(gradients, at, share, gradients, at, count);
            }
            adam.update(
                    model.dense(), denseFirstMoments.memory(), denseSecondMoments.memory(), at, gradients, at, count);
        });
    }

    void updateRows(Adam adam, float share) {
        forEachRow((task, slot, gradient) -> {
            if (share != 1f) {
                Rows.scale(gradient, 0, share, gradient, 0, d);
            }
            updateRow(adam, touched.row(slot), gradient);
        });
        for (int slot = 0; slot < touched.slots(); slot++) {
            changes.add(touched.row(slot), touched.firstUse(slot) < touched.firstUse(slot + 1));
        }
    }

    /**
     * Consumes the gradient (d) of a touched row on the thread of its task. The gradient is valid during the call
     * only.
     */
    private interface RowGradients {
        void take(int task, int slot, MemorySegment gradient);
    }

    private void forEachRow(RowGradients taker) {
        int slots = touched.slots();
        workers.run(ROW_TASKS, task -> {
            int from = (int) ((long) slots * task / ROW_TASKS);
            int to = (int) ((long) slots * (task + 1) / ROW_TASKS);
            MemorySegment sum = rowGradients.memory().asSlice((long) task * d * Float.BYTES, (long) d * Float.BYTES);
            for (int slot = from; slot < to; slot++) {
                gatherGradient(slot, sum);
                taker.take(task, slot, sum);
            }
        });
    }

    private void gatherGradient(int slot, MemorySegment sum) {
        sum.fill((byte) 0);
        addDraws(slot, sum);
        for (int use = touched.firstUse(slot); use < touched.firstUse(slot + 1); use++) {
            int number = touched.number(use);
            if (touched.isTarget(use)) {
                float share = targetGradients.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, number);
                Rows.addScaled(hidden.memory(), hidden.at(number), share, sum, 0, d);
            } else {
                Rows.add(inputGradients.memory(), inputGradients.at(number), sum, 0, d);
            }
        }
    }

    private void addDraws(int slot, MemorySegment sum) {
        if (touched.isAll()) {
            loss.addCandidateGradient(sum, slot, hidden);
            return;
        }
        for (int place = touched.firstDraw(slot); place < touched.firstDraw(slot + 1); place++) {
            loss.addCandidateGradient(sum, touched.draw(place), hidden);
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
        perState.close();
        loss.close();
        if (frozen != null) {
            frozen.close();
        }
    }
}
