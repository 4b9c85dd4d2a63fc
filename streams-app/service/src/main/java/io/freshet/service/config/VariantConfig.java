package io.freshet.service.config;

import io.freshet.service.config.key.VariantKeys;
import io.freshet.service.variant.UserSplit;
import io.freshet.service.variant.VariantRouting;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;

/**
 * The variants of an A/B test, and which of them a process answers.
 *
 * @param name the process's own variant; empty if there are no variants
 * @param models variant → model for the variants that the process answers, its own first
 * @param split the assignment of users to variants
 * @param shadow whether a separate scorer is a shadow, which answers all users and whose answers are not served
 */
public record VariantConfig(String name, Map<String, String> models, UserSplit split, boolean shadow) {
    public VariantConfig {
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
    }

    /** Returns the routing that marks each update with its variant. */
    public VariantRouting routing() {
        return new VariantRouting(split, models.keySet());
    }

    /** @throws ConfigException if the variants do not determine whom the process answers */
    void requireConsistent() {
        String own = VariantKeys.NAME + "=" + name;
        String shares = VariantKeys.SHARES + "=" + split.shares();
        boolean hasShare = split.has(name);
        if (shadow && hasShare) {
            throw new ConfigException("A shadow serves no users and must have no share: " + own + " " + shares);
        }
        if (!shadow && split.isOn() && !hasShare) {
            throw new ConfigException(
                    "A process's own variant must have a share, even if it is 0: " + own + " " + shares);
        }
        for (String variant : models.keySet()) {
            if (!variant.equals(name) && !split.has(variant)) {
                throw new ConfigException("Each variant of " + VariantKeys.MODELS + " must have a share: variant="
                        + variant + " " + shares);
            }
        }
    }
}
