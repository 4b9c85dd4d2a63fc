package io.freshet.service.runtime;

import io.freshet.service.recommend.Variants;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;

/** A role of a process that answers clicks. Thread-safe. */
public sealed interface AnsweringRole permits StreamsRole, ScorerRole {
    /** Returns the role's name, as in {@code freshet run}. */
    String name();

    /** Returns the variants that answer; listeners can be added to their models before the start. */
    Variants variants();

    KafkaStreams.State state();

    /** Returns the error that made the client shut down, if any. */
    Optional<Throwable> failure();

    /** Returns the reasons why some variant does not answer with its model and at full speed; empty if all do. */
    List<String> whyNotAnswering();

    /** Returns the loops of the role that make no progress; empty if all do. */
    List<String> overdue();

    /** Returns whether the client is running or rebalancing. */
    default boolean isAlive() {
        return state().isRunningOrRebalancing();
    }
}
