package io.freshet.service.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freshet.model.recommender.RecommenderModel;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.ModelLogRecord;
import io.freshet.store.modellog.PublishedStep;
import io.freshet.store.modellog.StepRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LiveModelTest {
    private static final long NOW = 1_700_000_000_000L;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LiveModel live = new LiveModel(Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC), registry);
    private final List<ModelAdvance> advances = new ArrayList<>();

    LiveModelTest() {
        live.addListener(new ModelListener() {
            @Override
            public void advanced(ModelAdvance advance) {
                advances.add(advance);
            }
        });
    }

    @AfterEach
    void closeModel() {
        live.close();
    }

    @Test
    void shouldServeNothingWhenNoModelIsOpen() {
        assertThat(live.isLoaded()).isFalse();
        assertThat(live.step()).isEqualTo(-1);
        assertThat(live.ageMs()).isEqualTo(-1);
        assertThat(rowOf("a")).isEqualTo(-2);
    }

    @Test
    void shouldServeTheModelWhenItIsOpened() {
        open(10, "a");

        assertThat(live.step()).isEqualTo(10);
        assertThat(live.version()).isEqualTo("v10");
        assertThat(rowOf("a")).isZero();
        assertThat(rowOf("b")).isEqualTo(-1);
    }

    @Test
    void shouldMoveOnWhenADeltaFollows() {
        open(10, "a");

        assertThat(accept(TinyModels.delta(10, 12, 1, "b"))).isEqualTo(ModelChange.ADVANCED);

        assertThat(live.step()).isEqualTo(12);
        assertThat(rowOf("b")).isEqualTo(1);
    }

    @Test
    void shouldTakeADeltaWhenTheModelIsAmongItsSteps() {
        open(11, "a");

        assertThat(accept(TinyModels.delta(10, 12, 1, "b"))).isEqualTo(ModelChange.ADVANCED);
        assertThat(live.step()).isEqualTo(12);
    }

    @Test
    void shouldPassOverWhatTheModelKnows() {
        open(12, "a");

        assertThat(accept(TinyModels.step(12, NOW))).isEqualTo(ModelChange.KNOWN);
        assertThat(accept(TinyModels.delta(10, 12, 1, "b"))).isEqualTo(ModelChange.KNOWN);
        assertThat(rowOf("b")).isEqualTo(-1);
    }

    @Test
    void shouldReportAGapWhenStepsAreMissing() {
        open(10, "a");

        assertThat(accept(TinyModels.delta(11, 12, 1, "b"))).isEqualTo(ModelChange.GAP);
        assertThat(live.step()).isEqualTo(10);
    }

    @Test
    void shouldReportANewLineageWhateverItsStepsAre() {
        open(10, "a");

        assertThat(accept(TinyModels.deltaOf(1, 10, 12, 1, "b"))).isEqualTo(ModelChange.NEW_LINEAGE);
        assertThat(accept(TinyModels.deltaOf(1, 5, 9, 1, "b"))).isEqualTo(ModelChange.NEW_LINEAGE);

        assertThat(live.step()).isEqualTo(10);
        assertThat(live.lineage()).isZero();
        assertThat(rowOf("b")).isEqualTo(-1);
    }

    @Test
    void shouldPassOverAnOlderLineage() {
        RecommenderModel model = TinyModels.model(10, "a");
        model.joinLineage(2);
        live.open(new ServedModel(model, 1), "v10");

        assertThat(accept(TinyModels.deltaOf(1, 10, 12, 1, "b"))).isEqualTo(ModelChange.KNOWN);
        assertThat(accept(TinyModels.deltaOf(2, 10, 12, 1, "c"))).isEqualTo(ModelChange.ADVANCED);
        assertThat(live.lineage()).isEqualTo(2);
    }

    @Test
    void shouldServeWhatItServedWhenADeltaIsNotFinite() {
        open(10, "a");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> accept(TinyModels.nonFiniteDelta(10, 12, 1, "b")))
                .withMessageContaining("row=1 column=1 value=NaN");

        assertThat(live.step()).isEqualTo(10);
        assertThat(rowOf("b")).isEqualTo(-1);
        assertThat(accept(TinyModels.delta(10, 12, 1, "b"))).isEqualTo(ModelChange.ADVANCED);
    }

    @Test
    void shouldWaitWhenADeltaIsNotWhole() {
        open(10, "a");

        assertThat(accept(TinyModels.part(10, 12, 0, 2, 1, "b"))).isEqualTo(ModelChange.NONE);
        assertThat(rowOf("b")).isEqualTo(-1);
        assertThat(accept(TinyModels.part(10, 12, 1, 2, 2))).isEqualTo(ModelChange.ADVANCED);
        assertThat(rowOf("b")).isEqualTo(1);
    }

    @Test
    void shouldLeaveOutAnIncompleteDeltaWhenAnotherBegins() {
        open(10, "a");

        accept(TinyModels.part(10, 12, 0, 2, 1, "b"));
        assertThat(accept(TinyModels.delta(10, 13, 1, "c"))).isEqualTo(ModelChange.ADVANCED);
        assertThat(rowOf("b")).isEqualTo(-1);
        assertThat(rowOf("c")).isEqualTo(1);
    }

    @Test
    void shouldTellListenersAndTheTimerHowFreshTheWeightsAre() {
        open(10, "a");

        accept(TinyModels.step(11, NOW - 300, NOW - 200));
        accept(TinyModels.step(12, StepRecord.IMPORTED, NOW - 100));
        accept(TinyModels.delta(10, 12, 1, "b"));

        assertThat(advances).singleElement().satisfies(advance -> {
            assertThat(advance.step()).isEqualTo(12);
            assertThat(advance.learned()).extracting(step -> step.step()).containsExactly(11L, 12L);
            assertThat(advance.appliedAtMs()).isEqualTo(NOW);
            assertThat(advance.catchingUp()).isFalse();
        });
        var timer =
                Objects.requireNonNull(registry.find("freshet.click.to.model").timer());
        assertThat(timer.count()).isEqualTo(3);
        assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(600);
    }

    @Test
    void shouldReportEachStepOnceWhenItsJournalRecordIsLate() {
        open(10, "a");

        accept(TinyModels.step(11, NOW - 300));
        accept(TinyModels.delta(10, 12, 1, "b"));
        assertThat(accept(TinyModels.step(12, NOW - 100))).isEqualTo(ModelChange.NONE);
        assertThat(accept(TinyModels.step(11, NOW - 100))).as("again").isEqualTo(ModelChange.KNOWN);
        accept(new PublishedStep(0, 12, 7));

        assertThat(advances).extracting(ModelAdvance::step).containsExactly(12L, 12L);
        assertThat(advances)
                .flatExtracting(ModelAdvance::learned)
                .extracting(StepRecord::step)
                .containsExactly(11L, 12L);
        var timer =
                Objects.requireNonNull(registry.find("freshet.click.to.model").timer());
        assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(400);
    }

    @Test
    void shouldNotTimeWhatItOnlyCatchesUpWith() {
        open(10, "a");

        live.accept(TinyModels.step(11, NOW - 300), true);
        live.accept(TinyModels.delta(10, 11, 1, "b"), true);

        assertThat(advances)
                .singleElement()
                .satisfies(advance -> assertThat(advance.catchingUp()).isTrue());
        assertThat(Objects.requireNonNull(
                                registry.find("freshet.click.to.model").timer())
                        .count())
                .isZero();
    }

    @Test
    void shouldNotChangeTheModelWhileAScorerHoldsIt() throws InterruptedException {
        open(10, "a");
        CountDownLatch started = new CountDownLatch(1);
        Thread follower = Thread.ofPlatform().unstarted(() -> {
            started.countDown();
            accept(TinyModels.delta(10, 12, 1, "b"));
        });
        ServedModel held = Objects.requireNonNull(live.acquire());
        try {
            follower.start();
            started.await();
            assertThat(follower.join(Duration.ofMillis(50))).isFalse();
            assertThat(held.step()).isEqualTo(10);
        } finally {
            live.release();
        }
        follower.join();
        assertThat(live.step()).isEqualTo(12);
    }

    private void open(long step, String... items) {
        live.open(new ServedModel(TinyModels.model(step, items), 1), "v" + step);
    }

    /** Encodes and decodes the record first, so that it is as read from the log. */
    private ModelChange accept(ModelLogRecord record) {
        return live.accept(ModelLogCodec.decode(ModelLogCodec.encode(record)), false);
    }

    /** Returns the row in the served model, -1 if there is no such item, -2 if there is no model. */
    private int rowOf(String item) {
        ServedModel model = live.acquire();
        try {
            return model == null ? -2 : model.rowOf(item);
        } finally {
            live.release();
        }
    }
}
