package io.freshet.service.recommend;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.item.CatalogueItem;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.VariantConfig;
import io.freshet.service.config.key.TrainerKeys;
import io.freshet.service.serving.LiveModel;
import io.freshet.service.variant.ServedAccuracy;
import io.freshet.service.variant.UserSplit;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variants that this process answers, which share the catalogue and the popular items. Requests that are not about a
 * user, or about a user whose variant is answered elsewhere, go to the process's own variant. Thread-safe.
 */
public final class Variants {
    private final UserSplit split;
    private final Map<String, Variant> byName = new LinkedHashMap<>();
    private final Recommender.SharedState shared;
    private final Variant own;

    /**
     * @param models model of each variant that the process answers, by name; owned by the caller
     * @param registry receives the metrics
     * @param clock decides which seen items may be recommended again, for requests that do not come from a record
     */
    public Variants(FreshetConfig config, Map<String, LiveModel> models, MeterRegistry registry, Clock clock) {
        VariantConfig variants = config.variants();
        split = variants.split();
        shared = Recommender.SharedState.of(config, registry, clock);
        own = variant(config, models, variants.name(), registry);
        byName.put(own.name(), own);
        for (String name : variants.models().keySet()) {
            byName.computeIfAbsent(name, other -> variant(config, models, other, registry));
        }
    }

    private Variant variant(FreshetConfig config, Map<String, LiveModel> models, String name, MeterRegistry registry) {
        LiveModel live = models.get(name);
        if (live == null) {
            throw new IllegalArgumentException(
                    "each variant must have a model: variant=" + name + " models=" + models.keySet());
        }
        return new Variant(
                name,
                config.variants().models().getOrDefault(name, ""),
                live,
                new Recommender(shared, live, name),
                new ServedAccuracy(
                        registry, name, config.get(TrainerKeys.METRICS_K), config.get(TrainerKeys.METRICS_WINDOW)));
    }

    /** Returns the state that the recommenders of all variants share. */
    public Recommender.SharedState shared() {
        return shared;
    }

    /** Returns the process's own variant, which answers everything that belongs to no other. */
    public Variant own() {
        return own;
    }

    /** Returns all variants, the process's own first. */
    public List<Variant> all() {
        return List.copyOf(byName.values());
    }

    /** Returns the split of users among these and other variants. */
    public UserSplit split() {
        return split;
    }

    /**
     * Returns the variant that answers a user: the user's variant if this process answers it, else the process's own. A
     * null user id stands for a request that is not about a user.
     */
    public Variant answering(@Nullable String userId) {
        return userId == null ? own : answering(userId.getBytes(UTF_8));
    }

    public Variant answering(byte[] userId) {
        return byName.getOrDefault(split.variantOf(userId), own);
    }

    /** Sets the catalogue entry of an item; null removes it. Called by one thread. */
    public void catalogue(String itemId, @Nullable CatalogueItem item) {
        shared.catalogue().put(itemId, item);
        all().forEach(variant -> variant.recommender().catalogued(itemId));
    }
}
