package io.freshet.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.config.FreshetConfig;
import io.freshet.config.VariantConfig;
import io.freshet.variant.ServedAccuracy;
import io.freshet.variant.UserSplit;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variants that this process answers, which share the catalogue and what is popular. Questions about nobody, and about
 * users whose variant is answered elsewhere, are its own variant's. Thread-safe.
 */
public final class Variants {
    private final UserSplit split;
    private final Map<String, Variant> byName = new LinkedHashMap<>();
    private final Variant own;

    /**
     * @param models one for each variant that the process answers, by its name; they stay the caller's
     * @param registry receives the metrics
     * @param clock tells which seen items may come back, where a question does not come from a record
     */
    public Variants(FreshetConfig config, Map<String, LiveModel> models, MeterRegistry registry, Clock clock) {
        VariantConfig variants = config.variants();
        split = variants.split();
        LiveModel ownModel = model(models, variants.name());
        Recommender recommender = new Recommender(config.scoring(), ownModel, registry, clock, variants.name());
        own = variant(variants, variants.name(), ownModel, recommender, registry);
        byName.put(own.name(), own);
        for (String name : variants.models().keySet()) {
            LiveModel live = model(models, name);
            byName.computeIfAbsent(
                    name, other -> variant(variants, other, live, new Recommender(recommender, live, other), registry));
        }
    }

    private static LiveModel model(Map<String, LiveModel> models, String variant) {
        LiveModel live = models.get(variant);
        if (live == null) {
            throw new IllegalArgumentException(
                    "each variant must have a model: variant=" + variant + " models=" + models.keySet());
        }
        return live;
    }

    private static Variant variant(
            VariantConfig config, String name, LiveModel live, Recommender recommender, MeterRegistry registry) {
        return new Variant(
                name,
                config.models().getOrDefault(name, ""),
                live,
                recommender,
                new ServedAccuracy(registry, name, config.metricsK(), config.metricsWindow()));
    }

    /** The process's own, which answers what is nobody else's. */
    public Variant own() {
        return own;
    }

    /** All of them, the process's own first. */
    public List<Variant> all() {
        return List.copyOf(byName.values());
    }

    /** How users are split among these and others. */
    public UserSplit split() {
        return split;
    }

    /** Who answers about a user here; the user's own variant if that is among these. Null is nobody in particular. */
    public Variant answering(@Nullable String userId) {
        return userId == null ? own : answering(userId.getBytes(UTF_8));
    }

    Variant answering(byte[] userId) {
        return byName.getOrDefault(split.variantOf(userId), own);
    }

    /** Takes in what is said of an item of the catalogue; null takes it out. By one thread. */
    void catalogue(String itemId, @Nullable CatalogueItem item) {
        own.recommender().catalogue(itemId, item);
        all().stream().skip(1).forEach(variant -> variant.recommender().catalogued(itemId));
    }
}
