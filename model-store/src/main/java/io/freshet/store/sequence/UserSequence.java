package io.freshet.store.sequence;

import io.freshet.store.event.EventTypes;
import io.freshet.store.event.EventTypes.Meaning;
import java.util.List;

/**
 * A user's most recent interactions, as kept in the state store. Immutable.
 *
 * @param interactions interactions by ascending timestamp
 */
public record UserSequence(List<Interaction> interactions) {
    public static final UserSequence EMPTY = new UserSequence(List.of());

    public UserSequence {
        interactions = List.copyOf(interactions);
        int unordered = firstUnordered(interactions);
        if (unordered >= 0) {
            throw new IllegalArgumentException("interactions must be ordered by timestamp: position=" + unordered
                    + ", timestampMs=" + interactions.get(unordered).timestampMs()
                    + ", before it=" + interactions.get(unordered - 1).timestampMs());
        }
    }

    public int size() {
        return interactions.size();
    }

    /**
     * Returns whether an interaction is a training target: its type is a target type, and no later negative event on
     * the same item takes it back.
     */
    public boolean isTarget(int position, EventTypes types) {
        Interaction event = interactions.get(position);
        return types.isTarget(event.eventType())
                && interactions.subList(position + 1, interactions.size()).stream()
                        .noneMatch(later -> types.meaning(later.eventType()) == Meaning.TAKES_BACK
                                && later.itemId().equals(event.itemId()));
    }

    private static int firstUnordered(List<Interaction> interactions) {
        for (int i = 1; i < interactions.size(); i++) {
            if (interactions.get(i).timestampMs() < interactions.get(i - 1).timestampMs()) {
                return i;
            }
        }
        return -1;
    }
}
