package io.freshet.workbench.demo.state;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.TopicKeys;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** Topic settings of the demo. No record is ever deleted, so that the counts can be rebuilt from the beginning. */
public final class DemoTopics {
    private static final String FOREVER_MS =
            String.valueOf(Duration.ofDays(3_650).toMillis());
    private static final long TIMEOUT_S = 30;

    private DemoTopics() {}

    /** Returns default settings, which the user may override. */
    static Map<String, String> settings(int partitions) {
        return Map.of(
                "application.id",
                "freshet-demo",
                "topics.partitions",
                String.valueOf(partitions),
                "topics.retention.ms",
                FOREVER_MS,
                // A killed demo rejoins as the same member, so its tasks need not wait for a session timeout.
                "streams.instance.id",
                "demo",
                "kafka.main.consumer.session.timeout.ms",
                "3000",
                "kafka.main.consumer.heartbeat.interval.ms",
                "1000",
                "kafka.metadata.max.age.ms",
                "5000",
                // The state folder is locked, so there is no other trainer to wait for.
                "online.lease.timeout.ms",
                "0",
                // The broker, the streams and the clicks need the other half of the processors.
                "training.workers",
                String.valueOf(Math.max(1, Runtime.getRuntime().availableProcessors() / 2)));
    }

    /** Keeps the log cleaner from compacting the topics from which the counts are built. */
    public static void keepEverything(FreshetConfig config) {
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            AlterConfigOp keep = new AlterConfigOp(
                    new ConfigEntry(TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG, FOREVER_MS), AlterConfigOp.OpType.SET);
            Map<ConfigResource, Collection<AlterConfigOp>> changes =
                    List.of(config.get(TopicKeys.RECOMMENDATIONS), config.get(TopicKeys.MODEL_MANIFESTS)).stream()
                            .collect(Collectors.toMap(
                                    topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic), _ -> List.of(keep)));
            admin.incrementalAlterConfigs(changes).all().get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while setting up topics", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("setting up the broker's topics failed", e);
        }
    }
}
