package io.freshet.check;

import java.util.List;
import java.util.Map;

/**
 * A topic as the brokers have it.
 *
 * @param replicas copies of the partition that has the fewest
 * @param inSync copies that are up to date, of the partition that has the fewest
 * @param leaderless partitions that nobody leads
 * @param settings the topic's, with the brokers' where it has none of its own; empty where they may not be seen
 */
record TopicFacts(
        String name, int partitions, int replicas, int inSync, List<Integer> leaderless, Map<String, String> settings) {
    /** A setting as a number. */
    long number(String setting, long otherwise) {
        String text = settings.getOrDefault(setting, "");
        return text.matches("-?\\d{1,18}") ? Long.parseLong(text) : otherwise;
    }

    /** In a line. */
    String summary() {
        return partitions
                + (partitions == 1 ? " partition, " : " partitions, ")
                + replicas
                + (replicas == 1 ? " copy" : " copies")
                + (settings.isEmpty() ? "" : ", " + settings.getOrDefault("cleanup.policy", ""));
    }
}
