package io.freshet.service.config.key;

import io.freshet.service.variant.UserSplit;
import java.util.List;
import java.util.Map;

/** Keys of the variants of an A/B test. */
public final class VariantKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<String> NAME = KEYS.text("variants.name", "")
            .as(name -> name.isEmpty() ? name : TextForms.fileName(name))
            .doc("Name of the variant that this process serves, with the model `model.name`; its answers contain"
                    + " the name.");
    public static final ConfigKey<List<UserSplit.Share>> SHARES = KEYS.text("variants.shares", "")
            .as(VariantsParser::shares)
            .doc("How the streams role splits users among variants, as in `a=50,b=50`: each variant gets its part"
                    + " of the sum. Empty for one variant.");
    public static final ConfigKey<Map<String, String>> MODELS = KEYS.text("variants.models", "")
            .as(VariantsParser::models)
            .doc("Other variants that the streams role serves itself, each with its own model, as in `b=wide`."
                    + " Processes with the role scorer serve the rest.");
    public static final ConfigKey<String> SALT = KEYS.text("variants.salt", "")
            .doc("Name of the experiment: another name splits the users anew, independently of the previous split.");
    public static final ConfigKey<Integer> METRICS_USERS = KEYS.integer("variants.metrics.users", 10_000, "users")
            .atLeast(0)
            .doc("The most users whose last answer a task remembers, to find their next click in it; 0 turns the"
                    + " accuracy metrics off.");
    public static final ConfigKey<Boolean> SHADOW = KEYS.flag("scorer.shadow", false)
            .doc("Whether the role scorer is a shadow, which answers all users on a separate topic.");

    private VariantKeys() {}
}
