package io.freshet.service.serving;

import io.freshet.model.search.RowFilter;
import io.freshet.store.Snapshot;
import io.freshet.store.vocabulary.Vocabulary;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Answers of models, for tests of other packages. */
public final class ServedAnswers {
    private ServedAnswers() {}

    /** Returns the items that a live model recommends for a history, with their probabilities, best first. */
    public static Map<String, Float> of(LiveModel live, int k, String... history) {
        ServedModel model = Objects.requireNonNull(live.acquire());
        try {
            return of(model, k, history);
        } finally {
            live.release();
        }
    }

    /** Returns the items that a snapshot's model recommends for a history, with their probabilities, best first. */
    public static Map<String, Float> of(Snapshot snapshot, int k, String... history) throws IOException {
        try (ServedModel model = ServedModel.read(snapshot, 1, 0)) {
            return of(model, k, history);
        }
    }

    /** Returns the lineage of the weights that a live model serves. */
    public static long lineage(LiveModel live) {
        return live.lineage();
    }

    private static Map<String, Float> of(ServedModel model, int k, String... history) {
        int[] rows = Stream.of(history)
                .mapToInt(model::rowOf)
                .filter(row -> row != Vocabulary.NOT_FOUND)
                .toArray();
        Map<String, Float> answers = new LinkedHashMap<>();
        model.topK(rows, rows.length, new int[0], 0, RowFilter.ALL, k)
                .forEach(pick -> answers.put(model.itemAt(pick.row()), pick.score()));
        return answers;
    }
}
