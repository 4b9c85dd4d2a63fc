package io.freshet.service.config;

import java.time.Duration;

/**
 * Settings with which {@link TopicSetup} creates missing topics.
 *
 * @param create whether missing topics are created; if not, they must exist
 * @param partitions partitions of the topics keyed by user
 * @param replicationFactor copies of each partition; -1 is the broker's default
 * @param retention retention of topics that are cleaned by age
 * @param catalogue whether the topic of items is needed
 */
public record TopicConfig(
        boolean create, int partitions, short replicationFactor, Duration retention, boolean catalogue) {}
