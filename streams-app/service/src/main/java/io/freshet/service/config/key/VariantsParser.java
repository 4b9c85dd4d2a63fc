package io.freshet.service.config.key;

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

    private VariantsParser() {}

    /** Parses {@code variant=share} entries with commas. */
    static List<UserSplit.Share> shares(String key, String text) {
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

    /** Parses {@code variant=model} entries with commas. */
    static Map<String, String> models(String key, String text) {
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
}
