package io.freshet.service.config.key;

import java.nio.file.Path;
import org.apache.kafka.common.config.ConfigDef;

/** Keys of the process as a whole. */
public final class ProcessKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<String> BOOTSTRAP_SERVERS = KEYS.text("kafka.bootstrap.servers", "localhost:9092")
            .requires(new ConfigDef.NonEmptyString())
            .doc("Brokers to connect to first, as host:port, separated by commas.");
    public static final ConfigKey<String> APPLICATION_ID = KEYS.text("application.id", "freshet")
            .requires(new ConfigDef.NonEmptyString())
            .doc("Name of this recommender in Kafka, used for its consumer groups, internal topics and"
                    + " transactional ids.");
    public static final ConfigKey<String> APPLICATION_REPLACES = KEYS.text("application.replaces", "")
            .doc("The `application.id` that used these topics before. Without it Freshet refuses to start, because it"
                    + " would sequence and learn every click twice.");
    public static final ConfigKey<Path> STATE_DIR = KEYS.text("state.dir", "freshet-state")
            .requires(new ConfigDef.NonEmptyString())
            .as(Path::of)
            .doc("Folder for everything that this process keeps on disk.");

    private ProcessKeys() {}
}
