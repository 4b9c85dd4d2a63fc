package io.freshet.service.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.encoder.EncoderChoice;
import io.freshet.model.encoder.network.Gru4RecConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.store.StoreLocation;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelSettingsTest {
    @Test
    void shouldConfigureTheSameModelWhenGivenBack() {
        ModelConfig model = new ModelConfig(new SasRecConfig(128, 20, 1, 2), (float) Math.sqrt(2.0 / 12_165), 7);
        FreshetConfig config = FreshetConfig.of(ModelSettings.of("fitted", StoreLocation.parse("models"), model));
        assertThat(config.trainer().model()).isEqualTo(model);
        assertThat(config.get(ModelStoreKeys.MODEL_NAME)).isEqualTo("fitted");
        assertThat(config.modelStorePath()).isEqualTo(Path.of("models"));
    }

    @Test
    void shouldNameTheEncoder() {
        ModelConfig model = new ModelConfig(new Gru4RecConfig(32, 20), .1f, 42);
        Map<String, String> settings = ModelSettings.of("default", StoreLocation.parse("models"), model);
        assertThat(settings)
                .containsOnly(
                        Map.entry("model.encoder", "gru4rec"),
                        Map.entry("model.dim", "32"),
                        Map.entry("model.max.length", "20"),
                        Map.entry("model.store.path", "models"));
        assertThat(FreshetConfig.of(settings).trainer().model()).isEqualTo(model);
    }

    @Test
    void shouldCarryANetworkThatAFileHeld() {
        String network = "{\"confs\":[]}";
        assertThat(EncoderChoice.parse("dl4j:" + network).settings()).isEqualTo(Map.of("network", network));
    }

    @Test
    void shouldSayTheStoreOnlyWhenTheModelIsTheUsualOne() {
        FreshetConfig usual = FreshetConfig.of(Map.of());
        assertThat(ModelSettings.of(
                        usual.get(ModelStoreKeys.MODEL_NAME),
                        StoreLocation.parse("m"),
                        usual.trainer().model()))
                .containsExactly(Map.entry("model.store.path", "m"));
        assertThat(ModelSettings.of(
                        usual.get(ModelStoreKeys.MODEL_NAME),
                        StoreLocation.parse("s3://bucket/m"),
                        usual.trainer().model()))
                .containsExactly(Map.entry("model.store.url", "s3://bucket/m"));
    }
}
