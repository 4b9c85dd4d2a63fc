package io.freshet.workbench.backtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.service.config.FreshetConfig;
import io.freshet.training.step.UserUpdate;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class KeptSequencesTest {
    private static final long NOW_MS = 1_772_360_000_000L;

    private final KeptSequences sequences = new KeptSequences(FreshetConfig.of(Map.of(
            "topics.clicks", "views,orders",
            "clicks.format.orders", "debezium",
            "clicks.field.user.orders", "customer",
            "clicks.field.item.orders", "product",
            "clicks.field.id.orders", "number",
            "clicks.field.time.orders", "at")));

    @Test
    void shouldReadEachTopicInItsFormat() {
        UserUpdate view = apply("views", "anna", click("anna", "tea", NOW_MS, "1"));
        UserUpdate order = apply("orders", null, order("anna", "cup"));

        assertThat(items(view)).isEqualTo("tea");
        assertThat(items(order)).as("number 1 of another table").isEqualTo("tea cup");
        assertThat(apply("orders", null, "{\"op\":\"d\",\"before\":{},\"after\":null}"))
                .isNull();
        assertThat(sequences.withoutClick()).isEqualTo(1);
        assertThat(sequences.updates()).isEqualTo(2);
    }

    @Test
    void shouldTakeAClickUnderAnotherKeyAsItsUsers() {
        apply("views", null, click("anna", "tea", NOW_MS, "1"));
        assertThat(items(apply("views", "bert", click("anna", "cup", NOW_MS, "2"))))
                .isEqualTo("tea cup");
    }

    @Test
    void shouldCountWhatTheSequencerRefusesAndDrops() {
        long future = NOW_MS + Duration.ofDays(2).toMillis();
        assertThat(apply("views", "anna", "no click")).isNull();
        assertThat(apply("views", "anna", click("anna", "tea", future, "1"))).isNull();
        assertThat(apply("views", "anna", click("anna", "tea", NOW_MS / 1_000, "1")))
                .isNull();
        assertThat(apply("views", null, null)).isNull();
        apply("views", "anna", click("anna", "tea", NOW_MS, "1"));
        assertThat(apply("views", "anna", click("anna", "tea", NOW_MS, "1"))).isNull();

        assertThat(sequences.refused())
                .containsEntry("timestamp-in-the-future", 1L)
                .containsEntry("timestamp-too-old", 1L)
                .containsEntry("no-value", 1L)
                .hasSize(4);
        assertThat(sequences.sequencer().duplicates()).isEqualTo(1);
        assertThat(sequences.updates()).isEqualTo(1);
    }

    @Test
    void shouldForgetAUserAtATombstone() {
        apply("views", "anna", click("anna", "tea", NOW_MS, "1"));
        UserUpdate erasure = apply("views", "anna", null);

        assertThat(Objects.requireNonNull(erasure).update().isErasure()).isTrue();
        assertThat(items(apply("views", "anna", click("anna", "cup", NOW_MS, "2"))))
                .isEqualTo("cup");
        assertThat(sequences.erasures()).isEqualTo(1);
        assertThat(sequences.updates()).isEqualTo(3);
    }

    private @Nullable UserUpdate apply(String topic, @Nullable String key, @Nullable String value) {
        return sequences.apply(
                new ConsumerRecord<>(
                        topic,
                        0,
                        0,
                        key == null ? null : key.getBytes(UTF_8),
                        value == null ? null : value.getBytes(UTF_8)),
                NOW_MS);
    }

    private static String click(String user, String item, long timeMs, String id) {
        return "{\"user_id\":\"%s\",\"item_id\":\"%s\",\"timestamp\":%s,\"event_id\":\"%s\"}"
                .formatted(user, item, timeMs, id);
    }

    private static String order(String user, String item) {
        return "{\"op\":\"c\",\"after\":{\"customer\":\"%s\",\"product\":\"%s\",\"number\":\"1\",\"at\":%s}}"
                .formatted(user, item, NOW_MS);
    }

    private static String items(@Nullable UserUpdate update) {
        return String.join(
                " ",
                Objects.requireNonNull(update).update().sequence().interactions().stream()
                        .map(each -> each.itemId())
                        .toList());
    }
}
