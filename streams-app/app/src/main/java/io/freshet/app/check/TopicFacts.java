package io.freshet.app.check;

import java.util.List;
import java.util.Map;

/**
 * The state of a topic as the brokers report it.
 *
 * @param replicas replicas of the partition that has the fewest
 * @param inSync in-sync replicas of the partition that has the fewest
 * @param leaderless partitions without a leader
 * @param settings the topic's effective settings, including the brokers' defaults; empty if this user may not see them
 */
record TopicFacts(
        String name, int partitions, int replicas, int inSync, List<Integer> leaderless, Map<String, String> settings) {
    /** Returns a setting as a number, or {@code otherwise} if it is absent or not a number. */
    long number(String setting, long otherwise) {
        String text = settings.getOrDefault(setting, "");
        return text.matches("-?\\d{1,18}") ? Long.parseLong(text) : otherwise;
    }

    /** Returns a summary in one line. */
    String summary() {
        return partitions
                + (partitions == 1 ? " partition, " : " partitions, ")
                + replicas
                + (replicas == 1 ? " copy" : " copies")
                + (settings.isEmpty() ? "" : ", " + settings.getOrDefault("cleanup.policy", ""));
    }
}
