package io.freshet.app.check;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;

/** Checks the topics only, and can create missing ones first. */
public final class TopicsCheck {
    private static final Duration CREATE_TIME = Duration.ofSeconds(30);

    private final FreshetConfig config;

    public TopicsCheck(FreshetConfig config) {
        this.config = config;
    }

    /** Checks the topics. */
    public List<Finding> look() throws InterruptedException {
        return run(false);
    }

    /** Creates the missing topics, reports them, and then checks all topics. */
    public List<Finding> create() throws InterruptedException {
        return run(true);
    }

    private List<Finding> run(boolean create) throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        Optional<Brokers> connected = Brokers.connect(config, findings::add);
        if (connected.isPresent()) {
            try (Brokers brokers = connected.get()) {
                if (create) {
                    create(brokers, findings);
                }
                new ClickKeysCheck(config)
                        .run(new TopicCheck(config, brokers, false).run(findings::add), findings::add);
            }
        }
        return findings;
    }

    private void create(Brokers brokers, List<Finding> findings) {
        List<NewTopic> created = new TopicSetup(brokers.admin(), config, CREATE_TIME).createMissing();
        created.forEach(topic -> findings.add(
                Finding.note("made " + topic.name(), topic.numPartitions() + " partitions, " + topic.configs())));
    }
}
