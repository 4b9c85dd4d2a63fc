package io.freshet.app.check;

import io.freshet.service.config.ConfigMistake;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ProcessKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Checks everything that a process needs, before it starts. The checks run in parallel, each with its own time limit, so
 * that one that hangs does not hold back the findings of the others. Leaves nothing behind, neither in Kafka nor on disk.
 */
public final class StartCheck {
    /** For host names, ports, login, topics and rights together; each step has a shorter limit of its own. */
    private static final Duration KAFKA_TIME = Duration.ofSeconds(13);

    private static final Duration DISK_TIME = Duration.ofSeconds(5);

    /** Long enough for the retries against an S3 that does not answer. */
    private static final Duration STORE_TIME = Duration.ofSeconds(12);

    /** Longer than the timeout of a question to the registry. */
    private static final Duration REGISTRY_TIME = Duration.ofSeconds(9);

    private static final String CONFIGURATION = "configuration";

    private final Roles roles;

    public StartCheck(Roles roles) {
        this.roles = roles;
    }

    /**
     * Checks the configuration that {@link FreshetConfig#load} would read, and then everything that it names. If the
     * configuration is invalid, nothing else is checked.
     */
    public List<Finding> run(@Nullable Path file, Map<String, String> environment, Map<String, String> overrides)
            throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        try {
            for (ConfigMistake mistake : ConfigMistake.all(file, environment, overrides)) {
                findings.add(finding(mistake));
            }
            if (findings.stream().noneMatch(finding -> finding.outcome() == Outcome.PROBLEM)) {
                findings.add(Finding.ok(CONFIGURATION, file == null ? "is valid" : file + " is valid"));
                FreshetConfig config = FreshetConfig.load(file, environment, overrides);
                findings.addAll(run(config));
            }
        } catch (ConfigException e) {
            findings.add(
                    Finding.problem(CONFIGURATION, String.valueOf(e.getMessage()), "change one of the keys it names"));
        } catch (IOException | IllegalArgumentException e) {
            findings.add(
                    Finding.problem(CONFIGURATION, "cannot be read: " + e, "it must be a .properties file in UTF-8"));
        }
        return findings;
    }

    private static Finding finding(ConfigMistake mistake) {
        Outcome outcome = switch (mistake.weight()) {
            case REFUSED -> Outcome.PROBLEM;
            case PASSED_OVER, DEPRECATED -> Outcome.WARNING;
        };
        return new Finding(CONFIGURATION, outcome, mistake.message(), mistake.remedy());
    }

    private static WritableDirCheck stateFolder(FreshetConfig config) {
        return new WritableDirCheck("state.dir", "state.dir", config.get(ProcessKeys.STATE_DIR));
    }

    private List<Finding> run(FreshetConfig loaded) throws InterruptedException {
        FreshetConfig config = roles.scorer() ? loaded.asScorer() : loaded;
        List<RunningCheck> running = List.of(
                RunningCheck.start(
                        "kafka",
                        KAFKA_TIME,
                        "check the network between here and the brokers",
                        new KafkaCheck(config, loaded, roles)),
                RunningCheck.start(
                        "state.dir",
                        DISK_TIME,
                        "check the disk, or the server that it is mounted from",
                        found -> found.accept(stateFolder(config).writable())),
                RunningCheck.start(
                        "model-store",
                        STORE_TIME,
                        "check the disk or the bucket of the store, and the network to it",
                        new ModelStoreCheck(config, roles)),
                RunningCheck.start(
                        SchemaRegistryCheck.NAME,
                        REGISTRY_TIME,
                        "check the network between here and the registry",
                        new SchemaRegistryCheck(config)),
                RunningCheck.start("http.port", DISK_TIME, "set another http.port or http.host", new HttpCheck(config)),
                RunningCheck.start("native-libraries", DISK_TIME, "", NativeLibraries.ofProcess()),
                RunningCheck.start("memory", DISK_TIME, "", new MemoryCheck(config, roles)));
        List<Finding> findings = new ArrayList<>();
        for (RunningCheck check : running) {
            findings.addAll(check.await());
        }
        return findings;
    }
}
