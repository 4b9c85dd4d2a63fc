package io.freshet.service.http.route;

import io.freshet.service.runtime.TrainerRole;
import io.freshet.training.online.TrainerStatus;
import io.freshet.training.online.TrainerStatus.Phase;
import java.util.List;

/**
 * Health of the {@code trainer} role. A trainer on standby is ready. A trainer that has ended for good still counts as
 * alive if the instance also serves: a restart would not help, and would interrupt serving.
 *
 * @param isAlone whether the instance has no other role
 */
public record TrainerHealth(TrainerRole role, boolean isAlone) implements Health.Part {
    @Override
    public List<String> whyNotAlive() {
        List<String> stuck = role.overdue();
        return (isAlone && stuck.isEmpty() ? role.failure().map(List::of).orElse(stuck) : stuck)
                .stream().map(reason -> "trainer: " + reason).toList();
    }

    @Override
    public List<String> whyNotReady() {
        TrainerStatus status = role.status();
        return status.phase() == Phase.LEARNING || status.phase() == Phase.STANDING_BY
                ? List.of()
                : List.of("trainer: phase=" + status.phase() + ", step=" + status.step()
                        + (status.message().isEmpty() ? "" : ", because " + status.message()));
    }

    @Override
    public Health.RoleHealth health() {
        Health.RoleHealth role = Health.Part.super.health();
        TrainerStatus status = this.role.status();
        return new Health.RoleHealth(
                role.ready(),
                role.reasons(),
                null,
                status.phase().toString(),
                this.role.restarts(),
                this.role.stepAge().toMillis() / 1_000.0,
                status.lag());
    }
}
