package io.freshet.workbench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.sizing.UnitCosts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ScaleTrialIT {
    private static final int CLICKS = 6_000;

    @Test
    void shouldMeasureWhatTheShippedCostsSay() throws Exception {
        List<String> progress = new ArrayList<>();
        ScaleTrial.Outcome outcome;
        ScaleTrial.Parallel learners;
        try (ScaleTrial trial = ScaleTrial.start(new ScaleTrial.Load(CLICKS, 500, 200, Map.of("model.dim", "32")))) {
            outcome = trial.run(progress::add);
            learners = trial.learnTogether(progress::add);
        }
        assertThat(progress).anyMatch(line -> line.startsWith("answered "));
        // Times of so few clicks are mostly those of code that is not compiled yet.
        assertThat(outcome.cpu().sequencingMicros()).isPositive().isFinite();
        assertThat(outcome.cpu().answeringMicros()).isFinite();
        assertThat(outcome.cpu().learningMicros()).isPositive().isFinite();
        assertThat(outcome.cpu().items()).isBetween(200, 400);
        UnitCosts.Bytes shipped = UnitCosts.shipped().bytes();
        for (String topic : List.of("topics.clicks", "topics.sequences", "topics.recommendations")) {
            double expected = shipped.perClick().getOrDefault(topic, 0.0);
            assertThat(outcome.bytes().perClick().getOrDefault(topic, 0.0))
                    .as(topic)
                    .isBetween(expected / 2, expected * 2);
        }
        assertThat(outcome.bytes().changelogPerClick()).isPositive();
        assertThat(progress).anyMatch(line -> line.startsWith("2 learners have learned from "));
        assertThat(learners.measured()).isPositive().isFinite();
        assertThat(learners.projected()).isPositive().isFinite();
    }
}
