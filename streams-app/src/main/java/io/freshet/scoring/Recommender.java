package io.freshet.scoring;

import io.freshet.event.EventTypes;
import io.freshet.sequence.HistoryRows;
import io.freshet.sequence.Interaction;
import io.freshet.sequence.UserSequence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers a user's sequence with the next items: the live model's, or the popular ones where the model cannot say. No
 * item of the sequence comes back, whatever the type of its event.
 *
 * <p>Not thread-safe.
 */
final class Recommender {
    private final LiveModel live;
    private final Popularity popularity;
    private final TopItems items;
    private final int[] bestRows; // (k)
    private final float[] bestScores; // (k)
    private final Set<String> seen = new HashSet<>();
    private final HistoryRows history; // of the items that the model knows
    private Recommendation.@Nullable Model asked;

    /** @param k the most items of an answer */
    Recommender(LiveModel live, Popularity popularity, EventTypes types, int k) {
        this.live = live;
        this.popularity = popularity;
        history = new HistoryRows(types);
        items = new TopItems(k);
        bestRows = new int[k];
        bestScores = new float[k];
    }

    Recommendation recommend(UserSequence sequence) {
        Fallback fallback = askModel(sequence.interactions());
        if (fallback != null) {
            askPopularity(sequence.interactions());
        }
        List<Recommendation.Item> answered = new ArrayList<>(items.size());
        for (int rank = 0; rank < items.size(); rank++) {
            answered.add(new Recommendation.Item(items.itemId(rank), items.score(rank), null));
        }
        return new Recommendation(answered, asked, fallback, "");
    }

    private @Nullable Fallback askModel(List<Interaction> interactions) {
        ServedModel model = live.acquire();
        try {
            asked = model == null ? null : new Recommendation.Model(live.version(), model.step());
            if (model == null) {
                return Fallback.NO_MODEL;
            }
            return score(model, interactions) ? null : Fallback.NO_KNOWN_ITEMS;
        } finally {
            live.release();
        }
    }

    private boolean score(ServedModel model, List<Interaction> interactions) {
        history.clear();
        interactions.forEach(event -> history.add(event, model.rowOf(event.itemId())));
        if (history.size() == 0) {
            return false;
        }
        int found = model.topK(
                history.rows(),
                history.size(),
                history.seen(),
                history.seenSize(),
                bestRows.length,
                bestRows,
                bestScores);
        items.clear();
        for (int i = 0; i < found; i++) {
            items.add(model.itemAt(bestRows[i]), bestScores[i]);
        }
        return true;
    }

    private void askPopularity(List<Interaction> interactions) {
        seen.clear();
        interactions.forEach(interaction -> seen.add(interaction.itemId()));
        popularity.topInto(items, seen);
    }
}
