package io.freshet.service.config;

import io.freshet.service.config.validation.FileNameValidator;
import io.freshet.service.variant.UserSplit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** Parses the values of the keys that define variants. Error messages name the invalid part. */
final class VariantsParser {
    private static final ConfigDef.Validator PLAIN_NAME = new FileNameValidator();

    /** Accepts {@code variant=share} entries with commas. */
    static final ConfigDef.Validator SHARES = new ParsedValidator("variant=share with commas", VariantsParser::shares);

    /** Accepts {@code variant=model} entries with commas. */
    static final ConfigDef.Validator MODELS = new ParsedValidator("variant=model with commas", VariantsParser::models);

    private VariantsParser() {}

    /** Returns the shares of a valid value, in its order. */
    static List<UserSplit.Share> shares(String text) {
        return shares(ConfigKeys.VARIANTS_SHARES, text);
    }

    private static List<UserSplit.Share> shares(String key, String text) {
        List<UserSplit.Share> shares = new ArrayList<>();
        named(key, text, "share").forEach((variant, share) -> shares.add(share(key, text, variant, share)));
        if (!shares.isEmpty() && shares.stream().allMatch(share -> share.weight() == 0)) {
            throw new ConfigException(key, text, "some variant must have a share above 0");
        }
        return shares;
    }

    private static UserSplit.Share share(String key, String text, String variant, String share) {
        try {
            return new UserSplit.Share(variant, Double.parseDouble(share));
        } catch (IllegalArgumentException _) {
            throw new ConfigException(key, text, "a share must be a number, 0 or more: \"" + share + "\"");
        }
    }

    /** Returns variant → model for the variants that a process answers: its own first, then those of a valid value. */
    static Map<String, String> models(String text, String own, String ownModel) {
        Map<String, String> models = new LinkedHashMap<>(Map.of(own, ownModel));
        models(ConfigKeys.VARIANTS_MODELS, text).forEach((variant, model) -> {
            if (models.put(variant, model) != null) {
                throw new ConfigException(
                        ConfigKeys.VARIANTS_MODELS,
                        text,
                        "the process's own variant, " + own + ", has the model of " + ConfigKeys.MODEL_NAME);
            }
        });
        return models;
    }

    private static Map<String, String> models(String key, String text) {
        Map<String, String> models = named(key, text, "model");
        models.values().forEach(model -> PLAIN_NAME.ensureValid(key, model));
        return models;
    }

    private static Map<String, String> named(String key, String text, String what) {
        Map<String, String> values = new LinkedHashMap<>();
        if (text.isBlank()) {
            return values;
        }
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw new ConfigException(
                        key, text, "must be variant=" + what + " with commas: \"" + part.strip() + "\" has no =");
            }
            String variant = part.substring(0, equals).strip();
            PLAIN_NAME.ensureValid(key, variant);
            if (values.put(variant, part.substring(equals + 1).strip()) != null) {
                throw new ConfigException(key, text, "must name each variant once: " + variant);
            }
        }
        return values;
    }

    /**
     * Requires that the values of the keys agree.
     *
     * @throws ConfigException if the values do not determine whom the process answers
     */
    static void requireConsistent(VariantConfig variants) {
        String own = ConfigKeys.VARIANTS_NAME + "=" + variants.name();
        String shares = ConfigKeys.VARIANTS_SHARES + "=" + variants.split().shares();
        boolean hasShare = variants.split().has(variants.name());
        if (variants.shadow() && hasShare) {
            throw new ConfigException("A shadow serves no users and must have no share: " + own + " " + shares);
        }
        if (!variants.shadow() && variants.split().isOn() && !hasShare) {
            throw new ConfigException(
                    "A process's own variant must have a share, even if it is 0: " + own + " " + shares);
        }
        for (String variant : variants.models().keySet()) {
            if (!variant.equals(variants.name()) && !variants.split().has(variant)) {
                throw new ConfigException("Each variant of " + ConfigKeys.VARIANTS_MODELS
                        + " must have a share: variant=" + variant + " " + shares);
            }
        }
    }
}
