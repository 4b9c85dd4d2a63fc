package io.freshet.service.variant;

import java.util.LinkedHashMap;
import java.util.List;

/**
 * The last answer of each user of one task, in which the user's next click is looked up. Held in memory and bounded:
 * the users with the oldest answers are dropped, and a restart loses all answers. Not thread-safe.
 */
public final class LastAnswers {
    private final int mostUsers;

    /** User id → answer, oldest answer first. */
    private final LinkedHashMap<String, Answer> byUser = new LinkedHashMap<>();

    /** @param mostUsers maximum number of users whose answers are kept; 0 for none */
    public LastAnswers(int mostUsers) {
        this.mostUsers = mostUsers;
    }

    private record Answer(List<String> itemIds, long servedAtMs, ServedAccuracy accuracy) {}

    /**
     * Keeps an answer.
     *
     * @param itemIds best first
     * @param accuracy accuracy of the variant that gave the answer
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
     * Counts a click for the variant whose answer the user had before it. A click written before the answer was given
     * does not count: the model of a scorer that catches up has already learned from clicks that follow the answered
     * one.
     *
     * @param clickedAtMs time of the click's Kafka record
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
