package io.freshet.app.repartition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.app.feed.ClickFeeder;
import io.freshet.service.config.FreshetConfig;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

final class RepartitionPlanTest {
    private static RepartitionPlan plan(Map<String, String> source, Map<String, String> target) throws IOException {
        return RepartitionPlan.of(
                FreshetConfig.of(source),
                overrides -> {
                    Map<String, String> settings = new HashMap<>(target);
                    settings.putAll(overrides);
                    return FreshetConfig.of(settings);
                },
                "shop-32",
                32);
    }

    @Test
    void shouldNameInputTopicsAfterThePresentOnesAndShareAllOthers() throws IOException {
        Map<String, String> shop = Map.of("application.id", "shop", "topics.prefix", "shop.");
        RepartitionPlan plan = plan(shop, shop);

        assertThat(plan.settings())
                .isEqualTo(Map.of(
                        "application.id",
                        "shop-32",
                        "application.replaces",
                        "shop",
                        "topics.partitions",
                        "32",
                        "topics.clicks",
                        "shop.clicks-32",
                        "topics.clicks-rekeyed",
                        "shop.clicks-rekeyed-32",
                        "topics.recommendation-requests",
                        "shop.recommendation-requests-32"));
        assertThat(plan.remarks()).isEmpty();
        assertThat(plan.topics())
                .containsEntry("shop.clicks", "shop.clicks-32")
                .containsEntry("shop-user-sequences-changelog", "shop-32-user-sequences-changelog")
                .containsEntry("shop-click-outcomes-changelog", "shop-32-click-outcomes-changelog")
                .hasSize(5);
    }

    @Test
    void shouldRefuseASystemWithSeveralTopicsOfClicks() {
        Map<String, String> two = Map.of("topics.clicks", "web-clicks, app-clicks");
        assertThatThrownBy(() -> plan(two, two))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("[web-clicks, app-clicks]");
    }

    @Test
    void shouldTakeTheNamesOfTheNewConfigurationAndSayWhatTheyRequire() throws IOException {
        RepartitionPlan plan = plan(Map.of(), Map.of("topics.prefix", "new."));

        assertThat(plan.inputs())
                .isEqualTo(Map.of(
                        "clicks", "new.clicks",
                        "clicks-rekeyed", "new.clicks-rekeyed",
                        "recommendation-requests", "new.recommendation-requests"));
        assertThat(plan.remarks())
                .hasSize(4)
                .anySatisfy(
                        remark -> assertThat(remark).startsWith("new.sequences").contains("models adopt"));
    }

    @Test
    void shouldRefuseConfigurationsThatDoNotFit() {
        assertThatThrownBy(() -> plan(Map.of("application.id", "shop-32"), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("another application.id");
        assertThatThrownBy(() -> plan(Map.of(), Map.of("kafka.bootstrap.servers", "elsewhere:9092")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("same kafka.bootstrap.servers");
        assertThatThrownBy(() ->
                        plan(Map.of(), Map.of("topics.clicks", "clicks-rekeyed", "topics.clicks-rekeyed", "other")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("topics.clicks");
    }

    @Test
    void shouldPutUsersWhereKafkasProducerDoes() {
        // murmur2 of Kafka's own tests: "21" is -973932308
        assertThat(ClickFeeder.partitionOf("21".getBytes(UTF_8), 32)).isEqualTo((-973932308 & 0x7fffffff) % 32);
    }
}
