package io.freshet.training.step;

import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Creates the updates that a sequencer would write for clicks in order of time. */
public final class ClickStream {
    private static final int WINDOW = 50;

    private final Map<String, List<Interaction>> interactionsOf = new HashMap<>();
    private long clicks;

    public UserUpdate click(String user, String item) {
        return event(user, item, null);
    }

    UserUpdate event(String user, String item, @Nullable String type) {
        List<Interaction> interactions = interactionsOf.computeIfAbsent(user, id -> new ArrayList<>());
        interactions.add(new Interaction(item, clicks, type, 0));
        if (interactions.size() > WINDOW) {
            interactions.removeFirst();
        }
        ClickOrigin cause = new ClickOrigin("clicks", 0, clicks, clicks);
        clicks++;
        return new UserUpdate(
                user, new SequenceUpdate(new UserSequence(interactions), List.of(interactions.size() - 1), cause));
    }

    /** Erases a user, who begins anew with the next click. */
    UserUpdate erase(String user) {
        interactionsOf.remove(user);
        ClickOrigin cause = new ClickOrigin("clicks", 0, clicks, clicks);
        clicks++;
        return new UserUpdate(user, SequenceUpdate.erasure(cause));
    }

    /** Returns steps of random users who walk through neighbouring items. More items appear over time. */
    static List<List<UserUpdate>> randomSteps(int steps, long seed) {
        return randomSteps(steps, seed, false);
    }

    /** Returns random steps in which users are also erased, among them some that are not known. */
    static List<List<UserUpdate>> erasingSteps(int steps, long seed) {
        return randomSteps(steps, seed, true);
    }

    private static List<List<UserUpdate>> randomSteps(int steps, long seed, boolean erases) {
        ClickStream stream = new ClickStream();
        Random random = new Random(seed);
        List<List<UserUpdate>> all = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            List<UserUpdate> updates = new ArrayList<>();
            for (int i = random.nextInt(1, 12); i > 0; i--) {
                if (erases && random.nextInt(12) == 0) {
                    updates.add(stream.erase("user-" + random.nextInt(22)));
                }
                int user = random.nextInt(20);
                int item = (user + random.nextInt(6)) * (1 + random.nextInt(1 + step));
                updates.add(stream.click("user-" + user, "item-" + item));
            }
            all.add(updates);
        }
        return all;
    }
}
