package io.freshet.service.recommend;

import io.freshet.client.recommendation.Recommendation;
import io.freshet.model.search.TopKResults;
import io.freshet.service.serving.ScoredRow;
import io.freshet.service.serving.ServedModel;
import io.freshet.store.sequence.HistoryRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Explains an answer by leaving out past items: the weight of a past item is how much less probable the answer would be if
 * the user had never interacted with it. This queries the model itself, its memory included, and does not interpret
 * attention weights ("Attention is not Explanation", Jain and Wallace, NAACL 2019), so it works for any model.
 *
 * <p>The newest items of the history are left out one by one, and all resulting histories are scored in one batch.
 */
final class Explanation {
    /** Maximum number of past items per answer. */
    static final int MOST_REASONS = 3;

    /** Minimum weight of a past item that is reported as a reason. */
    static final float LEAST_WEIGHT = 0.01f;

    private Explanation() {}

    /**
     * Returns the reasons for each answer, in the order of {@code answered}.
     *
     * @param answered rows of the answered items, without duplicates
     * @param mostItems how many of the newest distinct items of the history are tested
     * @param weighsRepeats whether the answer has the probability of a repeat that the model has learned
     */
    static List<List<Recommendation.Because>> of(
            ServedModel model, HistoryRows history, List<ScoredRow> answered, int mostItems, boolean weighsRepeats) {
        if (answered.isEmpty()) {
            return List.of();
        }
        int[] answers = answered.stream().mapToInt(ScoredRow::row).toArray();
        int[] whole = Arrays.copyOf(history.rows(), history.size());
        List<Integer> past = newest(whole, mostItems);
        List<int[]> histories = new ArrayList<>();
        histories.add(whole);
        past.forEach(row -> histories.add(without(whole, row)));
        // If the history has only that item, nothing is left, and the model has no answer then.
        histories.removeIf(rows -> rows.length == 0);
        TopKResults scored = model.probabilities(histories, answers, weighsRepeats);
        List<Map<Integer, Float>> probabilities = new ArrayList<>();
        for (int i = 0; i < histories.size(); i++) {
            probabilities.add(byRow(scored, i));
        }
        List<List<Recommendation.Because>> reasons = new ArrayList<>();
        for (int answer : answers) {
            reasons.add(reasons(model, past, answer, probabilities));
        }
        return reasons;
    }

    private static List<Integer> newest(int[] history, int most) {
        Set<Integer> rows = new LinkedHashSet<>();
        for (int i = history.length - 1; i >= 0 && rows.size() < most; i--) {
            rows.add(history[i]);
        }
        return List.copyOf(rows);
    }

    private static int[] without(int[] history, int row) {
        return Arrays.stream(history).filter(other -> other != row).toArray();
    }

    private static Map<Integer, Float> byRow(TopKResults scored, int history) {
        Map<Integer, Float> probabilities = new HashMap<>();
        for (int place = 0; place < scored.size(history); place++) {
            probabilities.put(scored.row(history, place), scored.probability(history, place));
        }
        return probabilities;
    }

    /** @param probabilities by row: first after the whole history, then after the history without each of {@code past} */
    private static List<Recommendation.Because> reasons(
            ServedModel model, List<Integer> past, int answer, List<Map<Integer, Float>> probabilities) {
        float whole = probabilities.getFirst().getOrDefault(answer, 0f);
        List<Recommendation.Because> reasons = new ArrayList<>();
        for (int i = 0; i < past.size(); i++) {
            float without =
                    i + 1 < probabilities.size() ? probabilities.get(i + 1).getOrDefault(answer, 0f) : 0f;
            float weight = whole > 0 ? 1 - without / whole : 0;
            if (weight >= LEAST_WEIGHT) {
                reasons.add(new Recommendation.Because(model.itemAt(past.get(i)), weight));
            }
        }
        return reasons.stream()
                .sorted(Comparator.comparingDouble((Recommendation.Because because) -> -because.weight()))
                .limit(MOST_REASONS)
                .toList();
    }
}
