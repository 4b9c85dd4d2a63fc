package io.freshet.service.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.client.item.CatalogueItem;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.service.catalogue.ItemCatalogue;
import io.freshet.service.catalogue.ItemContents;
import io.freshet.training.liveness.Heartbeats;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ContentMapperTest {
    private static final String[] ITEMS =
            IntStream.range(0, 100).mapToObj(i -> "item-" + i).toArray(String[]::new);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LiveModel live = new LiveModel(Clock.systemUTC(), registry);
    private final ItemContents contents = new ItemContents();
    private final ItemCatalogue catalogue = new ItemCatalogue(true, null, contents);

    @AfterEach
    void closeModel() {
        live.close();
    }

    @Test
    void shouldFitAMapToEachModelOnceThereAreTitles() {
        live.addListener(new ContentMapper(live, contents, new Heartbeats(Duration.ofMinutes(1))));
        live.open(new ServedModel(TinyModels.model(4, ITEMS), 1), "v4");
        assertThat(explained()).isNaN();

        for (String item : ITEMS) {
            catalogue.put(item, new CatalogueItem(List.of(), true, "the title of " + item, List.of()));
        }
        live.open(new ServedModel(TinyModels.model(5, ITEMS), 1), "v5");

        await().atMost(Duration.ofSeconds(30)).until(this::hasMap);
        assertThat(explained()).isBetween(-1.0, 1.0);
        live.open(new ServedModel(RecommenderModel.initial(TinyModels.CONFIG), 1), "v6");
        assertThat(hasMap()).as("of the earlier model").isFalse();
        assertThat(explained()).isNaN();
    }

    @Test
    void shouldFitNoMapToAModelThatKnowsFewItemsWithTitles() {
        for (String item : ITEMS) {
            catalogue.put(item, new CatalogueItem(List.of(), true, "the title of " + item, List.of()));
        }
        live.open(new ServedModel(TinyModels.model(4, "item-1", "item-2", "other"), 1), "v4");

        ContentMapper.fit(live, contents);

        assertThat(hasMap()).isFalse();
    }

    private double explained() {
        return registry.get("freshet.model.contents.explained").gauge().value();
    }

    private boolean hasMap() {
        ServedModel model = live.acquire();
        try {
            return model != null && model.contentMap() != null;
        } finally {
            live.release();
        }
    }
}
