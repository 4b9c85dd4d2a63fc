package io.freshet.client.serialization;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.client.click.Click;
import io.freshet.client.item.CatalogueItem;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.request.ItemSelection;
import io.freshet.client.request.RecommendationRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;

/** The serialisers as a client makes them: from the names of their classes in its configuration. */
final class SerializationTest {
    private static final String TOPIC = "t";

    @Test
    void shouldReadWhatItWroteWhenClassesAreNamedInTheConfiguration() throws ReflectiveOperationException {
        assertRoundTrip("Click", new Click("u", "i", 17, "view", null));
        assertRoundTrip("CatalogueItem", new CatalogueItem(List.of("shoes", "7"), false));
        assertRoundTrip("CatalogueItem", new CatalogueItem(List.of(), true, "Red boots", List.of(.1f, -2f)));
        assertRoundTrip(
                "Recommendation",
                new Recommendation("u", List.of(), new Recommendation.Model("v", 1), "", null, null, 9));
    }

    @Test
    void shouldWriteRequestsWithoutWhatIsNotAsked() {
        assertThat(request(RecommendationRequest.ofUser("ü", 5))).isEqualTo("{\"user_id\":\"ü\",\"k\":5}");
        assertThat(request(new RecommendationRequest(
                        null,
                        List.of(RecommendationRequest.Event.of("a"), new RecommendationRequest.Event("b", 17, "view")),
                        1,
                        new ItemSelection(Set.of("c"), Set.of(), Set.of("shoes"), 2, .5f),
                        true)))
                .isEqualTo("{\"history\":[\"a\",{\"item_id\":\"b\",\"timestamp\":17,\"event_type\":\"view\"}],\"k\":1,"
                        + "\"exclude\":[\"c\"],\"include_only\":[],\"categories\":[\"shoes\"],\"max_per_category\":2,"
                        + "\"min_score\":0.5,\"why\":true}");
    }

    @Test
    void shouldPassTombstones() {
        try (ClickSerde serde = new ClickSerde()) {
            assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
            assertThat(serde.deserializer().deserialize(TOPIC, null)).isNull();
        }
    }

    @Test
    void shouldNameTheTopicAndTheReasonWhenARecordIsMalformed() {
        for (Deserializer<?> deserializer :
                List.of(new ClickDeserializer(), new CatalogueItemDeserializer(), new RecommendationDeserializer())) {
            assertThatThrownBy(() -> deserializer.deserialize(TOPIC, "[]".getBytes(UTF_8)))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("topic=t: ")
                    .hasMessageContaining("must be a JSON object");
        }
    }

    private static String request(RecommendationRequest request) {
        try (RecommendationRequestSerializer serializer = new RecommendationRequestSerializer()) {
            return new String(serializer.serialize(TOPIC, request), UTF_8);
        }
    }

    /** @param name first part of the classes' names */
    private static <T> void assertRoundTrip(String name, T value) throws ReflectiveOperationException {
        String classes = SerializationTest.class.getPackageName() + "." + name;
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", "localhost:9092");
        settings.put("key.serializer", classes + "Serializer");
        settings.put("value.serializer", classes + "Serializer");
        settings.put("key.deserializer", classes + "Deserializer");
        settings.put("value.deserializer", classes + "Deserializer");
        @SuppressWarnings("unchecked") // the class of this name
        Serializer<T> serializer =
                new ProducerConfig(settings).getConfiguredInstance("value.serializer", Serializer.class);
        @SuppressWarnings("unchecked")
        Deserializer<T> deserializer =
                new ConsumerConfig(settings).getConfiguredInstance("value.deserializer", Deserializer.class);
        byte[] bytes = serializer.serialize(TOPIC, value);
        assertThat(deserializer.deserialize(TOPIC, bytes)).isEqualTo(value);

        @SuppressWarnings("unchecked")
        Serde<T> serde = Class.forName(classes + "Serde")
                .asSubclass(Serde.class)
                .getDeclaredConstructor()
                .newInstance();
        assertThat(serde.deserializer().deserialize(TOPIC, serde.serializer().serialize(TOPIC, value)))
                .isEqualTo(value);
    }
}
