package io.freshet.lab.prequential;

import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.search.Scorer;
import io.freshet.model.search.TopKResults;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.vocabulary.Vocabulary;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers the users of a step as a scorer does, with the model from before the step, and compares the probabilities in the
 * answers with the clicks that follow. Answers are without the seen items that are hidden from the user, or have learned
 * repeats. Items that the model does not know are left out of a history; a user without any other gets no answer. Owns its
 * scratch memory, not the model. Not thread-safe.
 */
final class ServedAnswers implements AutoCloseable {
    private static final int BATCH = 64;

    private final RecommenderModel model;
    private final StreamItems items;
    private final boolean repeats;
    private final Scorer scorer;
    private final TopKResults results = new TopKResults();
    private final ReliabilityCounts first = new ReliabilityCounts();
    private final ReliabilityCounts all = new ReliabilityCounts();
    private final List<Answer> answers = new ArrayList<>(); // to the clicks of the step
    private int[] history = new int[64];
    private int[] seen = new int[64];

    /** @param hit place of the clicked item among the probabilities, or a negative number */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Answer(int click, float[] probabilities, int hit) {}

    /** @param repeats whether answers have learned repeats */
    ServedAnswers(RecommenderModel model, StreamItems items, boolean repeats) {
        this.model = model;
        this.items = items;
        this.repeats = repeats;
        this.scorer = new Scorer(model.config(), BATCH, 1);
    }

    /** Answers before each event of the step. */
    void answer(Step step) {
        answers.clear();
        scorer.clear();
        List<Integer> clicks = new ArrayList<>(); // of the batch
        for (int i = 0; i < step.clicks().size(); i++) {
            StreamClick click = step.clicks().get(i);
            if (click.isEvent() && ask(click)) {
                clicks.add(i);
            }
            if (clicks.size() == BATCH || i == step.clicks().size() - 1) {
                take(step, clicks);
                scorer.clear();
                clicks.clear();
            }
        }
    }

    private boolean ask(StreamClick click) {
        int[] earlier = click.history();
        int[] masked = click.user().seen();
        history = history.length < earlier.length ? new int[2 * earlier.length] : history;
        seen = seen.length < masked.length ? new int[2 * masked.length] : seen;
        int length = known(earlier, history);
        if (length > 0) {
            scorer.add(model, history, length, seen, repeats ? 0 : known(masked, seen));
        }
        return length > 0;
    }

    /** Copies the model's rows of the items that it has, and returns their number. */
    private int known(int[] rows, int[] to) {
        int size = 0;
        for (int row : rows) {
            int known = rowOf(row);
            if (known != Vocabulary.NOT_FOUND) {
                to[size++] = known;
            }
        }
        return size;
    }

    private int rowOf(int row) {
        return model.vocabulary().rowOf(items.itemId(row));
    }

    private void take(Step step, List<Integer> clicks) {
        scorer.answer(model, null, ComparisonConfig.K, repeats, results);
        for (int query = 0; query < clicks.size(); query++) {
            int target = rowOf(step.clicks().get(clicks.get(query)).item());
            float[] probabilities = new float[results.size(query)];
            int hit = -1;
            for (int place = 0; place < probabilities.length; place++) {
                probabilities[place] = results.probability(query, place);
                hit = results.row(query, place) == target ? place : hit;
            }
            answers.add(new Answer(clicks.get(query), probabilities, hit));
        }
    }

    /**
     * Counts the answers to the step.
     *
     * @param counted (clicks) whether a click is among the reported events
     */
    void observe(StepRanks ranks, boolean[] counted) {
        for (Answer answer : answers) {
            if (counted[answer.click] && StepRecord.isRanked(ranks.amongUnseen()[answer.click])) {
                for (int place = 0; place < answer.probabilities.length; place++) {
                    all.observe(answer.probabilities[place], place == answer.hit);
                }
                if (answer.probabilities.length > 0) {
                    first.observe(answer.probabilities[0], answer.hit == 0);
                }
            }
        }
    }

    ComparisonResult.Calibration calibration() {
        return new ComparisonResult.Calibration(first.reliability(), all.reliability());
    }

    @Override
    public void close() {
        scorer.close();
    }
}
