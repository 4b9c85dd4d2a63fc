package io.freshet.app.check;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.SchemaKeys;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigException;

/** Checks that the schema registry answers, if the configuration names one. */
record SchemaRegistryCheck(FreshetConfig config) implements Check {
    static final String NAME = "schema.registry.url";

    @Override
    public void run(Consumer<Finding> found) {
        Optional<URI> url = config.get(SchemaKeys.URL);
        if (url.isEmpty()) {
            return;
        }
        try {
            config.schemas().requireAnswer();
            found.accept(Finding.ok(NAME, url.get() + " answers"));
        } catch (IOException | ConfigException e) {
            found.accept(Finding.problem(
                    NAME,
                    url.get() + " must answer: " + e,
                    "check the address, schema.registry.user and its password, and the network between here and the"
                            + " registry"));
        }
    }
}
