package io.freshet.http;

import io.freshet.topology.StreamsRole;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KafkaStreams.State;

/** The {@code streams} role. */
record StreamsHealth(StreamsRole role) implements Health.Part {
    @Override
    public List<String> whyNotAlive() {
        return role.failure().isPresent() || role.state().hasCompletedShutdown()
                ? List.of("streams: state=" + role.state())
                : List.of();
    }

    @Override
    public List<String> whyNotReady() {
        List<String> reasons = new ArrayList<>();
        if (role.state() != State.RUNNING) {
            reasons.add("streams: state=" + role.state()
                    + (role.state() == State.REBALANCING ? ", partitions are being assigned or restored" : ""));
        }
        if (!role.liveModel().isLoaded()) {
            reasons.add("streams: no model is loaded yet");
        } else if (!role.isWarm()) {
            reasons.add("streams: answers are not at their full speed yet");
        }
        return reasons;
    }
}
