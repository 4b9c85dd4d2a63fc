package io.freshet.app.check;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.OtherApplications;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.TopicDescription;

/**
 * Checks Kafka, from the brokers' host names to the rights on topics. Stops if the brokers cannot be reached.
 *
 * @param config configuration of the process; that of a separate scorer has an application id of its own
 * @param loaded configuration as loaded, which a trainer in the same process as a scorer uses
 */
record KafkaCheck(FreshetConfig config, FreshetConfig loaded, Roles roles) implements Check {
    @Override
    public void run(Consumer<Finding> found) throws InterruptedException {
        Optional<Brokers> connected = Brokers.connect(config, found);
        if (connected.isPresent()) {
            try (Brokers brokers = connected.get()) {
                Map<String, TopicDescription> topics =
                        new TopicCheck(config, brokers, config.get(TopicKeys.CREATE)).run(found);
                new RightsCheck(config, loaded, roles, brokers).run(topics, found);
                if (roles.streams()) {
                    new ClickKeysCheck(config).run(topics, found);
                }
                checkApplication(brokers, topics, found);
                if (roles.trainer()
                        && topics.containsKey(config.get(TopicKeys.MODEL_LOG))
                        && topics.containsKey(config.get(TopicKeys.SEQUENCES))) {
                    new ContinuationCheck(loaded, brokers).run(found);
                }
            }
        }
    }

    private void checkApplication(Brokers brokers, Map<String, TopicDescription> topics, Consumer<Finding> found) {
        if ((roles.streams() || roles.trainer()) && topics.containsKey(config.get(TopicKeys.MODEL_MANIFESTS))) {
            new OtherApplications(loaded, brokers.admin(), Brokers.CALL_TIME.toMillis())
                    .find(roles.streams())
                    .ifPresent(other ->
                            found.accept(Finding.problem("application.id", other, OtherApplications.remedy(loaded))));
        }
    }
}
