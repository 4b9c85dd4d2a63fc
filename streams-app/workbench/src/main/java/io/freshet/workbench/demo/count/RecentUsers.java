package io.freshet.workbench.demo.count;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tracks users: how many exist, how many have been answered, and what the most recent of them clicked and were
 * recommended. Not thread-safe.
 */
public final class RecentUsers {
    private static final int REMEMBERED = 64;

    private final Set<String> users = new HashSet<>();
    private final Set<String> answered = new HashSet<>();

    /** The users who most recently clicked or were answered, in access order: least recent first. */
    private final Map<String, RecentUser> recent = new LinkedHashMap<>(2 * REMEMBERED, .75f, true);

    /**
     * A user's latest clicks and recommendations, as shown to a person.
     *
     * @param lastItems newest last
     * @param recommended best first; empty until the user has been answered
     * @param byModel whether the model made the recommendation rather than the fallback
     */
    public record RecentUser(String userId, List<String> lastItems, List<String> recommended, boolean byModel) {}

    void clicked(String userId, List<String> lastItems) {
        users.add(userId);
        RecentUser before = recent.get(userId);
        recent.put(
                userId,
                before == null
                        ? new RecentUser(userId, lastItems, List.of(), false)
                        : new RecentUser(userId, lastItems, before.recommended, before.byModel));
        if (recent.size() > REMEMBERED) {
            recent.remove(recent.keySet().iterator().next());
        }
    }

    void recommended(String userId, List<String> items, boolean byModel) {
        answered.add(userId);
        recent.computeIfPresent(userId, (_, user) -> new RecentUser(userId, user.lastItems, items, byModel));
    }

    int users() {
        return users.size();
    }

    int answeredUsers() {
        return answered.size();
    }

    /**
     * Returns the most recent users that have more than two items of history and a recommendation from the model,
     * newest first.
     */
    List<RecentUser> newest(int most) {
        List<RecentUser> all = new ArrayList<>(recent.values());
        return all.reversed().stream()
                .filter(user -> user.byModel()
                        && user.lastItems().size() > 2
                        && !user.recommended().isEmpty())
                .limit(most)
                .toList();
    }
}
