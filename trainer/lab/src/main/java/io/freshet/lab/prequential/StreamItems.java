package io.freshet.lab.prequential;

import io.freshet.lab.baseline.UserState;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.HistoryRows;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.store.sequence.UserSequence;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.step.UserUpdate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Items and users of the stream in order of arrival, and the number of clicks on each so far. Not thread-safe. */
final class StreamItems {
    private final Vocabulary rows = new Vocabulary();
    private final Vocabulary users = new Vocabulary();
    private final EventTypes types;
    private final HistoryRows history;
    private int[] clicksOf = new int[1024]; // by row

    /** @param repeats which of the items that a user has seen count as seen in {@link UserState#seen} */
    StreamItems(EventTypes types, RepeatPolicy repeats) {
        this.types = types;
        history = new HistoryRows(types, repeats);
    }

    /** Takes in the updates and returns the positions that they added, in order. */
    List<StreamClick> take(List<UserUpdate> updates) {
        List<StreamClick> clicks = new ArrayList<>();
        for (UserUpdate update : updates) {
            UserSequence sequence = update.update().sequence();
            List<Interaction> interactions = sequence.interactions();
            Set<Integer> newPositions = Set.copyOf(update.update().newPositions());
            history.clear();
            for (int position = 0; position < interactions.size(); position++) {
                Interaction event = interactions.get(position);
                int item = rows.addIfAbsent(event.itemId());
                if (newPositions.contains(position)) {
                    clicks.add(click(update.user(), event, item, sequence.isTarget(position, types)));
                }
                history.add(event, item);
            }
        }
        return clicks;
    }

    private StreamClick click(String user, Interaction event, int item, boolean isTarget) {
        if (item >= clicksOf.length) {
            clicksOf = Arrays.copyOf(clicksOf, Math.max(item + 1, 2 * clicksOf.length));
        }
        int earlier = clicksOf[item];
        clicksOf[item] += history.standsInHistory(event) ? 1 : 0;
        UserState before = new UserState(
                users.addIfAbsent(user),
                event.timestampMs(),
                Arrays.copyOf(history.rows(), history.size()),
                history.hiddenAt(event.timestampMs()));
        return new StreamClick(before, item, isTarget, earlier);
    }

    /** Returns the id of the item with this row. */
    String itemId(int row) {
        return rows.itemAt(row);
    }
}
