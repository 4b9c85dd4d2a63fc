package io.freshet.service.config;

import io.freshet.service.variant.UserSplit;
import io.freshet.service.variant.VariantRouting;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The variants of an A/B test, and which of them a process answers.
 *
 * @param name the process's own variant; empty if there are no variants
 * @param models variant → model for the variants that the process answers, its own first
 * @param split the assignment of users to variants
 * @param shadow whether a separate scorer is a shadow, which answers all users in addition to what they are served
 * @param rememberedUsers the most users whose last answer a task remembers
 * @param metricsK length of a served list that counts as a hit
 * @param metricsWindow events in the moving figures of what was served
 */
public record VariantConfig(
        String name,
        Map<String, String> models,
        UserSplit split,
        boolean shadow,
        int rememberedUsers,
        int metricsK,
        int metricsWindow) {
    public VariantConfig {
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
    }

    /** Returns the addressing of updated sequences, which tells scorers which variant answers each of them. */
    public VariantRouting addressing() {
        return new VariantRouting(split, models.keySet());
    }
}
