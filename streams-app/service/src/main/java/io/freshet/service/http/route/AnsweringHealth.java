package io.freshet.service.http.route;

import io.freshet.service.runtime.AnsweringRole;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KafkaStreams.State;
import org.jspecify.annotations.Nullable;

/** Health of the role that answers clicks: {@code streams} or {@code scorer}. */
public record AnsweringHealth(AnsweringRole role) implements Health.Part {
    @Override
    public List<String> whyNotAlive() {
        if (role.failure().isPresent() || role.state().hasCompletedShutdown()) {
            return List.of(role.name() + ": state=" + role.state());
        }
        return role.overdue().stream()
                .map(reason -> role.name() + ": " + reason)
                .toList();
    }

    @Override
    public List<String> whyNotReady() {
        List<String> reasons = new ArrayList<>();
        if (role.state() != State.RUNNING) {
            reasons.add("state=" + role.state()
                    + (role.state() == State.REBALANCING ? ", partitions are being assigned or restored" : ""));
        }
        reasons.addAll(role.whyNotAnswering());
        return reasons.stream().map(reason -> role.name() + ": " + reason).toList();
    }

    @Override
    public @Nullable String waitsFor() {
        return role.waitsFor().orElse(null);
    }
}
