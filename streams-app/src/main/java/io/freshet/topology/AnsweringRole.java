package io.freshet.topology;

import io.freshet.scoring.Variants;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;

/** A role of a process that answers clicks. Thread-safe. */
public sealed interface AnsweringRole permits StreamsRole, ScorerRole {
    /** The role's name, as {@code freshet run} takes it. */
    String name();

    /** Who answers; listeners can be added to the models before the start. */
    Variants variants();

    KafkaStreams.State state();

    /** What made the client shut down, if an error did. */
    Optional<Throwable> failure();

    /** Why not every variant answers with its model and at full speed; empty where all do. */
    List<String> whyNotAnswering();

    /** Which loops of the role make no progress; empty where all do. */
    List<String> overdue();

    /** Whether the client works or is on its way to. */
    default boolean isAlive() {
        return state().isRunningOrRebalancing();
    }
}
