package io.freshet.prequential;

import io.freshet.online.UserUpdate;
import io.freshet.sequence.Interaction;
import io.freshet.vocabulary.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The items of the stream in order of arrival, and how often each was clicked so far. Not thread-safe. */
final class StreamItems {
    private final Vocabulary rows = new Vocabulary();
    private int[] clicksOf = new int[1024]; // by row

    /** The positions that the updates added, in order. */
    List<StreamClick> take(List<UserUpdate> updates) {
        List<StreamClick> clicks = new ArrayList<>();
        for (UserUpdate update : updates) {
            List<Interaction> interactions = update.update().sequence().interactions();
            int[] sequence = interactions.stream()
                    .mapToInt(interaction -> rows.addIfAbsent(interaction.itemId()))
                    .toArray();
            for (int position : update.update().newPositions()) {
                clicks.add(click(Arrays.copyOf(sequence, position), sequence[position]));
            }
        }
        return clicks;
    }

    private StreamClick click(int[] history, int item) {
        if (item >= clicksOf.length) {
            clicksOf = Arrays.copyOf(clicksOf, Math.max(item + 1, 2 * clicksOf.length));
        }
        return new StreamClick(history, item, clicksOf[item]++);
    }
}
