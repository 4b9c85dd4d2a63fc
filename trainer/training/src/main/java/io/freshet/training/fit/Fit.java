package io.freshet.training.fit;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.learner.Learner;
import io.freshet.training.learner.LearnerCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model on a finished data set. Each epoch goes over all users in a new random order and learns each user's
 * sequence once: all of its targets, or the number that the training configuration allows for encoders with one state
 * per sequence. The last two items of each held-out user's sequence are not learned. The epoch with the best
 * validation NDCG@10 is kept, together with the optimiser's state, and is tested once.
 *
 * <p>The result is a function of the data and the configuration alone, not of the number of threads. Owns the model
 * and the learner, which {@link #run} leaves at the best epoch. Not thread-safe.
 */
public final class Fit implements AutoCloseable {
    private final SequenceDataset data;
    private final FitConfig config;
    private final int[] users; // users with something to learn from, reordered for each epoch
    private final SequenceBatch batch;
    private final LeaveOneOut evaluation;
    private final RecommenderModel model;
    private final Learner learner;
    private final LearnerCheckpoint best;
    private @Nullable FitCheckpoint checkpoint;

    private final List<FitResult.CurvePoint> curve = new ArrayList<>();
    private int bestPoint = -1; // index in the curve
    private int epoch; // number of whole epochs learned
    private double epochLoss; // mean over the targets of the last whole epoch
    private long startNanos;

    /**
     * Creates a fit of a model that has learned nothing.
     *
     * @param items every item of the data, by row
     */
    public Fit(SequenceDataset data, Vocabulary items, FitConfig config) {
        this.data = data;
        this.config = config;
        this.users = IntStream.range(0, data.users())
                .filter(user -> learnedLength(user) > 1)
                .toArray();
        if (users.length == 0) {
            throw new IllegalArgumentException("at least one user must have two items besides those held out: users="
                    + data.users() + " interactions=" + data.interactions());
        }
        ModelConfig shape = new ModelConfig(config.encoder(), config.itemDeviation(items.size()), config.seed());
        this.evaluation = new LeaveOneOut(
                data,
                config.validation().seen(),
                config.validation().heldOut(),
                shape,
                config.training().workers());
        this.model = RecommenderModel.initial(shape);
        this.learner = new Learner(model, config.training());
        items.items().forEach(learner::addIfAbsent);
        this.batch = new SequenceBatch(config.encoder(), config.training().sequenceTargets(), config.seed());
        this.best = new LearnerCheckpoint(learner);
    }

    /**
     * Returns whether a fit of the data is possible: they must have a user to learn from and a user with held-out
     * items.
     */
    public static boolean isPossible(SequenceDataset data, FitConfig config) {
        HeldOutUsers heldOut = config.validation().heldOut();
        return IntStream.range(0, data.users())
                        .anyMatch(user -> heldOut.learnedLength(data.user(user), data.sequence(user)) > 1)
                && IntStream.range(0, data.users())
                        .anyMatch(user -> heldOut.include(data.user(user), data.sequence(user)));
    }

    /** Returns the learner, which this object owns. */
    public Learner learner() {
        return learner;
    }

    SequenceDataset data() {
        return data;
    }

    /** Returns the number of batches in an epoch. */
    public int batches() {
        return Math.ceilDiv(users.length, config.epochs().batchUsers());
    }

    /**
     * Keeps the fit's state in a folder after each validation, and continues from the state that the folder already
     * holds. The result has the same bytes as that of a fit that was never interrupted. Must be called before
     * {@link #run}.
     *
     * @return number of epochs that have already been learned
     * @throws IOException if the folder cannot be read or written
     * @throws IllegalArgumentException if the folder's state belongs to other settings or data, the folder has other
     *     files, or another fit uses it
     */
    public int goOnFrom(Path folder) throws IOException {
        List<String> items = model.vocabulary().items();
        checkpoint = new FitCheckpoint(folder, FitCheckpoint.settings(data, items, config, model.config()));
        Optional<FitCheckpoint.Progress> found = checkpoint.read();
        if (found.isPresent()) {
            FitCheckpoint.Progress progress = found.get();
            checkpoint.restoreBest(progress, learner);
            best.take();
            checkpoint.restoreLast(progress, learner);
            curve.addAll(progress.curve());
            bestPoint = progress.bestPoint();
            epochLoss = progress.epochLoss();
            while (epoch < progress.epoch()) {
                epoch++;
                shuffle(epoch);
            }
        }
        return epoch;
    }

    /**
     * Learns; may be called once. If it is stopped, it keeps the best epoch so far, or the current weights if there
     * was no validation yet.
     *
     * @param stopped called after each batch; true to stop
     * @throws UncheckedIOException if the state cannot be kept, see {@link #goOnFrom}
     */
    public FitResult run(FitListener listener, BooleanSupplier stopped) {
        double before = curve.isEmpty() ? 0 : curve.getLast().seconds();
        startNanos = System.nanoTime() - (long) (before * 1e9);
        boolean complete = true;
        while (complete && epoch < config.epochs().most() && !isOutOfPatience()) {
            complete = learnEpoch(listener, stopped);
            if (complete
                    && (epoch % config.validation().interval() == 0
                            || epoch == config.epochs().most())) {
                validate(listener);
                keep();
            }
        }
        if (curve.isEmpty()) {
            validate(listener);
        }
        double seconds = seconds();
        best.restore();
        FitResult.CurvePoint kept = curve.get(bestPoint);
        HeldOutAccuracy test = evaluation.measure(model, HeldOut.TEST);
        return new FitResult(curve, kept.epoch(), epoch, !complete, kept.validation(), test, seconds);
    }

    /** Learns an epoch and returns whether it was completed. */
    private boolean learnEpoch(FitListener listener, BooleanSupplier stopped) {
        shuffle(epoch + 1);
        double lossSum = 0;
        long targets = 0;
        for (int learned = 0; learned < batches(); learned++) {
            if (stopped.getAsBoolean()) {
                return false;
            }
            fillBatch(learned * config.epochs().batchUsers());
            double loss = learner.learn(batch, rateShare(learned));
            requireFinite(loss);
            model.completeStep(learner.optimizerStep());
            lossSum += loss * batch.targetCount();
            targets += batch.targetCount();
            listener.learned(epoch + 1, learned + 1, batches(), lossSum / targets);
        }
        epoch++;
        epochLoss = lossSum / targets;
        return true;
    }

    /** Returns the share of the learning rate for the epoch's batch of this number. */
    private float rateShare(int number) {
        long steps = (long) config.epochs().most() * batches();
        return config.epochs().schedule().share((long) epoch * batches() + number, steps);
    }

    /** Shuffles the order of the previous epoch by the method of Fisher and Yates. */
    private void shuffle(int nextEpoch) {
        for (int last = users.length - 1; last > 0; last--) {
            int other = (int) CounterRandom.below(last + 1L, config.seed(), nextEpoch, Purpose.SHUFFLE, last);
            int user = users[last];
            users[last] = users[other];
            users[other] = user;
        }
    }

    private void fillBatch(int from) {
        batch.clear(learner.optimizerStep());
        for (int i = from; i < Math.min(users.length, from + config.epochs().batchUsers()); i++) {
            batch.addExample(data.sequence(users[i]), 0, learnedLength(users[i]));
        }
    }

    private int learnedLength(int user) {
        return config.validation().heldOut().learnedLength(data.user(user), data.sequence(user));
    }

    private void requireFinite(double loss) {
        if (!Double.isFinite(loss)) {
            throw new IllegalStateException("the loss must stay finite; a smaller learning rate may help: loss=" + loss
                    + " epoch=" + (epoch + 1) + " learning_rate="
                    + config.training().optimizer().learningRate());
        }
    }

    private void validate(FitListener listener) {
        HeldOutAccuracy accuracy = evaluation.measure(model, HeldOut.VALIDATION);
        FitResult.CurvePoint point = new FitResult.CurvePoint(epoch, epochLoss, accuracy, seconds());
        boolean isBest = bestPoint < 0
                || accuracy.at10().ndcg()
                        > curve.get(bestPoint).validation().at10().ndcg();
        curve.add(point);
        if (isBest) {
            bestPoint = curve.size() - 1;
            best.take();
        }
        listener.validated(point, isBest);
    }

    private void keep() {
        if (checkpoint != null) {
            try {
                checkpoint.write(epoch, epochLoss, curve, bestPoint, learner);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private boolean isOutOfPatience() {
        return config.validation().patience() > 0
                && bestPoint >= 0
                && curve.size() - 1 - bestPoint >= config.validation().patience();
    }

    private double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    @Override
    public void close() {
        if (checkpoint != null) {
            try {
                checkpoint.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        best.close();
        evaluation.close();
        learner.close();
        model.close();
    }
}
