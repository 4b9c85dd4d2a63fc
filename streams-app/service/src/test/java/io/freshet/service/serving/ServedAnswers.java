package io.freshet.service.serving;

import io.freshet.client.request.ItemSelection;
import io.freshet.service.catalogue.ItemCatalogue;
import io.freshet.service.request.ItemFilter;
import io.freshet.store.Snapshot;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.sequence.Interaction;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

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
        HistoryRows rows = new HistoryRows(EventTypes.ALIKE);
        for (int i = 0; i < history.length; i++) {
            rows.add(new Interaction(history[i], i, null, Interaction.NO_EVENT_ID), model.rowOf(history[i]));
        }
        ItemFilter all = new ItemFilter(ItemSelection.ALL, new ItemCatalogue(false), Set.of());
        RowSelection selection = new RowSelection(model, all, k);
        model.answer(List.of(new ServedModel.Question(rows, selection)), false);
        Map<String, Float> answers = new LinkedHashMap<>();
        selection.chosen().forEach(row -> answers.put(model.itemAt(row.row()), row.score()));
        return answers;
    }
}
