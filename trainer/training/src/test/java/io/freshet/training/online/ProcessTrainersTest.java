package io.freshet.training.online;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.training.online.TrainerStatus.Phase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ProcessTrainersTest {
    @Test
    void shouldReportTheLearnerThatNeedsAttentionMost() {
        assertThat(reported(Phase.LEARNING, Phase.RESTARTING)).isEqualTo(Phase.RESTARTING);
        assertThat(reported(Phase.RESTARTING, Phase.LEARNING, Phase.REFUSED)).isEqualTo(Phase.REFUSED);
        assertThat(reported(Phase.STANDING_BY, Phase.LEARNING)).isEqualTo(Phase.LEARNING);
        assertThat(reported(Phase.STANDING_BY, Phase.RECOVERING)).isEqualTo(Phase.STANDING_BY);
    }

    @Test
    void shouldAddUpTheLags() {
        TrainerStatus status = TrainerStatus.NOT_STARTED;

        assertThat(ProcessTrainers.one(List.of(status.withLag(3), status.withLag(4)))
                        .lag())
                .isEqualTo(7);
    }

    private static Phase reported(Phase... phases) {
        return ProcessTrainers.one(Stream.of(phases)
                        .map(phase -> TrainerStatus.NOT_STARTED.in(phase, ""))
                        .toList())
                .phase();
    }
}
