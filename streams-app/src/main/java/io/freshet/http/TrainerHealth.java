package io.freshet.http;

import io.freshet.online.TrainerStatus;
import io.freshet.online.TrainerStatus.Phase;
import io.freshet.training.TrainerRole;
import java.util.List;

/** The {@code trainer} role. One that stands by is ready: for its turn. */
record TrainerHealth(TrainerRole role) implements Health.Part {
    @Override
    public List<String> whyNotAlive() {
        return role.failure().map(failure -> List.of("trainer: " + failure)).orElse(List.of());
    }

    @Override
    public List<String> whyNotReady() {
        TrainerStatus status = role.status();
        return status.phase() == Phase.LEARNING || status.phase() == Phase.STANDING_BY
                ? List.of()
                : List.of("trainer: phase=" + status.phase() + ", step=" + status.step());
    }
}
