package io.freshet.scoring;

import io.freshet.model.Answers;
import io.freshet.sequence.HistoryRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says which past items an answer comes from, by leaving them out: how much less probable the answer would be if the user
 * had never had anything to do with the past item. That asks the model itself, its memory included, rather than reading
 * meaning into its attention ("Attention is not Explanation", Jain and Wallace, NAACL 2019), and it holds for any model.
 *
 * <p>The newest items of the history are left out one by one, and all of those histories are scored at once.
 */
final class Explanation {
    /** The most past items that are named for an answer. */
    static final int MOST_REASONS = 3;

    /** A past item without which an answer would be less than so much less probable is no reason for it. */
    static final float LEAST_WEIGHT = 0.01f;

    private Explanation() {}

    /**
     * The reasons for each of some answers.
     *
     * @param answers rows of items, each once
     * @param mostItems how many of the newest different items are looked at
     */
    static List<List<Recommendation.Because>> of(ServedModel model, HistoryRows history, int[] answers, int mostItems) {
        int[] whole = Arrays.copyOf(history.rows(), history.size());
        List<Integer> past = newest(whole, mostItems);
        List<int[]> histories = new ArrayList<>();
        histories.add(whole);
        past.forEach(row -> histories.add(without(whole, row)));
        // A history of that item alone leaves nothing: the model has no answer at all then.
        histories.removeIf(rows -> rows.length == 0);
        Answers scored = model.probabilities(histories, answers);
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

    private static Map<Integer, Float> byRow(Answers scored, int history) {
        Map<Integer, Float> probabilities = new HashMap<>();
        for (int place = 0; place < scored.size(history); place++) {
            probabilities.put(scored.row(history, place), scored.probability(history, place));
        }
        return probabilities;
    }

    /** @param probabilities those after the whole history, and after each that is left of it */
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
