package io.freshet.app.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.app.cli.Freshet;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.service.config.key.ProcessKeys;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A recommender that shares a broker with others: its topics, and a user for each of its two roles.
 *
 * @param name beginning of the names of its topics, and of its items in tests
 * @param streams configuration of the streams role, which logs in as {@code streamsUser}
 * @param trainer configuration of the trainer, which logs in as {@code trainerUser}
 */
record Brand(String name, FreshetConfig streams, FreshetConfig trainer, String streamsUser, String trainerUser) {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** Creates topics and users as Strimzi does from the resources of the Helm chart, and returns the pods' configuration. */
    static Brand ofChart(String release, AuthorizingKafka kafka, Path folder) throws Exception {
        Manifests rendered = Chart.OURS.render(
                release, "shops", "{strimzi: {enabled: true, authentication: scram-sha-512}, partitions: 2}");
        kafka.addUsers(rendered.all("KafkaUser"));
        try (Admin admin = Admin.create(new HashMap<>(kafka.clientOfAdmin()))) {
            admin.createTopics(rendered.all("KafkaTopic").stream()
                            .map(Brand::topic)
                            .toList())
                    .all()
                    .get();
        }
        V1ConfigMap files = rendered.all(V1ConfigMap.class).stream()
                .filter(map -> map.getData().containsKey("freshet.properties"))
                .findFirst()
                .orElseThrow();
        Path file = Files.writeString(
                folder.resolve(release + ".properties"), files.getData().get("freshet.properties"));
        List<FreshetConfig> roles = new ArrayList<>();
        for (String role : List.of("streams", "trainer")) {
            Workload pod = new Workload(rendered.statefulSet(release + "-freshet-" + role));
            Map<String, String> changed = onThisMachine(folder.resolve(release));
            changed.put("http.token.file", "");
            putClient(changed, kafka.clientOf(pod.name()));
            roles.add(pod.config(rendered, file, pod.name() + "-0", changed));
        }
        return new Brand(
                release, roles.getFirst(), roles.getLast(), release + "-freshet-streams", release + "-freshet-trainer");
    }

    /** Creates topics with {@code topics.prefix}, and users with the rights that {@code freshet acls} prints. */
    static Brand ofCommand(String name, AuthorizingKafka kafka, Path folder) throws Exception {
        Map<String, String> settings = onThisMachine(folder.resolve(name));
        settings.put("application.id", name);
        settings.put("topics.prefix", name + ".");
        settings.put("topics.partitions", "2");
        Map<String, String> ofAdmin = new HashMap<>(settings);
        putClient(ofAdmin, kafka.clientOfAdmin());
        TopicSetup.run(FreshetConfig.of(ofAdmin), TIMEOUT);
        settings.put("topics.create", "false");
        Path file = Files.write(
                folder.resolve(name + ".properties"),
                settings.entrySet().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .toList());

        Set<String> users = kafka.addUsers(acls(file));

        String streamsUser = name + "-streams";
        String trainerUser = name + "-trainer";
        if (!users.equals(Set.of(streamsUser, trainerUser))) {
            throw new AssertionError("the command must print the rights of both roles' users: " + users);
        }
        List<FreshetConfig> roles = new ArrayList<>();
        for (String user : List.of(streamsUser, trainerUser)) {
            Map<String, String> login = new HashMap<>();
            putClient(login, kafka.clientOf(user));
            roles.add(FreshetConfig.load(file, Map.of(), login));
        }
        return new Brand(name, roles.getFirst(), roles.getLast(), streamsUser, trainerUser);
    }

    private static String acls(Path file) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Freshet.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute("acls", "--config", file.toString());
        if (code != 0) {
            throw new AssertionError("freshet acls must succeed: " + err);
        }
        return out.toString();
    }

    private static NewTopic topic(JsonNode resource) {
        return new NewTopic(
                        Manifests.nameOf(resource),
                        resource.at("/spec/partitions").asInt(),
                        (short) 1)
                .configs(resource.at("/spec/config")
                        .propertyStream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, setting -> setting.getValue().asText())));
    }

    private static Map<String, String> onThisMachine(Path folder) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("state.dir", folder.resolve("state").toString());
        settings.put("model.store.path", folder.resolve("models").toString());
        settings.put("model.dim", "16");
        settings.put("training.workers", "1");
        settings.put("online.snapshot.interval.ms", "1000");
        return settings;
    }

    private static void putClient(Map<String, String> settings, Map<String, String> client) {
        client.forEach((key, value) -> settings.put("kafka." + key, value));
    }

    /** Returns the consumer groups: that of the streams role, and that of the trainer. */
    List<String> groups() {
        return List.of(
                streams.get(ProcessKeys.APPLICATION_ID),
                trainer.trainer().clients().transactionalId());
    }

    /** Returns the trainer's transactional id, and one that is like those of Kafka Streams. */
    List<String> transactionalIds() {
        return List.of(trainer.trainer().clients().transactionalId(), streams.get(ProcessKeys.APPLICATION_ID) + "-0-1");
    }

    List<String> users() {
        return List.of(streamsUser, trainerUser);
    }
}
