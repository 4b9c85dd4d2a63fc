package io.freshet.service.runtime;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.training.publish.ServedVersion;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether another {@code application.id} has used the topics of this configuration. If so, the streams role would
 * sequence every click a second time, and a trainer would learn from every click twice.
 *
 * <p>Another application leaves two traces. Its streams role has committed offsets on the clicks, and has a changelog
 * of its state under its name. Its trainer has put its transactional id on the manifests of its snapshots. The search
 * ignores everything that this user has no right to see, and manifests of older versions, which name no trainer.
 */
public final class OtherApplications {
    private static final Logger LOG = LoggerFactory.getLogger(OtherApplications.class);
    private static final String TRAINER = "-trainer-";

    private final FreshetConfig config;
    private final Admin admin;
    private final long timeoutMs;

    /** @param admin owned by the caller */
    public OtherApplications(FreshetConfig config, Admin admin, long timeoutMs) {
        this.config = config;
        this.admin = admin;
        this.timeoutMs = timeoutMs;
    }

    /**
     * Throws if there is another application.
     *
     * @param sequences whether the process has the streams role
     * @throws ConfigException if there is one; the message names both applications
     */
    public static void requireNone(FreshetConfig config, boolean sequences) {
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            Optional<String> found = new OtherApplications(config, admin, 30_000).find(sequences);
            if (found.isPresent()) {
                throw new ConfigException(found.get() + ": " + remedy(config));
            }
        }
    }

    /** Returns advice for the case that there is another application. */
    public static String remedy(FreshetConfig config) {
        return "set application.id to the other one's. If " + config.get(ProcessKeys.APPLICATION_ID)
                + " should sequence and learn every click again, set application.replaces to the other one's id";
    }

    /**
     * Returns a description of another application; empty if there is none.
     *
     * @param sequences whether to look for one that sequences the clicks, besides one that trains the model
     */
    public Optional<String> find(boolean sequences) {
        Optional<String> other = sequences ? ofClicks() : Optional.empty();
        return other.or(this::ofModel);
    }

    private Optional<String> ofClicks() {
        for (String id : applicationsWithState()) {
            Optional<String> consumed = isOther(id) ? consumedClicks(id) : Optional.empty();
            if (consumed.isPresent()) {
                return Optional.of("Only one application may sequence the clicks: application.id="
                        + config.get(ProcessKeys.APPLICATION_ID) + ", and application.id=" + id + " has consumed topic "
                        + consumed.get());
            }
        }
        return Optional.empty();
    }

    private boolean isOther(String id) {
        return !id.equals(config.get(ProcessKeys.APPLICATION_ID))
                && !id.equals(config.get(ProcessKeys.APPLICATION_REPLACES));
    }

    private Set<String> applicationsWithState() {
        Set<String> ids = new TreeSet<>();
        String suffix = TopicPlan.stateTopic("");
        for (String topic : await(admin.listTopics().names()).orElse(Set.of())) {
            if (topic.endsWith(suffix)) {
                ids.add(topic.substring(0, topic.length() - suffix.length()));
            }
        }
        return ids;
    }

    /** Returns a topic of clicks that an application has consumed. */
    private Optional<String> consumedClicks(String id) {
        Optional<Map<TopicPartition, OffsetAndMetadata>> offsets =
                await(admin.listConsumerGroupOffsets(id).partitionsToOffsetAndMetadata());
        Set<String> topics = offsets.orElse(Map.of()).keySet().stream()
                .map(TopicPartition::topic)
                .collect(Collectors.toSet());
        return config.clickTopics().stream().filter(topics::contains).findFirst();
    }

    private Optional<String> ofModel() {
        Optional<String> writer;
        try (ServedVersion served = new ServedVersion(config.trainer())) {
            writer = served.newestWriter();
        } catch (KafkaException e) {
            LOG.debug("The manifests cannot be read", e);
            return Optional.empty();
        }
        String suffix = TRAINER + config.get(ModelStoreKeys.MODEL_NAME);
        return writer.filter(id -> id.endsWith(suffix))
                .map(id -> id.substring(0, id.length() - suffix.length()))
                .filter(this::isOther)
                .map(id -> "Only one application may train a model: application.id="
                        + config.get(ProcessKeys.APPLICATION_ID) + ", and application.id=" + id
                        + " has trained model.name=" + config.get(ModelStoreKeys.MODEL_NAME));
    }

    private <T> Optional<T> await(KafkaFuture<T> asked) {
        try {
            return Optional.of(asked.get(timeoutMs, TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("The brokers gave no answer, so this is left out of the search for other applications", e);
            return Optional.empty();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
