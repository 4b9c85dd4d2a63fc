package io.freshet.lab.prequential;

import io.freshet.store.modellog.StepRecord;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.fit.Fit;
import io.freshet.training.fit.FitConfig;
import io.freshet.training.fit.FitListener;
import io.freshet.training.fit.FitResult;
import io.freshet.training.fit.SequenceDataset;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.UserUpdate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Fits the network from scratch at each tenth of the stream to all earlier clicks, and freezes it in between, as a nightly
 * job does. The first fit is due at the first tenth: before it there are no events, and after it every event is a miss
 * until there is enough data for a fit. Items that appear after a fit are ranked by their initial vectors.
 *
 * <p>Keeps all clicks, with 16 bytes for each, and their items and users. If events have types, only the targets are kept,
 * all with the same weight. Owns its models.
 */
final class RefitRunner implements Runner {
    private static final int TENTHS = 10;

    private final FitConfig config;
    private final OnlineLearner like;
    private final long records;
    private final ComparisonListener listener;
    private final BooleanSupplier stopped;

    private final Vocabulary items = new Vocabulary();
    private final SequenceDataset.Builder clicks = SequenceDataset.builder(items::addIfAbsent);
    private final List<ComparisonResult.Refit> refits = new ArrayList<>();
    private int tenth = 1; // tenth at which the next fit is due
    private @Nullable OnlineLearner fitted;

    /**
     * Creates a runner that has fitted nothing.
     *
     * @param like learner whose settings the fitted network ranks with
     * @param records number of records in the whole stream
     */
    RefitRunner(
            FitConfig config, OnlineLearner like, long records, ComparisonListener listener, BooleanSupplier stopped) {
        this.config = config;
        this.like = like;
        this.records = records;
        this.listener = listener;
        this.stopped = stopped;
    }

    /** Returns the fits so far. */
    List<ComparisonResult.Refit> refits() {
        return refits;
    }

    @Override
    public void makeReady(Step step) {
        int due =
                (int) Math.min(TENTHS - 1L, (step.firstRecord() + step.updates().size() - 1) * TENTHS / records);
        if (due >= tenth) {
            refit(due);
            tenth = due + 1;
        }
    }

    @Override
    public StepRanks run(Step step) {
        StepRanks ranks = fitted == null ? ranksWithoutModel(step) : LearnerCopies.rank(fitted, step);
        step.updates().forEach(this::remember);
        return ranks;
    }

    private void remember(UserUpdate update) {
        UserSequence sequence = update.update().sequence();
        for (int position : update.update().newPositions()) {
            if (sequence.isTarget(position, like.learningConfig().types())) {
                Interaction click = sequence.interactions().get(position);
                clicks.add(update.user(), click.itemId(), click.timestampMs());
            }
        }
    }

    private StepRanks ranksWithoutModel(Step step) {
        boolean started = tenth > 1;
        int[] ranks = new int[step.clicks().size()];
        Arrays.setAll(ranks, i -> started && step.clicks().get(i).isEvent() ? StepRecord.MISS : StepRecord.NO_EVENT);
        return new StepRanks(ranks, ranks);
    }

    /** Fits the network. If there is too little data for a fit, the previous network stays. */
    private void refit(int number) {
        SequenceDataset data = clicks.build();
        if (!Fit.isPossible(data, config)) {
            return;
        }
        try (Fit fit = new Fit(data, items, config)) {
            FitResult result = fit.run(new Progress(number, listener), stopped);
            OnlineLearner next = LearnerCopies.of(fit, result, like);
            close();
            fitted = next;
            refits.add(new ComparisonResult.Refit(number, data.interactions(), result.bestEpoch(), result.seconds()));
        }
    }

    /** Forwards the progress of a fit. */
    private record Progress(int number, ComparisonListener listener) implements FitListener {
        @Override
        public void learned(int epoch, int batches, int ofBatches, double loss) {
            listener.refitting(number, epoch);
        }
    }

    @Override
    public void close() {
        if (fitted != null) {
            fitted.close();
        }
    }
}
