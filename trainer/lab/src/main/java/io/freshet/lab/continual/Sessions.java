package io.freshet.lab.continual;

import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import io.freshet.training.step.UserUpdate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds the sessions of a period click by click. All sessions start empty at the start of the period. The time of a click
 * is its number in the period. Not thread-safe.
 */
final class Sessions {
    private static final String TOPIC = "clicks";

    private final int window;
    private final Map<String, List<Interaction>> sessions = new HashMap<>();
    private long clicks;

    /** @param window number of a session's newest clicks that are kept */
    Sessions(int window) {
        this.window = window;
    }

    /** Adds the next click and returns the update that it makes to its session. */
    UserUpdate add(String session, String item) {
        List<Interaction> kept = sessions.computeIfAbsent(session, _ -> new ArrayList<>());
        kept.add(new Interaction(item, clicks, null, Interaction.NO_EVENT_ID));
        if (kept.size() > window) {
            kept.removeFirst();
        }
        ClickOrigin origin = new ClickOrigin(TOPIC, 0, clicks, clicks);
        clicks++;
        return new UserUpdate(session, new SequenceUpdate(new UserSequence(kept), List.of(kept.size() - 1), origin));
    }
}
