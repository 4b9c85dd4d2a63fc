package io.freshet.variant;

import java.util.LinkedHashMap;
import java.util.List;

/**
 * What the users of one task were answered last, to find their next click in. In memory and bounded: of the users who have
 * not been answered for longest nothing is known, nor of anyone after a restart. Not thread-safe.
 */
public final class LastAnswers {
    private final int mostUsers;

    /** User id → answer, the one that was given longest ago first. */
    private final LinkedHashMap<String, Answer> byUser = new LinkedHashMap<>();

    /** @param mostUsers whose answers are kept; 0 for nobody's */
    public LastAnswers(int mostUsers) {
        this.mostUsers = mostUsers;
    }

    private record Answer(List<String> itemIds, long servedAtMs, ServedAccuracy accuracy) {}

    /**
     * Keeps an answer.
     *
     * @param itemIds best first
     * @param accuracy of the variant that gave it
     */
    public void served(String userId, List<String> itemIds, long servedAtMs, ServedAccuracy accuracy) {
        byUser.remove(userId);
        byUser.put(userId, new Answer(List.copyOf(itemIds), servedAtMs, accuracy));
        if (byUser.size() > mostUsers) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        var users = byUser.entrySet().iterator();
        users.next();
        users.remove();
    }

    /**
     * Counts a click for the variant whose answer the user had before it. One that was already on its way when the answer was
     * given is not counted: a scorer that catches up answers with a model that has learned from the clicks to come.
     *
     * @param clickedAtMs the time of the click's Kafka record
     */
    public void clicked(String userId, String itemId, long clickedAtMs) {
        Answer answer = byUser.get(userId);
        if (answer != null && answer.servedAtMs() <= clickedAtMs) {
            int position = answer.itemIds().indexOf(itemId);
            answer.accuracy().observe(position < 0 ? ServedAccuracy.MISS : position + 1);
        }
    }

    /** Forgets the user. */
    public void forget(String userId) {
        byUser.remove(userId);
    }
}
