package io.freshet.service.config.key;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Keys of the schema registry. */
public final class SchemaKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<Optional<URI>> URL = KEYS.optional("schema.registry.url", TextForms::registry)
            .unrepeated()
            .doc(
                    "Address of the schema registry's API: that of Confluent's registry, as in `http://registry:8081`, or the"
                            + " compatible one of Apicurio, as in `http://apicurio:8080/apis/ccompat/v7`. Needed by the formats `avro` and"
                            + " `protobuf` of clicks, and by `recommendations.format=avro`.");
    public static final ConfigKey<String> USER = KEYS.text("schema.registry.user", "")
            .doc("User at the schema registry, by basic authentication; empty for none.");
    public static final ConfigKey<String> PASSWORD =
            KEYS.text("schema.registry.password", "").doc("Password of `schema.registry.user`.");
    public static final ConfigKey<Optional<Path>> PASSWORD_FILE = KEYS.optional(
                    "schema.registry.password.file", Path::of)
            .doc(
                    "File whose first line is the password, instead of `schema.registry.password`. It is read again for each"
                            + " question to the registry.");

    private SchemaKeys() {}
}
