package io.freshet.service.config.key;

import static io.freshet.service.config.key.TextForms.require;

import io.freshet.service.variant.UserSplit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses the values of the keys that define variants. Error messages name the invalid part. */
final class VariantsParser {
    private VariantsParser() {}

    /** Parses {@code variant=share} entries with commas. */
    static List<UserSplit.Share> shares(String text) {
        List<UserSplit.Share> shares = new ArrayList<>();
        named(text, "share").forEach((variant, share) -> shares.add(share(variant, share)));
        require(
                shares.isEmpty() || shares.stream().anyMatch(share -> share.weight() != 0),
                "some variant must have a share above 0");
        return shares;
    }

    private static UserSplit.Share share(String variant, String share) {
        try {
            return new UserSplit.Share(variant, Double.parseDouble(share));
        } catch (IllegalArgumentException _) {
            throw new IllegalArgumentException("a share must be a number, 0 or more: \"" + share + "\"");
        }
    }

    /** Parses {@code variant=model} entries with commas. */
    static Map<String, String> models(String text) {
        Map<String, String> models = named(text, "model");
        models.values().forEach(TextForms::fileName);
        return models;
    }

    private static Map<String, String> named(String text, String what) {
        Map<String, String> values = new LinkedHashMap<>();
        if (text.isBlank()) {
            return values;
        }
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            require(equals >= 0, "must be variant=" + what + " with commas: \"" + part.strip() + "\" has no =");
            String variant = TextForms.fileName(part.substring(0, equals).strip());
            require(
                    values.put(variant, part.substring(equals + 1).strip()) == null,
                    "must name each variant once: " + variant);
        }
        return values;
    }
}
