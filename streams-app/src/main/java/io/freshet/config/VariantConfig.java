package io.freshet.config;

import io.freshet.variant.Addressing;
import io.freshet.variant.UserSplit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which variants there are, and which of them a process answers.
 *
 * @param name the process's own; empty where there are no variants
 * @param models variant → model of those that the process answers, its own first
 * @param split whose user is whose
 * @param shadow whether a scorer by itself answers everybody, beside what they are served
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

    /** What tells the scorers who answers. */
    public Addressing addressing() {
        return new Addressing(split, models.keySet());
    }
}
