package io.freshet.lab.prequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.lab.parallel.ParallelCost;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.metrics.SeenItems;
import io.freshet.training.step.UserUpdate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ParallelRunnerTest {
    private static final int RECORDS = 400;

    private final List<UserUpdate> updates = TinyStream.updates(RECORDS);

    @Test
    void shouldBeTheSameAsASingleLearnerWhenThereIsOne() {
        Run single = run(null, Set.of(ComparedMethod.RULES));
        Run one = run(new ParallelConfig(1, 3, user -> 0), Set.of(ComparedMethod.RULES));

        assertThat(one.result().results()).isEqualTo(single.result().results());
        assertThat(one.result().calibration()).isNull();
        assertThat(single.cost()).isNull();
        assertThat(cost(one).merges()).isEqualTo(RECORDS / TinyStream.STEP / 3);
    }

    @Test
    void shouldRankTheSameClicksAndGiveTheSameFiguresAgain() {
        ParallelConfig three = new ParallelConfig(3, 2, user -> Math.floorMod(user.hashCode(), 3));
        Run first = run(three, Set.of(ComparedMethod.POPULARITY));
        Run second = run(three, Set.of(ComparedMethod.POPULARITY));
        Run single = run(null, Set.of(ComparedMethod.POPULARITY));

        assertThat(second.result()).isEqualTo(first.result());
        assertThat(popularity(first)).isEqualTo(popularity(single));
        assertThat(all(first).events()).isEqualTo(all(single).events());
        assertThat(first.result().of(SeenItems.RANKED).online())
                .isNotEqualTo(single.result().of(SeenItems.RANKED).online());
        assertThat(all(first).ndcg()).isGreaterThan(.5 * all(single).ndcg());
        assertThat(cost(first).clicks()).isEqualTo(RECORDS);
        assertThat(cost(first).merges()).isEqualTo(Math.ceilDiv(RECORDS, 3 * TinyStream.STEP) / 2);
        assertThat(cost(first).mergeBytes())
                .isEqualTo(cost(second).mergeBytes())
                .isPositive();
        assertThat(cost(first).learningMs()).isPositive();
    }

    @Test
    void shouldRefuseMethodsThatNeedASingleLearner() {
        ParallelConfig two = new ParallelConfig(2, 1, user -> 0);
        assertThatThrownBy(() -> run(two, Set.of(ComparedMethod.FROZEN)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FROZEN");
        assertThatThrownBy(() -> new ParallelConfig(0, 1, user -> 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ParallelConfig(2, 0, user -> 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private record Run(ComparisonResult result, @Nullable ParallelCost cost) {}

    private static ParallelCost cost(Run run) {
        return Objects.requireNonNull(run.cost());
    }

    private static Map<Slice, Accuracy> popularity(Run run) {
        return Objects.requireNonNull(
                        run.result().of(SeenItems.MASKED).methods().get(ComparedMethod.POPULARITY))
                .accuracy();
    }

    private static Accuracy all(Run run) {
        return Objects.requireNonNull(
                run.result().of(SeenItems.RANKED).online().accuracy().get(Slice.ALL));
    }

    private Run run(@Nullable ParallelConfig parallel, Set<ComparedMethod> methods) {
        ComparisonConfig config = TinyStream.config(SeenItems.RANKED, methods);
        try (Comparison comparison =
                new Comparison(config, parallel, RECORDS, ComparisonListener.SILENT, () -> false)) {
            updates.forEach(comparison::accept);
            comparison.finish();
            return new Run(comparison.result(), comparison.parallelCost());
        }
    }
}
