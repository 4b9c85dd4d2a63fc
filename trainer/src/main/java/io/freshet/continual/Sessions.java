package io.freshet.continual;

import io.freshet.online.UserUpdate;
import io.freshet.sequence.ClickOrigin;
import io.freshet.sequence.Interaction;
import io.freshet.sequence.SequenceUpdate;
import io.freshet.sequence.UserSequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sessions of a period, which all start with it, click by click. The clicks' own time is their number in the period.
 * Not thread-safe.
 */
final class Sessions {
    private static final String TOPIC = "clicks";

    private final int window;
    private final Map<String, List<Interaction>> sessions = new HashMap<>();
    private long clicks;

    /**
     * @param window newest clicks of a session that are kept
     */
    Sessions(int window) {
        this.window = window;
    }

    /** What the next click makes of its session. */
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
