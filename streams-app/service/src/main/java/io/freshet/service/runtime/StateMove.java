package io.freshet.service.runtime;

import io.freshet.service.config.TopicPlan;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notes that {@code freshet repartition} keeps in Kafka while it moves the state of one application to another. A note
 * is the metadata of an offset that is committed in the application's own group, on a partition of the other application's
 * changelog of the users' sequences. The offset itself is the position up to which the partition is copied.
 *
 * <p>The notes keep both applications from starting when they would lose or repeat clicks: the new one before its state is
 * complete, and the old one afterwards. Like all offsets of a group without members, they expire after the broker's
 * {@code offsets.retention.minutes}.
 */
public final class StateMove {
    private static final Logger LOG = LoggerFactory.getLogger(StateMove.class);
    private static final String MOVED = "moved";

    private StateMove() {}

    /** How far the copy of a partition is. */
    public enum Phase {
        /** Not all records of the partition may be copied. */
        COPYING,
        /** The old application has ended, and everything is copied. */
        COMPLETE
    }

    /**
     * A note in the group of the new application.
     *
     * @param sinceMs wall clock at the start of the pass from which on tombstones may be missing: the last pass that reached
     *     the end, or the first one
     * @param topicId id of the new application's changelog. A copy in a topic that was deleted since is lost, although this
     *     note remains
     */
    public record Note(Phase phase, long sinceMs, Uuid topicId) {
        /** Returns the note as the metadata of an offset. */
        public String text() {
            return phase.name() + " " + sinceMs + " " + topicId;
        }

        /** Returns the note in the metadata of an offset; empty if there is none. */
        public static Optional<Note> parse(String metadata) {
            String[] parts = metadata.split(" ", -1);
            if (parts.length != 3) {
                return Optional.empty();
            }
            try {
                return Optional.of(
                        new Note(Phase.valueOf(parts[0]), Long.parseLong(parts[1]), Uuid.fromString(parts[2])));
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }
    }

    /**
     * Returns the note that an application's state has moved away, to be committed in the application's own group.
     *
     * @param into the application that has the state now
     */
    public static Map<TopicPartition, OffsetAndMetadata> movedAway(String into) {
        return Map.of(new TopicPartition(TopicPlan.stateTopic(into), 0), new OffsetAndMetadata(0, MOVED));
    }

    /**
     * Returns the applications to which an application's state has moved.
     *
     * @param committed the offsets in the application's own group
     */
    public static Set<String> movedTo(Map<TopicPartition, OffsetAndMetadata> committed) {
        return committed.entrySet().stream()
                .filter(offset -> offset.getValue().metadata().equals(MOVED))
                .map(offset -> applicationOf(offset.getKey()))
                .collect(Collectors.toSet());
    }

    private static String applicationOf(TopicPartition partition) {
        String ownState = TopicPlan.stateTopic("");
        return partition.topic().endsWith(ownState)
                ? partition.topic().substring(0, partition.topic().length() - ownState.length())
                : partition.topic();
    }

    /**
     * Throws if an application must not start, because its state is not complete yet or has moved away.
     *
     * @param admin owned by the caller
     * @throws ConfigException if it must not start; the message names both applications
     * @throws KafkaException if the brokers give no answer
     */
    static void requireStartable(Admin admin, String applicationId, Duration timeout) {
        notes(admin, applicationId, timeout).forEach((partition, offset) -> {
            String other = applicationOf(partition);
            if (offset.metadata().equals(MOVED)) {
                throw new ConfigException("The state of application.id=" + applicationId
                        + " has moved to application.id=" + other
                        + ", which processes the clicks now: start that one. To"
                        + " start this one all the same, although it lacks the clicks since the move, run"
                        + " kafka-consumer-groups.sh --delete-offsets --group " + applicationId + " --topic "
                        + partition.topic());
            }
            if (Note.parse(offset.metadata())
                    .filter(note -> note.phase() == Phase.COPYING)
                    .isPresent()) {
                throw new ConfigException("The state of application.id=" + applicationId
                        + " is not complete: it is being"
                        + " copied from application.id=" + other + ". End that one, and run 'freshet repartition"
                        + " --finish'");
            }
        });
    }

    private static Map<TopicPartition, OffsetAndMetadata> notes(Admin admin, String applicationId, Duration timeout) {
        try {
            return admin.listConsumerGroupOffsets(applicationId)
                    .partitionsToOffsetAndMetadata()
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                LOG.debug("This user may not see the offsets of its group: group={}", applicationId, e);
                return Map.of();
            }
            throw new KafkaException("Cannot read the offsets of group " + applicationId, e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException(
                    "The brokers must answer within " + timeout + ": asked for the offsets of group " + applicationId,
                    e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
