package io.freshet.service.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.click.Click;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.recommend.Recommender;
import io.freshet.service.recommend.Variant;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.variant.ServedAccuracy;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AnswerBatchTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AdvancingClock clock = new AdvancingClock();
    private final LiveModel live = new LiveModel(clock, registry);
    private final Recommender.SharedState shared =
            Recommender.SharedState.of(FreshetConfig.of(Map.of()), registry, clock);
    private final List<AnswerBatch> ofThread = new ArrayList<>();
    private final List<String> answered = new ArrayList<>();
    private final Variant variant = variant("");
    private final AnswerBatch first = new AnswerBatch(variant, 10, ofThread);
    private final AnswerBatch second = new AnswerBatch(variant, 10, ofThread);
    private final AnswerBatch other = new AnswerBatch(variant("b"), 10, ofThread);

    @AfterEach
    void closeModel() {
        live.close();
    }

    private Variant variant(String name) {
        return new Variant(
                name, "m", live, new Recommender(shared, live, name), new ServedAccuracy(registry, name, 10, 100));
    }

    @Test
    void shouldScoreTheBatchesOfAThreadTogetherAndAnswerEachInItsTurn() {
        add(first, "u1");
        add(second, "u2");
        add(second, "u3");
        add(other, "u4");

        answer(first);
        assertThat(answered).containsExactly("u1");
        assertThat(passes().count()).isEqualTo(1);
        assertThat(passes().totalAmount()).isEqualTo(3);

        add(second, "u5");
        answer(second);
        assertThat(answered).containsExactly("u1", "u2", "u3", "u5");
        assertThat(passes().count()).isEqualTo(2);
        assertThat(passes().totalAmount()).isEqualTo(4);

        answer(other);
        answer(first);
        assertThat(answered).containsExactly("u1", "u2", "u3", "u5", "u4");
        assertThat(passes().totalAmount()).isEqualTo(5);
    }

    @Test
    void shouldNotMakeMorePassesThanItsOwnSequencesNeed() {
        for (int i = 0; i < Recommender.MOST_AT_ONCE; i++) {
            add(first, "u" + i);
            add(second, "v" + i);
        }
        assertThat(first.isFull()).isTrue();

        answer(first);

        assertThat(passes().count()).isEqualTo(1);
        assertThat(passes().totalAmount()).isEqualTo(Recommender.MOST_AT_ONCE);
        assertThat(second.isFull()).isTrue();
        assertThat(answered).hasSize(Recommender.MOST_AT_ONCE);
    }

    @Test
    void shouldNeitherScoreNorAnswerWhatAClosedTaskLeft() {
        add(first, "u1");
        add(second, "u2");

        second.close();
        answer(first);
        answer(second);

        assertThat(answered).containsExactly("u1");
        assertThat(passes().totalAmount()).isEqualTo(1);
    }

    private DistributionSummary passes() {
        return registry.get("freshet.scoring.together").summary();
    }

    private void answer(AnswerBatch batch) {
        batch.answer((asked, answer) -> answered.add(new String(asked.record().key(), UTF_8)), (asked, error) -> {
            throw error;
        });
    }

    private static void add(AnswerBatch batch, String user) {
        UserSequence sequence = new UserSequence(List.of(Interaction.of(new Click(user, "a", 1, null, null))));
        SequenceUpdate update = new SequenceUpdate(sequence, List.of(0), new ClickOrigin("clicks", 0, 0, 1));
        batch.add(new Record<>(user.getBytes(UTF_8), update, 1), Context.root());
    }
}
