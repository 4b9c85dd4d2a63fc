package io.freshet.service.config;

import io.freshet.model.encoder.EncoderChoice;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.service.config.key.ConfigKeys;
import io.freshet.service.config.key.ModelKeys;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.store.StoreLocation;
import java.util.Map;
import java.util.TreeMap;

/** Describes an existing model as settings of the configuration. */
public final class ModelSettings {
    private ModelSettings() {}

    /** Returns the settings with which a process continues with the model, without those that equal the defaults. */
    public static Map<String, String> of(String modelName, StoreLocation modelStore, ModelConfig model) {
        Map<String, String> settings = new TreeMap<>();
        settings.put(ModelStoreKeys.MODEL_NAME.name(), modelName);
        settings.put(
                modelStore instanceof StoreLocation.Folder ? ModelStoreKeys.PATH.name() : ModelStoreKeys.URL.name(),
                modelStore.toString());
        settings.put(ModelKeys.ENCODER.name(), EncoderChoice.of(model.encoder()).toString());
        model.encoder().describe().forEach((setting, value) -> {
            if (value instanceof Integer) {
                settings.put(key(setting), value.toString());
            }
        });
        settings.put(ModelKeys.ITEM_DEVIATION.name(), Float.toString(model.itemDeviation()));
        settings.put(ModelKeys.SEED.name(), Long.toString(model.seed()));
        Map<String, Object> defaults = ConfigKeys.definition().parse(Map.of());
        settings.entrySet()
                .removeIf(setting -> setting.getValue().equals(String.valueOf(defaults.get(setting.getKey()))));
        return settings;
    }

    /** Returns the configuration key of an encoder's setting. */
    public static String key(String setting) {
        return "model." + setting.replace('_', '.');
    }
}
